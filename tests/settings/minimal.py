"""A host with nothing but what Django's users need: no admin, no sessions, no static files, no middleware."""

from .default import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "umami_django"]
MIDDLEWARE: list[str] = []
TEMPLATES: list[object] = []
ROOT_URLCONF = "tests.hosts.urls_minimal"
