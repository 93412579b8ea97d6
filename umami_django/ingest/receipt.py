"""The cache token: what a tracker sends back, so that a visit goes on when the address changes.

Signed with one fixed algorithm for one audience, bound to a website and a month. Anything else is ignored, and
the hit counted all the same.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from .identity import VISIT_LENGTH, month_number, session_key, visit_by_hour

AUDIENCE = "umami:collect"
HEADER = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
"""Of every token we sign; one with another header is none of ours."""
LONGEST = 1000


class Receipt(NamedTuple):
    """Who a tracker was last time: session and visit on a website."""

    website_id: int
    session_uuid: UUID
    session_id: int
    """The key that `session_uuid` has."""
    visit_id: int
    visit_started_at: datetime
    """In a token to the second."""


def written(receipt: Receipt, key: str) -> str:
    """*receipt* as a token. Claims as v1's, and the visit (v1 reference 4.4)."""
    return _signed(
        f'{{"website_id": {receipt.website_id}, "session_uuid": "{receipt.session_uuid}", '
        f'"visit_id": "{receipt.visit_id}", "iat": {int(receipt.visit_started_at.timestamp())}, '
        f'"aud": "{AUDIENCE}"}}',
        key,
    )


def read(token: str | None, key: str, *, website_id: int, now: datetime) -> Receipt | None:
    """The receipt in *token*; None when it is missing, forged, of another website, month or time to come."""
    if not token or len(token) > LONGEST:
        return None
    try:
        receipt = _verified(token, key)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None
    if receipt.website_id != website_id or month_number(receipt.visit_started_at) != month_number(now):
        return None
    return receipt if receipt.visit_started_at <= now + timedelta(minutes=1) else None


@lru_cache(maxsize=4096)
def _verified(token: str, key: str) -> Receipt:
    """What a token of ours tells; a visitor sends the same one with each page of a visit. Raises for any other."""
    claims = _claims(token, key)
    if claims["aud"] != AUDIENCE:
        raise ValueError("This token is for somebody else.")
    session = UUID(claims["session_uuid"])
    return Receipt(
        website_id=int(claims["website_id"]),
        session_uuid=session,
        session_id=session_key(session),
        visit_id=int(claims["visit_id"]),
        visit_started_at=datetime.fromtimestamp(claims["iat"], UTC),
    )


def _signed(claims: str, key: str) -> str:
    """*claims*, an object in JSON, as a JSON Web Token. Made here because PyJWT, which knows every kind of
    token, took a fifth of the work of a collect (docs/decisions/0003)."""
    text = HEADER + b"." + urlsafe_b64encode(claims.encode()).rstrip(b"=")
    return (text + b"." + _signature(text, key)).decode()


def _claims(token: str, key: str) -> Any:
    """What a token of ours claims. Raises ValueError for any other."""
    text, _, signature = token.encode("ascii").rpartition(b".")
    header, _, body = text.partition(b".")
    if header != HEADER or not hmac.compare_digest(signature, _signature(text, key)):
        raise ValueError("This token was not signed here.")
    return json.loads(urlsafe_b64decode(body + b"=" * (-len(body) % 4)))


def _signature(text: bytes, key: str) -> bytes:
    return urlsafe_b64encode(hmac.digest(key.encode(), text, "sha256")).rstrip(b"=")


def renewed(website_id: int, session: UUID, earlier: Receipt | None, now: datetime) -> Receipt:
    """The receipt of a hit at *now*: the earlier visit goes on for 30 minutes from its start, then a new one
    begins by the clock-hour rule (v3 reference 3.2)."""
    if (
        earlier is not None
        and earlier.session_uuid == session
        and now - earlier.visit_started_at <= VISIT_LENGTH
    ):
        return earlier
    key = session_key(session)
    return Receipt(website_id, session, key, visit_by_hour(key, now), now)
