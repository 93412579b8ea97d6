"""A host that is itself mounted below a path of its server."""

from .default import *  # noqa: F403

FORCE_SCRIPT_NAME = "/below"
