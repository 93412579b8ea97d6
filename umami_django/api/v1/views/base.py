"""What every v1 route shares: its bodies, its errors, who is let in, and in which order that is checked."""

from enum import Enum, auto
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponseBase
from django.utils.translation import override
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from ....exceptions import NotPermitted
from ....models import Account, Website
from ...authentication import Asker, asker_of
from ...cors import opened, preflight_answer
from ...rendering import PARSERS, AlwaysJSON, CompactJSON
from ..errors import error_answer
from ..params import path_id

OPEN_ACTIONS = frozenset({"retrieve", "stats", "pageviews", "events", "metrics", "active"})
"""What any origin may read (reference 1.5)."""
ANY_METHOD = ("get", "post", "put", "patch", "delete")


class AskerAuthentication(BaseAuthentication):
    """Puts the `Asker` into `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, Asker]:
        asker = asker_of(request._request)
        return (asker.account.user if asker.account else AnonymousUser()), asker


class Access(Enum):
    """Who is let in at all, before the method is looked at."""

    ANYONE = auto()
    ACCOUNT = auto()
    ADMIN = auto()


class V1ViewSet(ViewSet):
    """A v1 route. Nothing of it depends on the host's `REST_FRAMEWORK`, nor on anybody's language."""

    authentication_classes = [AskerAuthentication]
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []
    parser_classes = PARSERS
    renderer_classes = [CompactJSON]
    content_negotiation_class = AlwaysJSON
    versioning_class = None
    metadata_class = None
    schema = None
    lookup_value_regex = "[^/]+"

    access = Access.ANYONE

    @property
    def asker(self) -> Asker:
        return self.request.auth  # type: ignore[return-value]

    @property
    def account(self) -> Account:
        """Who logged in. Raises NotPermitted when nobody did."""
        if self.asker.account is None:
            raise NotPermitted
        return self.asker.account

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Programs read English, also what Django says of a password."""
        with override("en"):
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Broken JSON, then access, as in v1 (reference 1.2, 2)."""
        _ = request.data
        super().initial(request, *args, **kwargs)
        if self.access is not Access.ANYONE:
            account = self.account
            if self.access is Access.ADMIN and not account.is_admin:
                raise NotPermitted

    def handle_exception(self, exc: Exception) -> Any:
        answer = error_answer(exc)
        if answer is None:
            raise exc
        if isinstance(exc, MethodNotAllowed):
            answer["Allow"] = ", ".join(self.allowed_methods)
        return answer


class OpenViewSet(V1ViewSet):
    """Routes of one website: the method is checked before access, and any origin may read (reference 1.5)."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.action is None:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_open = self.action_map.get("get") in OPEN_ACTIONS
        if request.method == "OPTIONS" and is_open:
            return preflight_answer(request)
        response = super().dispatch(request, *args, **kwargs)
        return opened(response) if is_open and request.method in ("GET", "HEAD") else response

    def visible_website(self) -> Website:
        """The website of the path, when the asker may read it; else NotPermitted (reference 7.1, 44)."""
        return self._website(Website.objects.visible_to(self.asker.viewer))

    def changeable_website(self) -> Website:
        """The website of the path, when the asker may change it; else NotPermitted."""
        return self._website(Website.objects.changeable_by(self.asker.viewer))

    def _website(self, websites: Any) -> Website:
        website: Website | None = websites.filter(pk=path_id(self.kwargs["pk"])).first()
        if website is None:
            raise NotPermitted
        return website
