"""The salt of each month: random, shared by all processes, destroyed soon after its month.

Without its salt a month's visitors cannot be recognised again, by nobody. Source: design, section 4.
"""

import secrets
from datetime import datetime, timedelta

from .. import conf
from ..ingest.identity import imported_salt, month_number
from ..models import Salt

KEPT_AFTER_MONTH = timedelta(hours=48)
MADE_BEFORE_MONTH = timedelta(days=7)

_current: tuple[str, int, str] | None = None


def current_salt(now: datetime) -> str:
    """The salt of the month that *now* is in. No query but the first of each process and month."""
    global _current
    using = conf.umami_settings().TRAFFIC_DATABASE
    month = month_number(now)
    if _current is None or _current[:2] != (using, month):
        _current = (using, month, _stored(month))
    return _current[2]


def salt_for(moment: datetime, now: datetime) -> str:
    """The salt for a hit that happened at *moment*: its month's own while there is one, so that visitors are the same
    at every door; for months past one made of the installation's secret, the same at each import."""
    month = month_number(moment)
    if month == month_number(now) or timedelta() <= now - moment <= KEPT_AFTER_MONTH:
        return current_salt(moment)
    return imported_salt(conf.secret(), month)


def rotate_salts(now: datetime) -> int:
    """Make next month's salt a week ahead and destroy those that ended 48 hours ago; how many were destroyed."""
    ahead = month_number(now + MADE_BEFORE_MONTH)
    if ahead != month_number(now):
        _stored(ahead)
    oldest_kept = month_number(now - KEPT_AFTER_MONTH)
    destroyed, _ = (
        Salt.objects.using(conf.umami_settings().TRAFFIC_DATABASE).filter(month__lt=oldest_kept).delete()
    )
    return destroyed


def forget() -> None:
    """Drop the salt held in memory."""
    global _current
    _current = None


def _stored(month: int) -> str:
    """The month's salt, made now if there is none; of two processes that make one at once, one wins."""
    salts = Salt.objects.using(conf.umami_settings().TRAFFIC_DATABASE)
    if (value := salts.filter(month=month).values_list("value", flat=True).first()) is None:
        salts.bulk_create([Salt(month=month, value=secrets.token_hex(32))], ignore_conflicts=True)
        value = salts.values_list("value", flat=True).get(month=month)
    return value
