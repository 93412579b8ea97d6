"""From a request to a `Viewer`: API key, login token, the older cookie, share token.

Every request reads the account again: a deleted, deactivated or demoted user loses what their token promised at
once (v1 reference 7.1, 9).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ..conf import umami_settings
from ..domain.roles import NOBODY, Viewer
from ..models import Account, Share, Website
from ..services.accounts import account_of
from ..services.api_keys import START as KEY_START
from ..services.api_keys import account_by_key
from .tokens import Purpose, claims_of, credentials_stamp, issued

COOKIE = "umami.auth"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
KEY_HEADER = "x-umami-api-key"
SHARE_HEADERS = ("x-umami-share-token", "x-umami-token")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who sent a request: as a viewer, and with the account and token content where there is one."""

    viewer: Viewer = NOBODY
    account: Account | None = None
    issued_at_s: int | None = None
    """When the login token was made, in seconds since 1970; None for an API key."""


def login_token(account: Account, now: datetime) -> str:
    """A token that lets *account* in; it dies with the next change of the user's password."""
    claims = {"account": account.pk, "stamp": credentials_stamp(account.user)}
    return issued(Purpose.LOGIN, claims, now, umami_settings().TOKEN_LIFETIME)


def share_token(share: Share, now: datetime) -> str:
    """A token that reads the share's website; it dies with the share."""
    claims = {"website_id": share.website_id, "share": share.pk}
    return issued(Purpose.SHARE, claims, now, umami_settings().SHARE_TOKEN_LIFETIME)


def realtime_token(websites: list[Website], now: datetime) -> str:
    """A token for polling the live rows of *websites*."""
    claims = {"websites": [website.pk for website in websites]}
    return issued(Purpose.REALTIME, claims, now, umami_settings().SHARE_TOKEN_LIFETIME)


def asker_of(request: HttpRequest) -> Asker:
    """Who sent *request*. Nobody, when no token in it is worth anything.

    A login token and a share token may come together; each adds its rights (v1 reference 7.1, 46).
    """
    asker = _with_key(request) or _logged_in(_login_token_in(request))
    website_id = _shared_website(share_token_in(request))
    if website_id is None:
        return asker
    return replace(asker, viewer=replace(asker.viewer, shared_website_id=website_id))


def share_token_in(request: HttpRequest) -> str | None:
    """The share or realtime token, in the header of today or of v1.30; the text `undefined` is none."""
    for header in SHARE_HEADERS:
        token = request.headers.get(header, "")
        if token and token != "undefined":  # noqa: S105  quirk: v1 reference 1.3
            return token
    return None


def _with_key(request: HttpRequest) -> Asker | None:
    """Whoever holds the API key in the header of today's clients, or in the place of a login token; None without."""
    text = request.headers.get(KEY_HEADER, "")
    if not text and (bearer := _bearer(request) or "").startswith(KEY_START):
        text = bearer
    if not text:
        return None
    account = account_by_key(text, timezone.now())
    return Asker() if account is None else Asker(account.as_viewer(), account)


def _bearer(request: HttpRequest) -> str | None:
    words = request.headers.get("authorization", "").split(" ")
    return (
        words[1] if len(words) > 1 and words[1] else None
    )  # quirk: the scheme word is not looked at (v1 1.3)


def _login_token_in(request: HttpRequest) -> str | None:
    """The bearer token; else the cookie, which authenticates safe methods only (no CSRF by it)."""
    if bearer := _bearer(request):
        return bearer
    return request.COOKIES.get(COOKIE) if request.method in SAFE_METHODS else None


def _logged_in(token: str | None) -> Asker:
    claims = claims_of(token, Purpose.LOGIN) if token else None
    if claims is None:
        return Asker()
    account = Account.objects.select_related("user").filter(pk=_integer(claims.get("account"))).first()
    if (
        account is None
        or account_of(account.user) is None
        or claims.get("stamp") != credentials_stamp(account.user)
    ):
        return Asker()
    return Asker(account.as_viewer(), account, _integer(claims.get("iat")))


def _shared_website(token: str | None) -> int | None:
    claims = claims_of(token, Purpose.SHARE) if token else None
    if claims is None:
        return None
    return (
        Share.objects.open_to_all(timezone.now())
        .filter(pk=_integer(claims.get("share")), website_id=_integer(claims.get("website_id")))
        .values_list("website_id", flat=True)
        .first()
    )


def _integer(value: Any) -> int:
    """A key; 0, which no row has, for anything that is none."""
    return value if isinstance(value, int) else 0
