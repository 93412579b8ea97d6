"""How often somebody may try to log in: per address, and per user name."""

from hashlib import sha256
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from ..conf import umami_settings
from ..services.visitors import address_of


class _LoginThrottle(SimpleRateThrottle):
    scope = "umami-login"

    def get_rate(self) -> str | None:
        return umami_settings().LOGIN_RATE

    def counted_under(self, kind: str, value: str) -> str:
        return f"umami:login:{kind}:{sha256(value.encode('utf-8', 'replace')).hexdigest()}"


class LoginPerAddress(_LoginThrottle):
    """Counts attempts from one address."""

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.counted_under("address", address_of(request._request.META) or "")


class LoginPerUsername(_LoginThrottle):
    """Counts attempts to log in as one user, from wherever they come."""

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        username = request.data.get("username") if hasattr(request.data, "get") else None
        return self.counted_under("username", username) if isinstance(username, str) else None
