"""API keys: made, recognised, taken back."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q

from ..exceptions import InvalidInput
from ..models import Account, ApiKey
from .accounts import account_of

START = "umami_"
"""Every key begins so: secret scanners and people recognise it."""
RANDOM_BYTES = 32
SHOWN = len(START) + 6
LONGEST = 200
NAME_LENGTH = 100
USE_NOTED_EVERY = timedelta(minutes=1)


def create_api_key(account: Account, name: str) -> tuple[ApiKey, str]:
    """A new key of *account*, and its text, which cannot be had again. Raises InvalidInput (name)."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or "\0" in name:
        raise InvalidInput("name", f"must be a text of 1 to {NAME_LENGTH} characters")
    row = ApiKey(account=account, name=name)
    text = fill(row)
    row.save()
    return row, text


def fill(row: ApiKey) -> str:
    """Give an unsaved *row* a key; the key's text."""
    text = START + secrets.token_urlsafe(RANDOM_BYTES)
    row.prefix, row.digest = text[:SHOWN], digest(text)
    return text


def digest(text: str) -> str:
    """What is kept of a key. Plain SHA-256: 256 random bits need no slow hash, and the digest is looked up by an
    index, so that timing tells nothing of the key."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def account_by_key(text: str, now: datetime) -> Account | None:
    """Whose key it is; None for no key, a revoked one, or somebody who may not enter any more.

    Two queries, and once a minute a third that notes the use.
    """
    if not text.startswith(START) or len(text) > LONGEST:
        return None
    row = ApiKey.objects.select_related("account__user").filter(digest=digest(text)).first()
    if row is None or account_of(row.account.user) is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= USE_NOTED_EVERY:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        ApiKey.objects.filter(unnoted, pk=row.pk).update(last_used_at=now)
    return row.account
