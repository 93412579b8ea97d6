"""Routes of today's API."""
