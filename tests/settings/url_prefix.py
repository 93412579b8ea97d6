"""A host that mounts the app under a prefix, beside an /api/ of its own."""

from .default import *  # noqa: F403

ROOT_URLCONF = "tests.hosts.urls_prefix"
