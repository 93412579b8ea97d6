"""Signed tokens: one key and one audience for each purpose, so that none serves for another.

Made with simplejwt's backend, but never with the host's `SIMPLE_JWT` settings.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from ..services.keys import Purpose, signing_key

ALGORITHM = "HS256"


def issued(purpose: Purpose, claims: dict[str, Any], now: datetime, lifetime: timedelta) -> str:
    """A token that says *claims* until *lifetime* from *now*."""
    moments = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
    return _backend(purpose).encode(claims | moments)


def claims_of(token: str, purpose: Purpose) -> dict[str, Any] | None:
    """What *token* says; None when it is forged, expired or made for another purpose."""
    try:
        claims: dict[str, Any] = _backend(purpose).decode(token)  # type: ignore[arg-type]  # a text is what it takes
    except TokenBackendError:
        return None
    return claims if "exp" in claims else None


def credentials_stamp(user: AbstractBaseUser) -> str:
    """A text that changes with the user's password: tokens that carry an older one are worth nothing."""
    key = signing_key(Purpose.LOGIN)
    return hmac.new(key.encode(), f"{user.pk}:{user.password}".encode(), sha256).hexdigest()[:32]


def _backend(purpose: Purpose) -> TokenBackend:
    return TokenBackend(ALGORITHM, signing_key=signing_key(purpose), audience=purpose.value)
