"""The time ranges that a page offers, as links."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..domain.periods import Period
from ..domain.vocabulary import Unit


@dataclass(frozen=True, slots=True)
class Range:
    """A choice: its name in the address, its label, and the width of its buckets."""

    key: str
    label: Any
    unit: Unit
    days: int


RANGES = (
    Range("24h", _("24 hours"), Unit.HOUR, 1),
    Range("7d", _("7 days"), Unit.DAY, 7),
    Range("30d", _("30 days"), Unit.DAY, 30),
    Range("12mo", _("12 months"), Unit.MONTH, 365),
)
DEFAULT = RANGES[0]


def range_of(key: str | None) -> Range:
    """The range called *key*; 24 hours for anything else."""
    return next((choice for choice in RANGES if choice.key == key), DEFAULT)


def period_of(choice: Range, now: datetime, tz: tzinfo) -> Period:
    """From the beginning of a local hour, day or month until *now*.

    24 hours reach back 24 hours to the second; days count today, months this month.
    """
    if choice.unit is Unit.HOUR:
        return Period(now - timedelta(hours=24), now)
    midnight = now.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0)
    if choice.unit is Unit.DAY:
        return Period(midnight - timedelta(days=choice.days - 1), now)
    month = midnight.replace(day=1)
    first = (
        month.replace(year=month.year - 1, month=month.month + 1)
        if month.month < 12
        else month.replace(month=1)
    )
    return Period(first, now)
