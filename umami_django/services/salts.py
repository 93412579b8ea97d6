"""The salt of each month: random, shared by all processes, destroyed soon after its month.

Without its salt a month's visitors cannot be recognised again, by nobody. Source: design, section 4.
"""

import logging
import secrets
import time
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, transaction

from .. import conf
from ..ingest.identity import forget_salts, imported_salt, month_number
from ..models import Salt
from ..writers.connection import looking

logger = logging.getLogger("umami_django.collect")

KEPT_AFTER_MONTH = timedelta(hours=48)
MADE_BEFORE_MONTH = timedelta(days=7)
LOOKED_AHEAD_EVERY_S = 3600.0

_known: dict[tuple[str, int], str] = {}
"""Salts by traffic database and month: of this month, around its ends also of the month beside it."""
_of_day: tuple[str, int, str] | None = None
"""Traffic database, UTC day and salt of the latest hit, once nothing has to be fetched ahead: no more to look at."""
_looked_ahead_at = float("-inf")


def current_salt(now: datetime) -> str:
    """The salt of the UTC month that *now* is in. No query but the first of each process and month.

    A week before the month ends the next one's is fetched, too, in case the database is away when it begins.
    """
    global _of_day
    using, today = conf.umami_settings().TRAFFIC_DATABASE, now.toordinal()
    known, is_utc = _of_day, now.tzinfo is UTC
    if known is not None and is_utc and known[1] == today and known[0] == using:
        return known[2]
    salt = _salt(using, now)
    if is_utc and (not _ends_soon(now) or (using, month_number(now) + 1) in _known):
        _of_day = using, today, salt
    return salt


def _salt(using: str, now: datetime) -> str:
    month = month_number(now)
    _drop_old(month_number(now - KEPT_AFTER_MONTH))
    if (salt := _known.get((using, month))) is None:
        with looking(using):  # in turn: the first that comes asks for all
            salt = _known.get((using, month)) or _stored(month)
        _known[using, month] = salt
    if (using, month + 1) not in _known and _ends_soon(now):
        _look_ahead(using, month + 1)
    return salt


def _drop_old(oldest_kept: int) -> None:
    """What is destroyed in the database stays in no process's memory, either."""
    if old := [key for key in _known if key[1] < oldest_kept]:
        for key in old:
            _known.pop(key, None)
        forget_salts()


def _ends_soon(now: datetime) -> bool:
    return month_number(now + MADE_BEFORE_MONTH) != month_number(now)


def _look_ahead(using: str, month: int) -> None:
    """Fetch the salt of a month to come, if the database gives it; asked once an hour."""
    global _looked_ahead_at
    if time.monotonic() - _looked_ahead_at < LOOKED_AHEAD_EVERY_S:
        return
    _looked_ahead_at = time.monotonic()
    try:
        with looking(using), transaction.atomic(using=using):
            _known[using, month] = _stored(month)
    except DatabaseError:
        logger.warning("The salt of the month to come cannot be fetched yet.", exc_info=True)


def salt_for(moment: datetime, now: datetime) -> str:
    """The salt for a hit that happened at *moment*: its month's own while there is one, so that visitors are the same
    at every door; for months past one made of the installation's secret, the same at each import."""
    month = month_number(moment)
    if month == month_number(now) or timedelta() <= now - moment <= KEPT_AFTER_MONTH:
        return current_salt(moment)
    return imported_salt(conf.secret(), month)


def rotate_salts(now: datetime) -> int:
    """Make next month's salt a week ahead and destroy those that ended 48 hours ago; how many were destroyed."""
    if _ends_soon(now):
        _stored(month_number(now) + 1)
    oldest_kept = month_number(now - KEPT_AFTER_MONTH)
    destroyed, _ = (
        Salt.objects.using(conf.umami_settings().TRAFFIC_DATABASE).filter(month__lt=oldest_kept).delete()
    )
    return destroyed


def forget() -> None:
    """Drop the salts held in memory."""
    global _looked_ahead_at, _of_day
    _known.clear()
    forget_salts()
    _of_day = None
    _looked_ahead_at = float("-inf")


def _stored(month: int) -> str:
    """The month's salt, made now if there is none; of two processes that make one at once, one wins."""
    salts = Salt.objects.using(conf.umami_settings().TRAFFIC_DATABASE)
    if (value := salts.filter(month=month).values_list("value", flat=True).first()) is None:
        salts.bulk_create([Salt(month=month, value=secrets.token_hex(32))], ignore_conflicts=True)
        value = salts.values_list("value", flat=True).get(month=month)
    return value
