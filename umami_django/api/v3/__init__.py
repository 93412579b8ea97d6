"""The dialect of today's Umami: JSON errors, camelCase, UUIDs. So far the doors for hits speak it."""
