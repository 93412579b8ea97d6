"""What a range is compared with: as much of an earlier one as has passed of it. Pure: the moment comes in."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from ..domain.periods import MICROSECOND, Period, same_period_last_year
from .ranges import RANGES, Edge, clock_bounds, moment_of, period_of


def period_before(
    key: str, step: int, now: datetime, tz: tzinfo, edges: tuple[Edge, Edge] | None, period: Period
) -> Period | None:
    """What *period*, the meaning of the range *key*, is compared with: the one before.

    Today until 14:30 is compared with yesterday until 14:30, a month that goes on with as many days of the one before.
    None for all time.
    """
    if key == "all":
        return None
    if RANGES[key].hours:
        return period_of(key, step - 1, now, tz, None, None)
    today = now.astimezone(tz).date()
    start, after = clock_bounds(key, step, today, edges)
    if key == "custom":
        start_before, after_before = start - (after - start), start
    else:
        start_before, after_before = clock_bounds(key, step - 1, today, None)
    return _earlier(
        period, start, after, lambda clock: min(clock - start + start_before, after_before - MICROSECOND), tz
    )


def period_last_year(
    key: str, step: int, now: datetime, tz: tzinfo, edges: tuple[Edge, Edge] | None, period: Period
) -> Period:
    """The same days, or hours of the clock, a calendar year earlier; 29 February becomes 28 February."""
    if key == "all" or RANGES[key].hours:
        return same_period_last_year(period, tz)
    start, after = clock_bounds(key, step, now.astimezone(tz).date(), edges)
    return _earlier(period, start, after, _year_earlier, tz)


def _earlier(
    period: Period, start: datetime, after: datetime, earlier: Callable[[datetime], datetime], tz: tzinfo
) -> Period:
    """*period*, which begins when the clock shows *start*, moved by the clock.

    A whole range becomes a whole range, also where clocks skip its first midnight or go through its last hour twice.
    """
    begin = moment_of(earlier(start), tz)
    if period.end == moment_of(after, tz) - MICROSECOND:
        return Period(begin, moment_of(earlier(after - MICROSECOND) + MICROSECOND, tz) - MICROSECOND)
    return Period(begin, moment_of(earlier(period.end.astimezone(tz).replace(tzinfo=None)), tz))


def _year_earlier(clock: datetime) -> datetime:
    day = 28 if (clock.month, clock.day) == (2, 29) else clock.day
    return clock.replace(year=clock.year - 1, day=day)
