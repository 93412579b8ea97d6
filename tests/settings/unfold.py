"""A host whose admin looks like django-unfold's."""

from .default import *  # noqa: F403
from .default import INSTALLED_APPS

INSTALLED_APPS = ["unfold", *INSTALLED_APPS]
