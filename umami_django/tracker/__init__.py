"""The tracker script, as a browser gets it."""
