"""Websites by what a door is told: uuid, name or domain. Remembered for a few seconds, so that a hit costs no query.

A website that is made or deleted is known to other processes after at most that long. One request looks it up again,
the others go on with what is remembered; while the database is away, all do.
"""

import logging
import time
from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import DatabaseError, router
from django.db.models import Q
from django.db.models.signals import post_delete, post_migrate, post_save

from ..exceptions import StoreUnavailable
from ..ingest.exclusions import compiled
from ..ingest.pipeline import Tracked
from ..models import Exclusion, Website
from ..writers.connection import looking
from ..writers.trouble import is_lost

logger = logging.getLogger("umami_django.collect")

REMEMBERED_S = 5.0
RETRIED_AFTER_S = 1.0
"""How long after a failure of the database it is asked again."""
MOST_REMEMBERED = 10_000

Key = int | str
"""The number of a uuid, which has its hash at hand, or what a website is called by."""

_known: OrderedDict[Key, tuple[float, Tracked | None]] = OrderedDict()
_being_looked_up: set[Key] = set()
_trouble_until = float("-inf")
"""Until then nobody asks the database about a website that is not remembered."""
_lock = Lock()


def website_by_uuid(uuid: UUID) -> Tracked | None:
    """The website that is tracked as *uuid*; None when there is none, or no more. At most two queries."""
    entry = _known.get(uuid.int)
    if entry is not None and time.monotonic() - entry[0] < REMEMBERED_S:
        return entry[1]  # each hit comes by here
    return _remembered(uuid.int, uuid=uuid)


def website_called(text: str) -> Tracked | None:
    """The website with this uuid, domain or name, in this order; of several the oldest. At most four queries."""
    try:
        found = website_by_uuid(UUID(text))
    except ValueError:
        found = None
    return found or _remembered(f"domain:{text}", domain=text) or _remembered(f"name:{text}", name=text)


def _remembered(key: Key, **condition: Any) -> Tracked | None:
    """Raises DatabaseError when the database fails and nothing is remembered."""
    entry, now = _known.get(key), time.monotonic()
    if entry is not None and now - entry[0] < REMEMBERED_S:
        return entry[1]
    with _lock:
        if entry is not None and key in _being_looked_up:
            return entry[1]
        if entry is None and now < _trouble_until:
            raise StoreUnavailable
        _being_looked_up.add(key)
    try:
        found = _looked_up(condition)
    except DatabaseError:
        _note_trouble()
        if entry is None:
            raise
        found = entry[1]
        now += RETRIED_AFTER_S - REMEMBERED_S
        logger.exception("The database does not tell about a website: what was known of it still holds.")
    finally:
        with _lock:
            _being_looked_up.discard(key)
    _remember(key, now, found)
    return found


def _looked_up(condition: dict[str, Any]) -> Tracked | None:
    """Once more when the connection had been lost meanwhile."""
    with looking(router.db_for_read(Website)) as connection:
        was_open = connection.connection is not None
        try:
            return _found(condition)
        except DatabaseError:
            if connection.in_atomic_block or not is_lost(connection) or not was_open:
                raise
        return _found(condition)


def _found(condition: dict[str, Any]) -> Tracked | None:
    row = Website.objects.alive().filter(**condition).order_by("pk").values_list("pk", "uuid").first()
    return None if row is None else tracked(*row)


def tracked(website_id: int, uuid: UUID) -> Tracked:
    """The website with whom it does not count. One query."""
    rules = Exclusion.objects.filter(Q(website=website_id) | Q(website=None))
    return Tracked(website_id, uuid, compiled(rules.values_list("kind", "value")))


def _remember(key: Key, now: float, found: Tracked | None) -> None:
    with _lock:
        _known[key] = (now, found)
        _known.move_to_end(key)
        while len(_known) > MOST_REMEMBERED:
            _known.popitem(last=False)


def _note_trouble() -> None:
    global _trouble_until
    _trouble_until = time.monotonic() + RETRIED_AFTER_S


def forget(**_: Any) -> None:
    """Drop what is remembered: a website or an exclusion was made, changed or deleted here."""
    global _trouble_until
    with _lock:
        _known.clear()
        _trouble_until = float("-inf")


def connect() -> None:
    """Forget everything whenever an exclusion changes here, or the tables were flushed or migrated."""
    uid = "umami_django.services.directory"
    post_migrate.connect(forget, dispatch_uid=uid)
    for signal in (post_save, post_delete):
        signal.connect(forget, sender=Exclusion, dispatch_uid=uid)
