"""The cache token: what a tracker sends back, so that a visit goes on when the address changes.

Signed with one fixed algorithm for one audience, bound to a website and a month. Anything else is ignored, and
the hit counted all the same.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import b2a_base64
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from ..domain.periods import HOUR_US, MINUTE_US, SECOND_US, from_micros, to_micros
from .identity import VISIT_US, key_of_session, month_number, visit_in_hour

AUDIENCE = "umami:collect"
HEADER = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
"""Of every token we sign; one with another header is none of ours."""
LONGEST = 1000
BLOCK_BYTES = 64
"""Of SHA-256."""


class Receipt(NamedTuple):
    """Who a tracker was last time: session and visit on a website."""

    website_id: int
    session: str
    """Its uuid in 32 hexadecimal digits."""
    session_id: int
    """The key that this session has."""
    visit_id: int
    visit_started_at: int
    """Microseconds since 1970, UTC; in a token to the second."""


def written(receipt: Receipt, key: str) -> str:
    """*receipt* as a JSON Web Token. Claims as v1's, and the visit (v1 reference 4.4). Made here because PyJWT, which
    knows every kind of token, took a fifth of the work of a collect (docs/decisions/0003)."""
    website_id, session, _, visit_id, started_at = receipt
    claims = (
        f'{{"website_id": {website_id}, "session_uuid": "{session}", '
        f'"visit_id": "{visit_id}", "iat": {started_at // SECOND_US}, "aud": "{AUDIENCE}"}}'
    )
    text = b"%b.%b" % (HEADER, _base64(claims.encode()))
    return (text + b"." + _signature(text, key)).decode()


def read(token: str | None, key: str, *, website_id: int, now: datetime) -> Receipt | None:
    """The receipt in *token*; None when it is missing, forged, of another website, month or time to come."""
    if not token or len(token) > LONGEST:
        return None
    try:
        receipt, month = _verified(token, key)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None
    if receipt.website_id != website_id or month != month_number(now):
        return None
    return receipt if receipt.visit_started_at <= to_micros(now) + MINUTE_US else None


@lru_cache(maxsize=4096)
def _verified(token: str, key: str) -> tuple[Receipt, int]:
    """What a token of ours tells, and its month; a visitor sends the same one with each page of a visit. Raises for
    any other."""
    claims = _claims(token, key)
    if claims["aud"] != AUDIENCE:
        raise ValueError("This token is for somebody else.")
    session = UUID(claims["session_uuid"]).hex
    receipt = Receipt(
        website_id=int(claims["website_id"]),
        session=session,
        session_id=key_of_session(session),
        visit_id=int(claims["visit_id"]),
        visit_started_at=int(claims["iat"]) * SECOND_US,
    )
    return receipt, month_number(from_micros(receipt.visit_started_at))


def _claims(token: str, key: str) -> Any:
    """What a token of ours claims. Raises ValueError for any other."""
    text, _, signature = token.encode("ascii").rpartition(b".")
    header, _, body = text.partition(b".")
    if header != HEADER or not hmac.compare_digest(signature, _signature(text, key)):
        raise ValueError("This token was not signed here.")
    return json.loads(urlsafe_b64decode(body + b"=" * (-len(body) % 4)))


def _signature(text: bytes, key: str) -> bytes:
    """HMAC-SHA256 of *text*. From copies of what the key begins, as OpenSSL looks its algorithms up for each digest
    that it is asked for: that takes longer than the digest."""
    inner, outer = _begun(key)
    inner, outer = inner.copy(), outer.copy()
    inner.update(text)
    outer.update(inner.digest())
    return _base64(outer.digest())


@lru_cache(maxsize=16)
def _begun(key: str) -> tuple[Any, Any]:
    """The two digests of HMAC, of which the key comes first (RFC 2104, section 2)."""
    block = key.encode()
    if len(block) > BLOCK_BYTES:
        block = sha256(block).digest()
    block = block.ljust(BLOCK_BYTES, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))


def _base64(data: bytes) -> bytes:
    """As `urlsafe_b64encode`, without the padding."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE)


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def renewed(website_id: int, session: str, earlier: Receipt | None, at: int) -> Receipt:
    """The receipt of a hit of *session* at *at* (in microseconds): the earlier visit goes on for 30 minutes from its
    start, then a new one begins by the clock-hour rule (v3 reference 3.2)."""
    if earlier is not None and earlier.session == session and at - earlier.visit_started_at <= VISIT_US:
        return earlier
    key = key_of_session(session)
    return Receipt(website_id, session, key, visit_in_hour(key, at // HOUR_US), at)
