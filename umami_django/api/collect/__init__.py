"""The doors through which hits come in."""
