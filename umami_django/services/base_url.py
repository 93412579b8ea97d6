"""Where this installation is to be found from outside, for links in mails. No request is asked: whoever sends one may
write anything into its Host header."""

import re

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.urls import get_script_prefix

from ..conf import umami_settings
from ..exceptions import UmamiError

UNNAMED = "example.com"
"""What the sites framework calls a site until somebody gives it its name."""


class NoBaseUrl(UmamiError):
    """Links in mails need an address: set UMAMI['BASE_URL'], or give the site of django.contrib.sites its domain."""


def base_url() -> str:
    """`https://stats.example.org`, without a slash at its end. Raises NoBaseUrl.

    `UMAMI["BASE_URL"]`, else the domain of the current site. At most one query, the first time.
    """
    configured = umami_settings().BASE_URL
    if configured:
        return configured.rstrip("/")
    if not apps.is_installed("django.contrib.sites"):
        raise NoBaseUrl
    from django.contrib.sites.models import Site  # a model of an app that may be missing

    try:
        domain = Site.objects.get_current().domain
    except (ImproperlyConfigured, ObjectDoesNotExist):
        raise NoBaseUrl from None
    if domain == UNNAMED:
        raise NoBaseUrl
    return f"https://{domain}"


def is_base_url(text: str) -> bool:
    """Can `UMAMI["BASE_URL"]` be this?"""
    return re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text) is not None


def absolute(path: str) -> str:
    """The whole address of *path*, as `reverse` gives it. Raises NoBaseUrl.

    Where the base has a path of its own, that is the prefix under which the site runs, and stands for Django's.
    """
    base = base_url()
    if base.count("/") > 2:
        path = path.removeprefix(get_script_prefix().rstrip("/"))
    return base + path
