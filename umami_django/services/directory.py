"""Websites by what a door is told: uuid, name or domain. Remembered for a few seconds, so that a hit costs no query.

A website that is made or deleted is known to other processes after at most that long.
"""

import time
from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models.signals import post_migrate

from ..ingest.pipeline import Tracked
from ..models import Website

REMEMBERED_S = 5.0
MOST_REMEMBERED = 10_000

_known: OrderedDict[str, tuple[float, Tracked | None]] = OrderedDict()
_lock = Lock()


def website_by_uuid(uuid: UUID) -> Tracked | None:
    """The website that is tracked as *uuid*; None when there is none, or no more. At most one query."""
    return _remembered(str(uuid), uuid=uuid)


def website_called(text: str) -> Tracked | None:
    """The website with this uuid, domain or name, in this order; of several the oldest. At most three queries."""
    try:
        found = website_by_uuid(UUID(text))
    except ValueError:
        found = None
    return found or _remembered(f"domain:{text}", domain=text) or _remembered(f"name:{text}", name=text)


def _remembered(key: str, **condition: Any) -> Tracked | None:
    now = time.monotonic()
    with _lock:
        entry = _known.get(key)
    if entry is not None and now - entry[0] < REMEMBERED_S:
        return entry[1]
    row = Website.objects.alive().filter(**condition).order_by("pk").values_list("pk", "uuid").first()
    found = None if row is None else Tracked(*row)
    with _lock:
        _known[key] = (now, found)
        _known.move_to_end(key)
        while len(_known) > MOST_REMEMBERED:
            _known.popitem(last=False)
    return found


def forget(**_: Any) -> None:
    """Drop what is remembered: a website was made, changed or deleted here."""
    with _lock:
        _known.clear()


def connect() -> None:
    """Forget everything whenever the tables were flushed or migrated."""
    post_migrate.connect(forget, dispatch_uid="umami_django.services.directory")
