"""The keys that tokens are signed with: one for each purpose, derived from the installation's secret."""

import hmac
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from .. import conf


class Purpose(StrEnum):
    """What a token is for; also its audience."""

    LOGIN = "umami:login"
    SHARE = "umami:share"
    REALTIME = "umami:realtime"
    COLLECT = "umami:collect"


def signing_key(purpose: Purpose) -> str:
    """The key of *purpose*, which serves for no other."""
    return _derived(conf.secret(), purpose)


@lru_cache(maxsize=16)
def _derived(secret: str, purpose: Purpose) -> str:
    return hmac.new(secret.encode(), purpose.value.encode(), sha256).hexdigest()
