"""The Umami web-analytics server as a Django reusable app."""

__version__ = "0.1.0"
