"""The HTTP API: what all dialects share. A dialect's own spelling is in its folder."""
