"""Who may see and change which websites, as rows; a yes or no is the same rule and a key."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from ..domain.roles import Permission, Viewer


class WebsiteQuerySet(models.QuerySet[Any]):
    """Websites, with the words this app uses for them."""

    def alive(self) -> Self:
        """Websites that nobody has deleted."""
        return self.filter(deleted_at=None)

    def owned_by(self, viewer: Viewer) -> Self:
        """Websites of the viewer's own account."""
        if viewer.account_id is None:
            return self.none()
        return self.alive().filter(owner_id=viewer.account_id)

    def visible_to(self, viewer: Viewer) -> Self:
        """Websites whose statistics the viewer may read."""
        return self.alive().filter(self._reach(viewer, Permission.VIEW_OWN_WEBSITES, shared=True))

    def changeable_by(self, viewer: Viewer) -> Self:
        """Websites that the viewer may change, reset and delete. A share link never changes anything."""
        return self.alive().filter(self._reach(viewer, Permission.CHANGE_OWN_WEBSITES, shared=False))

    @staticmethod
    def _reach(viewer: Viewer, permission: Permission, *, shared: bool) -> Q:
        if viewer.may(Permission.MANAGE_ALL_WEBSITES):
            return Q()
        reach = Q(pk__in=[])
        if viewer.is_account and viewer.may(permission):
            reach |= Q(owner_id=viewer.account_id)
        if shared and viewer.shared_website_id is not None:
            reach |= Q(pk=viewer.shared_website_id)
        return reach

    def reach(self) -> dict[int, datetime | None]:
        """The key of each website and the moment of its pending reset: what traffic querysets are limited to."""
        return dict(self.values_list("pk", "reset_at"))

    def awaiting_purge(self, before: datetime | None = None) -> Self:
        """Websites with traffic that no reader sees any more; with *before*, since then or longer."""
        if before is None:
            return self.filter(Q(deleted_at__isnull=False) | Q(reset_at__isnull=False))
        return self.filter(Q(deleted_at__lte=before) | Q(deleted_at=None, reset_at__lte=before))


class ShareQuerySet(models.QuerySet[Any]):
    """Share links."""

    def working(self, now: datetime) -> Self:
        """Links that have not expired and whose website still exists."""
        lasting = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(lasting, website__deleted_at=None)

    def open_to_all(self, now: datetime) -> Self:
        """Working links that show everything to everybody: those that the API's tokens can stand for."""
        return self.working(now).filter(password="", filters="")
