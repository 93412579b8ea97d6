"""Stretches of time: periods with inclusive ends, and how a time zone cuts them into buckets.

Time zones never reach SQL. What a database needs to know of a zone is the list of offsets that hold during the
period; `offset_spans` gives it. Decision: design, section 4.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from .vocabulary import Unit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
WEEK_US = 7 * DAY_US
MONDAY_US = 3 * DAY_US
"""How long before 1970, a Thursday, the week began."""

WIDTH_US = {Unit.MINUTE: MINUTE_US, Unit.HOUR: HOUR_US, Unit.DAY: DAY_US, Unit.WEEK: WEEK_US}
"""How wide the buckets are whose width never changes."""

UNITS_UP_TO: tuple[tuple[timedelta, Unit], ...] = (
    (timedelta(hours=1), Unit.MINUTE),
    (timedelta(days=31), Unit.HOUR),
    (timedelta(days=800), Unit.DAY),
    (timedelta(days=3700), Unit.WEEK),
)
"""The longest period that a unit still suits; months and years suit any."""


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


def same_period_last_year(period: Period, tz: tzinfo) -> Period:
    """The period a calendar year earlier by the clocks of *tz*; 29 February becomes 28 February.

    Nothing when that were before the year 1. Source: v3 reference 1.6.
    """
    try:
        return Period(_year_earlier(period.start, tz), _year_earlier(period.end, tz))
    except (ValueError, OverflowError):
        return Period(EPOCH, EPOCH - MICROSECOND)


def _year_earlier(moment: datetime, tz: tzinfo) -> datetime:
    local = moment.astimezone(tz)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day).astimezone(UTC)


def units_for(period: Period) -> tuple[Unit, ...]:
    """The units whose buckets are not too many for *period*, narrowest first."""
    fixed = (unit for longest, unit in UNITS_UP_TO if period.length <= longest)
    return (*fixed, Unit.MONTH, Unit.YEAR)


def default_unit(period: Period) -> Unit:
    """The unit that shows *period* best: up to an hour by minute, two days by hour, 100 days by day, ten years by
    month, else by year."""
    for longest, unit in ((1, Unit.MINUTE), (49, Unit.HOUR), (24 * 100, Unit.DAY)):
        if period.length <= timedelta(hours=longest):
            return unit
    return Unit.MONTH if period.length <= timedelta(days=3700) else Unit.YEAR


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
    if unit in (Unit.MINUTE, Unit.HOUR):
        return moment.strftime("%Y-%m-%d %H:%M:00")
    return moment.strftime("%Y-%m-%d")


def bucket_starts(period: Period, unit: Unit, tz: tzinfo) -> list[int]:
    """Local clock microseconds of every bucket that *period* touches, in order, each once.

    Hours that clocks skip are left out; minutes that they go through twice are there once.
    """
    if period.is_empty:
        return []
    spans = offset_spans(period, tz)
    ends = [span.since_us - 1 for span in spans[1:]] + [to_micros(period.end)]
    starts: set[int] = set()
    for span, end_us in zip(spans, ends, strict=True):
        first, last = span.since_us + span.offset_us, end_us + span.offset_us
        if unit in WIDTH_US:
            starts.update(range(bucket_start(bucket_number(first, unit), unit), last + 1, WIDTH_US[unit]))
        else:
            starts.update(month_starts(first, last, unit))
    return sorted(starts)


def bucket_number(local_us: int, unit: Unit) -> int:
    """Which minute, hour, day or week since 1970 the local clock time *local_us* falls in."""
    return (local_us + _shift_us(unit)) // WIDTH_US[unit]


def bucket_start(number: int, unit: Unit) -> int:
    """Local clock microseconds at which minute, hour, day or week *number* begins."""
    return number * WIDTH_US[unit] - _shift_us(unit)


def bucket_end(start_us: int, unit: Unit) -> int:
    """Local clock microseconds at which the bucket that begins at *start_us* is over."""
    if unit in WIDTH_US:
        return start_us + WIDTH_US[unit]
    return _clock_us(_next(from_micros(start_us).date(), unit))


def _shift_us(unit: Unit) -> int:
    return MONDAY_US if unit is Unit.WEEK else 0


def _clock_us(day: date) -> int:
    return (day - EPOCH.date()).days * DAY_US


def _next(day: date, unit: Unit) -> date:
    if unit is Unit.YEAR or day.month == 12:
        return day.replace(year=day.year + 1, month=1)
    return day.replace(month=day.month + 1)
