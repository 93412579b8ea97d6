"""A host with a user model of its own."""

from .default import *  # noqa: F403
from .default import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.custom_user"]
AUTH_USER_MODEL = "custom_user.Person"
