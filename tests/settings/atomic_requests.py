"""A host that wraps every request in a transaction, in another language and time zone."""

from .default import *  # noqa: F403
from .default import DATABASES

DATABASES = {"default": {**DATABASES["default"], "ATOMIC_REQUESTS": True}}
LANGUAGE_CODE = "de"
TIME_ZONE = "Asia/Kathmandu"
USE_THOUSAND_SEPARATOR = True
