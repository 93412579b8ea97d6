"""Who sees what in the admin: Django's permissions, and on top of them the rule of the API."""

from typing import Any

from django.http import HttpRequest

from ..domain.roles import NOBODY, Permission, Viewer
from ..models import Website
from ..services.accounts import account_of


def viewer_of(request: HttpRequest) -> Viewer:
    """The staff user as the one who asks; nobody without an account. Looked up once a request."""
    cached: Viewer | None = getattr(request, "_umami_viewer", None)
    if cached is None:
        account = account_of(request.user)
        cached = account.as_viewer() if account is not None else NOBODY
        request._umami_viewer = cached  # type: ignore[attr-defined]
    return cached


def visible_reach(request: HttpRequest) -> dict[int, Any]:
    """The websites whose traffic the staff user may see, as traffic querysets take them. Once a request."""
    cached: dict[int, Any] | None = getattr(request, "_umami_reach", None)
    if cached is None:
        cached = Website.objects.visible_to(viewer_of(request)).reach()
        request._umami_reach = cached  # type: ignore[attr-defined]
    return cached


def may_change(request: HttpRequest, website: Website) -> bool:
    """May the staff user change *website*?"""
    viewer = viewer_of(request)
    if viewer.may(Permission.MANAGE_ALL_WEBSITES):
        return True
    return viewer.may(Permission.CHANGE_OWN_WEBSITES) and website.owner_id == viewer.account_id
