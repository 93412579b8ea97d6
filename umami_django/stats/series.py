"""How traffic went over time: one point for each hour, day, month or year of the asker's time zone."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Count, Expression, Max, Min

from ..domain.answers import EventPoint, Point
from ..domain.periods import Period, bucket_starts, local_micros, month_starts, offset_spans
from ..domain.scope import Scope
from ..domain.vocabulary import Unit
from ..models import Event, Pageview, StoredHit
from ..querysets.expressions import bucket, bucket_start, local_time
from .terms import texts

LONG = timedelta(days=800)
"""Periods longer than this are first narrowed to the traffic that there is, so that the work stays bounded."""


@dataclass(frozen=True, slots=True)
class _Buckets:
    """How a period falls into buckets: the SQL expression, and the way back from its numbers."""

    number: Expression
    unit: Unit
    month_starts: tuple[int, ...]

    def start(self, number: int) -> int:
        return bucket_start(number, self.unit, self.month_starts)


def pageview_series(scope: Scope, unit: Unit) -> list[Point]:
    """Pageviews and visitors of each bucket that has any, in order of time.

    A visitor counts in every bucket they were active in. The two hours that share a name when clocks go back
    are one bucket. One query; a second one for periods over 800 days. Source: v1 reference 3.3.
    """
    scope = _narrowed(scope)
    if scope.period.is_empty:
        return []
    buckets = _buckets(scope, unit)
    rows = (
        Pageview.objects.in_scope(scope)
        .annotate(bucket=buckets.number)
        .values("bucket")
        .annotate(pageviews=Count("id"), visitors=Count("session_id", distinct=True))
        .order_by("bucket")
        .values_list("bucket", "pageviews", "visitors")
    )
    return [Point(buckets.start(number), pageviews, visitors) for number, pageviews, visitors in rows]


def event_series(scope: Scope, unit: Unit) -> list[EventPoint]:
    """How often each event happened in each bucket, by time and then name. Two queries.

    Source: v1 reference 3.3.
    """
    scope = _narrowed(scope)
    if scope.period.is_empty:
        return []
    buckets = _buckets(scope, unit)
    rows = list(
        Event.objects.in_scope(scope)
        .annotate(bucket=buckets.number)
        .values("bucket", "event_name_id")
        .annotate(count=Count("id"))
        .values_list("bucket", "event_name_id", "count")
    )
    names = texts({name for _, name, _ in rows})
    points = [EventPoint(buckets.start(number), names.get(name, ""), count) for number, name, count in rows]
    return sorted(points, key=lambda point: (point.start_us, point.name))


def filled(points: list[Point], scope: Scope, unit: Unit) -> list[Point]:
    """*points* with a zero for every bucket of the period that has none."""
    known = {point.start_us: point for point in points}
    starts = bucket_starts(scope.period, unit, scope.tz)
    return [known.get(start, Point(start, 0, 0)) for start in starts]


def _buckets(scope: Scope, unit: Unit) -> _Buckets:
    period, tz = scope.period, scope.tz
    local = local_time(offset_spans(period, tz))
    starts: tuple[int, ...] = ()
    if unit in (Unit.MONTH, Unit.YEAR):
        starts = tuple(month_starts(local_micros(period.start, tz), local_micros(period.end, tz), unit))
    return _Buckets(bucket(local, unit, starts), unit, starts)


def _narrowed(scope: Scope) -> Scope:
    """The scope, cut to where the website has traffic when its period is very long."""
    if scope.period.length <= LONG:
        return scope
    bounds = (
        StoredHit.objects.for_website(scope.website_id)
        .during(scope.period)
        .aggregate(first=Min("created_at"), last=Max("created_at"))
    )
    if bounds["first"] is None:
        return replace(scope, period=Period(scope.period.end, scope.period.start))
    return scope.within(Period(bounds["first"], bounds["last"]))
