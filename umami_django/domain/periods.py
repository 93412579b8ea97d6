"""Stretches of time: periods with inclusive ends, and how a time zone cuts them into buckets.

Time zones never reach SQL. What a database needs to know of a zone is the list of offsets that hold during the
period; `offset_spans` gives it. Decision: design, section 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from .vocabulary import Unit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware *moment*."""
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime *micros* microseconds after 1970. Raises OverflowError beyond the year 9999."""
    return EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class Period:
    """From *start* to *end*, both inclusive, aware UTC. An end before the start means: nothing."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def is_empty(self) -> bool:
        return self.end < self.start


def previous_period(period: Period) -> Period:
    """The period of the same length that ends where *period* starts; it shares that instant.

    Source: v1 reference 3.2. Clamped at the year 1.
    """
    try:
        return Period(period.start - period.length, period.end - period.length)
    except OverflowError:
        return Period(period.start, period.start - MICROSECOND)


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone *name*, in any letter case. Raises KeyError for anything else."""
    return ZoneInfo(_zone_names()[name.lower()])


@dataclass(frozen=True, slots=True)
class OffsetSpan:
    """From *since_us* (microseconds since 1970) on, local time is UTC + *offset_us*."""

    since_us: int
    offset_us: int


_LAST_DAY = datetime(9999, 12, 30, tzinfo=UTC)


def offset_spans(period: Period, tz: tzinfo) -> tuple[OffsetSpan, ...]:
    """The UTC offsets of *tz* during *period*, in order of time; at least one.

    Looks at each day and halves the day in which an offset changes, down to the second.
    """
    start, end = period.start, max(period.start, min(period.end, _LAST_DAY))
    spans = [OffsetSpan(to_micros(start), _offset_us(start, tz))]
    moment = start
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        if _offset_us(following, tz) != spans[-1].offset_us:
            change = _change_between(moment, following, tz)
            spans.append(OffsetSpan(to_micros(change), _offset_us(change, tz)))
            moment = change
        else:
            moment = following
    return tuple(spans)


def _offset_us(moment: datetime, tz: tzinfo) -> int:
    return ((moment.astimezone(tz).utcoffset() or timedelta()) // timedelta(seconds=1)) * SECOND_US


def _change_between(before: datetime, after: datetime, tz: tzinfo) -> datetime:
    """The first whole second after *before* at which the offset differs from that of *before*."""
    old = _offset_us(before, tz)
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_us(datetime.fromtimestamp(middle, UTC), tz) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def local_micros(moment: datetime, tz: tzinfo) -> int:
    """The local clock time of *moment* in *tz*, as microseconds since a local 1970-01-01 00:00."""
    return to_micros(moment) + _offset_us(moment, tz)


def month_starts(first_us: int, last_us: int, unit: Unit) -> list[int]:
    """Local clock microseconds at which each month (or year) that touches first … last begins."""
    day = from_micros(first_us).date().replace(day=1)
    if unit is Unit.YEAR:
        day = day.replace(month=1)
    starts = []
    while (start := _clock_us(day)) <= last_us:
        starts.append(start)
        day = _next(day, unit)
    return starts


def bucket_label(local_us: int, unit: Unit) -> str:
    """The text v1 gives a bucket that begins at local clock *local_us* (v1 reference 1.6)."""
    moment = from_micros(local_us)
    if unit is Unit.HOUR:
        return moment.strftime("%Y-%m-%d %H:00:00")
    return moment.strftime("%Y-%m-%d")


def bucket_starts(period: Period, unit: Unit, tz: tzinfo) -> Iterator[int]:
    """Local clock microseconds of every bucket that *period* touches, in order, each once."""
    if period.is_empty:
        return
    first, last = local_micros(period.start, tz), local_micros(period.end, tz)
    if unit in (Unit.MONTH, Unit.YEAR):
        yield from month_starts(first, last, unit)
        return
    width = HOUR_US if unit is Unit.HOUR else DAY_US
    yield from range(first // width * width, last + 1, width)


def _clock_us(day: date) -> int:
    return (day - EPOCH.date()).days * DAY_US


def _next(day: date, unit: Unit) -> date:
    if unit is Unit.YEAR or day.month == 12:
        return day.replace(year=day.year + 1, month=1)
    return day.replace(month=day.month + 1)
