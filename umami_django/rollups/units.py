"""Quarters, hours, days and months as whole numbers since 1970, UTC: the units that are summarised."""

from datetime import date, timedelta
from functools import lru_cache

from ..domain.periods import DAY_US, EPOCH, HOUR_US
from ..domain.vocabulary import Span

QUARTER_US = HOUR_US // 4
"""Every time zone's offset is a multiple of it (since the 1970s): the finest unit."""
HOUR_QUARTERS = 4
DAY_QUARTERS = 96
DAY_HOURS = 24

_EPOCH_DAY = EPOCH.date()
_LAST_DAY = (date.max - _EPOCH_DAY).days


@lru_cache(maxsize=4096)
def month_of_day(day: int) -> int:
    """Months since 1970 of the UTC *day*."""
    moment = _EPOCH_DAY + timedelta(days=min(day, _LAST_DAY))
    return (moment.year - 1970) * 12 + moment.month - 1


@lru_cache(maxsize=1024)
def first_day(month: int) -> int:
    """The first UTC day of *month*."""
    year = 1970 + month // 12
    if year > date.max.year:
        return _LAST_DAY + 1
    return (date(year, month % 12 + 1, 1) - _EPOCH_DAY).days


def start_quarter(span: Span, start: int) -> int:
    """The first quarter of a unit."""
    match span:
        case Span.HOUR:
            return start * HOUR_QUARTERS
        case Span.DAY:
            return start * DAY_QUARTERS
        case Span.MONTH:
            return first_day(start) * DAY_QUARTERS


def ceil_hour(moment_us: int) -> int:
    """The first hour that begins at *moment_us* or later."""
    return -(-moment_us // HOUR_US)


def hour_us(hour: int) -> int:
    return hour * HOUR_US


def day_us(day: int) -> int:
    return day * DAY_US
