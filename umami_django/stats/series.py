"""How traffic went over time: one point for each minute, hour, day, week, month or year of the asker's time zone."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.answers import EventCount, EventPoint, Point, Summary, TrafficPoint
from ..domain.filters import Filter
from ..domain.periods import DAY_US, WIDTH_US, bucket_end, bucket_starts, local_micros
from ..domain.scope import Scope
from ..domain.vocabulary import Metric, Unit
from ..exceptions import InvalidInput
from . import counted, summed
from .raw import series as raw

MOST_BUCKETS = 20_000


def pageview_series(scope: Scope, unit: Unit) -> list[Point]:
    """Pageviews and visitors of each bucket that has any, in order of time.

    A visitor counts in every bucket they were active in. The two hours that share a name when clocks go back
    are one bucket. One query; a second one for periods over 800 days. Source: v1 reference 3.3.
    """
    scope = raw.narrowed(scope)
    found = summed.pageview_points(scope, unit)
    if found is None:
        found = counted.pageview_series(scope, unit)
    return raw.pageview_series(scope, unit) if found is None else found


def traffic_series(
    scope: Scope, unit: Unit, now: datetime, *, with_visits: bool = True
) -> list[TrafficPoint]:
    """All numbers of every bucket that the period touches, in order of time; zeros where there was nothing.

    The numbers of a bucket are those of `summary` for the selected hits that fall in it: a visit that goes on in the
    next bucket is a visit there, too. What entry and exit pages are is decided by the whole period. Raises InvalidInput
    when there were more than 20,000 buckets. One query; a second one for periods over 800 days.

    Without *with_visits* only pageviews and visitors are counted, which is less work.
    """
    buckets = _all_buckets(scope, unit, now)
    narrowed = raw.narrowed(scope)
    if with_visits:
        points = summed.traffic_points(narrowed, unit)
        if points is None:
            points = counted.traffic_series(narrowed, unit)
        if points is None:
            points = raw.traffic_series(narrowed, unit)
    else:
        points = [
            TrafficPoint(point.start_us, Summary(pageviews=point.pageviews, visitors=point.visitors))
            for point in pageview_series(narrowed, unit)
        ]
    known = {point.start_us: point for point in points}
    return [
        replace(known.get(start, TrafficPoint(start, Summary())), is_unfinished=is_unfinished)
        for start, is_unfinished in buckets
    ]


def event_series(scope: Scope, unit: Unit) -> list[EventPoint]:
    """How often each event happened in each bucket, by time and then name; buckets without any are left out.

    Two queries; a third one for periods over 800 days. Source: v1 reference 3.3.
    """
    scope = raw.narrowed(scope)
    found = summed.event_points(scope, unit)
    if found is None:
        found = counted.event_series(scope, unit)
    return raw.event_series(scope, unit) if found is None else found


def one_event_series(scope: Scope, name: str, unit: Unit, now: datetime) -> list[EventCount]:
    """How often the event *name* happened in every bucket, and to how many visitors; zeros where it did not.

    Raises InvalidInput when there were more than 20,000 buckets. One query; a second one for periods over 800 days.
    """
    buckets = _all_buckets(scope, unit, now)
    of_name = scope.filtered(Filter(Metric.EVENT, (name,)))
    counts = counted.event_counts(of_name, unit)
    if counts is None:
        counts = raw.event_counts(of_name, unit)
    known = {count.start_us: count for count in counts}
    return [
        replace(known.get(start, EventCount(start, 0, 0)), is_unfinished=is_unfinished)
        for start, is_unfinished in buckets
    ]


def filled(points: list[Point], scope: Scope, unit: Unit) -> list[Point]:
    """*points* with a zero for every bucket of the period that has none."""
    known = {point.start_us: point for point in points}
    starts = bucket_starts(scope.period, unit, scope.tz)
    return [known.get(start, Point(start, 0, 0)) for start in starts]


def _all_buckets(scope: Scope, unit: Unit, now: datetime) -> list[tuple[int, bool]]:
    """The start of every bucket, and whether it had not ended by *now*."""
    if scope.period.length > MOST_BUCKETS * timedelta(microseconds=WIDTH_US.get(unit, 28 * DAY_US)):
        raise InvalidInput("unit", "is too narrow for a range as long as this")
    local_now = local_micros(now, scope.tz)
    starts = bucket_starts(scope.period, unit, scope.tz)
    return [(start, bucket_end(start, unit) > local_now) for start in starts]
