"""Who is the same visitor, and what is one visit: same input, same id, for ever.

Nothing here can be turned back into an address: ids are keyed digests, and the key is destroyed after its month.
Source: design, section 4; v3 reference 3.2.
"""

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from uuid import UUID

from ..domain.periods import HOUR_US, MINUTE_US, to_micros

VISIT_US = 30 * MINUTE_US
"""How long a visit that a receipt tells of goes on, counted from its start (v3 reference 3.2)."""

_OTHER_BITS, _VERSION_5 = ~(0xF << 76 | 0b11 << 62), 5 << 76 | 0b10 << 62
"""All but where a UUID says how it was made, and what stands there; RFC 9562, section 4."""


def month_number(moment: datetime) -> int:
    """Months since year 0 of the UTC calendar month that *moment* is in."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return 12 * utc.year + utc.month - 1


def imported_salt(secret: str, month: int) -> str:
    """The salt of a past month, for imported logs: the same whenever the file is imported."""
    return hmac.new(secret.encode(), f"umami:imported:{month}".encode(), sha256).hexdigest()


def anonymous_session(website: UUID, address: str | None, user_agent: str, salt: str) -> str:
    """The visitor behind *address* and *user_agent* on *website* in the month of *salt*: a uuid in 32 hexadecimal
    digits."""
    digest = _visitors_of(website.int, salt).copy()
    digest.update(f"{address or ''}\0{user_agent}".encode("utf-8", "replace"))
    return _as_uuid(digest.digest())


@lru_cache(maxsize=1024)
def _visitors_of(website: int, salt: str) -> blake2b:
    """The digest that each visitor of *website* in the month of *salt* begins with."""
    return blake2b(website.to_bytes(16) + b"\0", digest_size=16, key=salt.encode()[:64])


def forget_salts() -> None:
    """Keep nothing that was made of a salt."""
    _visitors_of.cache_clear()


def identified_session(website: UUID, distinct_id: str, secret: str) -> str:
    """The visitor whom *website* calls *distinct_id*: the same on every device and in every month."""
    identity = website.bytes + b"\0" + distinct_id.encode("utf-8", "replace")
    key = sha256(f"umami:identified:{secret}".encode()).digest()
    return _as_uuid(blake2b(identity, digest_size=16, key=key).digest())


def _as_uuid(digest: bytes) -> str:
    """As `UUID(bytes=digest, version=5).hex`, in a third of the time."""
    return (int.from_bytes(digest) & _OTHER_BITS | _VERSION_5).to_bytes(16).hex()


def key_of_session(session: str) -> int:
    """As `session_key`, of a uuid in 32 hexadecimal digits."""
    return int.from_bytes(blake2b(bytes.fromhex(session), digest_size=8).digest()) >> 1


def session_key(uuid: UUID) -> int:
    """The integer key of a session: 63 bits, so that two of a hundred million sessions hardly ever share one."""
    return key_of_session(uuid.hex)


def visit_by_hour(session_id: int, moment: datetime) -> int:
    """The visit of a session by the clock-hour rule."""
    return visit_in_hour(session_id, to_micros(moment) // HOUR_US)


def visit_in_hour(session_id: int, hour: int) -> int:
    """The visit of a session in *hour*, the number of a UTC clock hour since 1970."""
    return int.from_bytes(blake2b(b"%d:%d" % (session_id, hour), digest_size=8).digest()) >> 1
