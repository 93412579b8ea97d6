"""Sessions that are in the database for certain: three hits of four come from one of them."""

import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from threading import Lock
from typing import Any

from django.db.models.signals import post_migrate

REMEMBERED_S = 60.0
"""The purger leaves sessions alone that somebody may still remember (services/purge.py)."""
MOST_REMEMBERED = 50_000

_known: OrderedDict[int, float] = OrderedDict()
_lock = Lock()


def unknown(session_ids: Iterable[int]) -> set[int]:
    """Those that may have to be stored."""
    oldest = time.monotonic() - REMEMBERED_S
    with _lock:
        return {key for key in session_ids if _known.get(key, oldest) <= oldest}


def remember(session_ids: Collection[int]) -> None:
    """They are stored, and committed."""
    now = time.monotonic()
    with _lock:
        for key in session_ids:
            _known[key] = now
            _known.move_to_end(key)
        while len(_known) > MOST_REMEMBERED:
            _known.popitem(last=False)


def forget(**_: Any) -> None:
    """Drop what is remembered: the tables were flushed or migrated."""
    with _lock:
        _known.clear()


def connect() -> None:
    """Forget all whenever the tables were flushed or migrated."""
    post_migrate.connect(forget, dispatch_uid="umami_django.writers.sessions")
