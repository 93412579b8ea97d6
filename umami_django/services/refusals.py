"""How many hits were not counted, by website, UTC day and reason. Added up in memory, written down every few seconds.

Nothing of the visitor is kept. A process that is killed takes the counts of its last seconds along.
"""

import atexit
import logging
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock

from django.db import DatabaseError
from django.db.models import Case, F, Q, Sum, Value, When

from .. import conf
from ..ingest.pipeline import Reason
from ..models import RefusedDay
from ..writers.connection import own_connection

logger = logging.getLogger("umami_django.collect")

WRITTEN_EVERY_S = 10.0
RETRIED_AFTER_S = 60.0
MOST_KEYS = 10_000
KEPT = timedelta(days=400)
NO_WEBSITE = 0

Key = tuple[int, date, str]

_counts: Counter[Key] = Counter()
_due_at: float | None = None
_lock = Lock()


def note(website_id: int | None, reason: Reason, now: datetime, count: int = 1) -> None:
    """Hits were not counted. Never fails; about every ten seconds the call writes down what was added up."""
    global _due_at
    key = (website_id or NO_WEBSITE, now.astimezone(UTC).date(), reason.value)
    with _lock:
        if key in _counts or len(_counts) < MOST_KEYS:
            _counts[key] += count
        if _due_at is None:
            _due_at = time.monotonic() + WRITTEN_EVERY_S
            atexit.unregister(_flush_at_exit)
            atexit.register(_flush_at_exit)
        if time.monotonic() < _due_at:
            return
        _due_at = time.monotonic() + RETRIED_AFTER_S  # nobody else, should this take long
    flush()


def flush() -> None:
    """Write down what this process has added up; after a failure of the database it is kept for later."""
    global _due_at
    with _lock:
        counts = dict(_counts)
        _counts.clear()
    if not counts:
        return
    try:
        _write(counts)
    except DatabaseError as error:
        logger.warning("Counts of filtered hits wait for the database: %s", error)
        with _lock:
            _counts.update(counts)
            _due_at = time.monotonic() + RETRIED_AFTER_S
    else:
        with _lock:
            _due_at = None


def forget() -> None:
    """Drop what was added up here."""
    global _due_at
    with _lock:
        _counts.clear()
        _due_at = None


def _write(counts: dict[Key, int]) -> None:
    """Add to the rows that there are; missing ones begin at 0. Right with several processes at once."""
    using = conf.umami_settings().TRAFFIC_DATABASE
    rows = RefusedDay.objects.using(using)
    keys = sorted(counts)
    cases = [
        When(website_id=website_id, day=day, reason=reason, then=Value(counts[website_id, day, reason]))
        for website_id, day, reason in keys
    ]
    these = Q()
    for website_id, day, reason in keys:
        these |= Q(website_id=website_id, day=day, reason=reason)
    # two transactions: on MariaDB one would lock what is there, and two processes would wait for each other
    with own_connection.in_use(using):
        rows.bulk_create(
            [RefusedDay(website_id=website_id, day=day, reason=reason) for website_id, day, reason in keys],
            ignore_conflicts=True,
        )
        rows.filter(these).update(count=F("count") + Case(*cases, default=Value(0)))


@dataclass(frozen=True, slots=True)
class Refused:
    """How many hits were not counted for a reason, or on a day."""

    name: str
    count: int


def refused_by(field: str, website_ids: Iterable[int], first: date, last: date) -> list[Refused]:
    """Sums by *field* (`reason` or `day`) of these websites, both days included; the most frequent first. One query,
    and what this process still holds is not in it."""
    rows = (
        RefusedDay.objects.using(conf.umami_settings().TRAFFIC_DATABASE)
        .filter(website_id__in=list(website_ids), day__range=(first, last))
        .values_list(field)
        .annotate(total=Sum("count"))
        .order_by("-total", field)
    )
    return [Refused(str(name), total) for name, total in rows]


def drop_old(now: datetime) -> int:
    """Remove what is older than 400 days; how many rows."""
    rows = RefusedDay.objects.using(conf.umami_settings().TRAFFIC_DATABASE)
    removed, _ = rows.filter(day__lt=(now - KEPT).date()).delete()
    return removed


def _flush_at_exit() -> None:
    if not conf.is_test_run():
        flush()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)
