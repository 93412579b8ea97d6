"""A host whose admin looks as django-unfold makes it look."""

from .default import *  # noqa: F403
from .default import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["unfold", *INSTALLED_APPS]
MIDDLEWARE = ["tests.hosts.unfold_policy.PolicyForUnfold", *MIDDLEWARE]
