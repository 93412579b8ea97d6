"""How traffic went over time, from the hits: rows for the buckets that have any."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Count, Expression, Max, Min

from ...domain.answers import EventCount, EventPoint, Point, TrafficPoint
from ...domain.periods import Period, local_micros, month_starts, offset_spans
from ...domain.scope import Scope
from ...domain.vocabulary import Unit
from ...models import Event, Pageview, StoredHit
from ...querysets.expressions import bucket, bucket_start, local_time
from ..terms import texts
from .statements import NUMBERS, EmptyResultSet, as_summary, compiled, fetched, numbers_by

LONG = timedelta(days=800)
"""Periods longer than this are first narrowed to the traffic that there is, so that the work stays bounded."""


def pageview_series(scope: Scope, unit: Unit) -> list[Point]:
    """Pageviews and visitors of each bucket. One query; a second one for periods over 800 days."""
    buckets = _buckets(scope, unit)
    if buckets is None:
        return []
    rows = (
        Pageview.objects.in_scope(scope)
        .annotate(bucket=buckets.number)
        .values("bucket")
        .annotate(pageviews=Count("id"), visitors=Count("session_id", distinct=True))
        .order_by("bucket")
        .values_list("bucket", "pageviews", "visitors")
    )
    return [Point(buckets.start(number), pageviews, visitors) for number, pageviews, visitors in rows]


def traffic_series(scope: Scope, unit: Unit) -> list[TrafficPoint]:
    """All numbers of each bucket. One query; a second one for periods over 800 days."""
    buckets = _buckets(scope, unit)
    if buckets is None:
        return []
    hits = Pageview.objects.in_scope(scope).annotate(bucket=buckets.number)
    try:
        keyed = compiled(hits.values("bucket", "session_id", "visit_id", "created_at"))
    except EmptyResultSet:
        return []
    columns = ", ".join(NUMBERS)
    answer = (f"SELECT bucket, {columns} FROM counted ORDER BY bucket", ())  # noqa: S608
    rows = fetched(numbers_by(["bucket"], keyed), answer, hits.db)
    return [TrafficPoint(buckets.start(number), as_summary(numbers)) for number, *numbers in rows]


def event_series(scope: Scope, unit: Unit) -> list[EventPoint]:
    """How often each event happened in each bucket. Two queries; three for periods over 800 days."""
    buckets = _buckets(scope, unit)
    if buckets is None:
        return []
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


def event_counts(scope: Scope, unit: Unit) -> list[EventCount]:
    """Events, whatever their names, and their visitors. One query; a second one for periods over 800 days."""
    buckets = _buckets(scope, unit)
    if buckets is None:
        return []
    rows = (
        Event.objects.in_scope(scope)
        .annotate(bucket=buckets.number)
        .values("bucket")
        .annotate(events=Count("id"), visitors=Count("session_id", distinct=True))
        .order_by("bucket")
        .values_list("bucket", "events", "visitors")
    )
    return [EventCount(buckets.start(number), events, visitors) for number, events, visitors in rows]


@dataclass(frozen=True, slots=True)
class _Buckets:
    """How a period falls into buckets: the SQL expression, and the way back from its numbers."""

    number: Expression
    unit: Unit
    month_starts: tuple[int, ...]

    def start(self, number: int) -> int:
        return bucket_start(number, self.unit, self.month_starts)


def _buckets(scope: Scope, unit: Unit) -> _Buckets | None:
    """The buckets of the scope's period; None when there can be nothing in it."""
    period, tz = narrowed(scope).period, scope.tz
    if period.is_empty:
        return None
    local = local_time(offset_spans(period, tz))
    starts: tuple[int, ...] = ()
    if unit in (Unit.MONTH, Unit.YEAR):
        starts = tuple(month_starts(local_micros(period.start, tz), local_micros(period.end, tz), unit))
    return _Buckets(bucket(local, unit, starts), unit, starts)


def narrowed(scope: Scope) -> Scope:
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
