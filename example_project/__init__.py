"""A small real site that uses umami_django; `manage.py demo` fills it with traffic and starts it."""
