"""The cache token: what a tracker sends back, so that a visit goes on when the address changes.

Signed with one fixed algorithm for one audience, bound to a website and a month. Anything else is ignored, and
the hit counted all the same.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from .identity import VISIT_LENGTH, month_number, session_key, visit_by_hour

ALGORITHM = "HS256"
AUDIENCE = "umami:collect"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who a tracker was last time: session and visit on a website. `visit_started_at` in whole seconds."""

    website_id: int
    session_uuid: UUID
    visit_id: int
    visit_started_at: datetime

    @property
    def session_id(self) -> int:
        return session_key(self.session_uuid)


def written(receipt: Receipt, key: str) -> str:
    """*receipt* as a token. Claims as v1's, and the visit (v1 reference 4.4)."""
    claims = {
        "website_id": receipt.website_id,
        "session_uuid": str(receipt.session_uuid),
        "visit_id": str(receipt.visit_id),
        "iat": int(receipt.visit_started_at.timestamp()),
        "aud": AUDIENCE,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def read(token: str | None, key: str, *, website_id: int, now: datetime) -> Receipt | None:
    """The receipt in *token*; None when it is missing, forged, of another website, month or time to come."""
    if not token or len(token) > 1000:
        return None
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"require": ["iat", "aud"], "verify_iat": False},
        )
        receipt = Receipt(
            website_id=int(claims["website_id"]),
            session_uuid=UUID(claims["session_uuid"]),
            visit_id=int(claims["visit_id"]),
            visit_started_at=datetime.fromtimestamp(claims["iat"], UTC),
        )
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None
    if receipt.website_id != website_id or month_number(receipt.visit_started_at) != month_number(now):
        return None
    return receipt if receipt.visit_started_at <= now + timedelta(minutes=1) else None


def renewed(website_id: int, session: UUID, earlier: Receipt | None, now: datetime) -> Receipt:
    """The receipt of a hit at *now*: the earlier visit goes on for 30 minutes from its start, then a new one
    begins by the clock-hour rule (v3 reference 3.2)."""
    if (
        earlier is not None
        and earlier.session_uuid == session
        and now - earlier.visit_started_at <= VISIT_LENGTH
    ):
        return earlier
    return Receipt(website_id, session, visit_by_hour(session_key(session), now), now.replace(microsecond=0))
