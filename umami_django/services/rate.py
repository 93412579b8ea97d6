"""How many hits one address may send to one website: a bucket that empties steadily, in this process's memory.

Keys are digests that change with each process: no address is kept, not even here.
"""

import math
import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address
from threading import Lock

MOST_BUCKETS = 50_000
_RATE = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,5})s")
_pepper = secrets.token_bytes(16)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many hits in so many seconds."""

    hits: int
    seconds: int


@lru_cache(maxsize=16)
def parsed_rate(text: str) -> Rate:
    """`1000/10s` as a rate. Raises ValueError."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no rate such as 1000/10s")
    return Rate(int(match[1]), int(match[2]))


class Buckets:
    """The buckets of one process; those used longest ago make room."""

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._lock = Lock()
        self._levels: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, address: str | None, website_id: int, rate: Rate) -> int:
        """Put one hit into the bucket; 0, or in how many whole seconds there will be room for one.

        IPv6 addresses share a bucket with their /64. Without an address (a unix socket) there is no limit.
        """
        if address is None:
            return 0
        key = hash((_pepper, _network(address), website_id))
        now = time.monotonic()
        with self._lock:
            level, at = self._levels.pop(key, (0.0, now))
            level = max(0.0, level - (now - at) * rate.hits / rate.seconds)
            is_full = level + 1 > rate.hits
            self._levels[key] = (level if is_full else level + 1, now)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
        return math.ceil((level + 1 - rate.hits) * rate.seconds / rate.hits) if is_full else 0

    def __len__(self) -> int:
        return len(self._levels)

    def clear(self) -> None:
        """Empty all buckets."""
        with self._lock:
            self._levels.clear()


def _network(address: str) -> str | bytes:
    return IPv6Address(address).packed[:8] if ":" in address else address


buckets = Buckets()


def forget() -> None:
    """Empty the buckets of this process."""
    buckets.clear()
