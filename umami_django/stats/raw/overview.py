"""The numbers of a period, from its hits."""

from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value

from ...domain.answers import EventTotals, Summary
from ...domain.periods import SECOND_US
from ...domain.scope import Scope
from ...domain.vocabulary import VisitKey
from ...models import Event, Pageview
from ...querysets.expressions import Difference, WholeUnits


def summary(scope: Scope, visit_key: VisitKey) -> Summary:
    """The numbers of the pageviews in *scope*. One query."""
    return _numbers(Pageview.objects.in_scope(scope), visit_key)


def event_totals(scope: Scope) -> EventTotals:
    """The numbers of the events in *scope*. Two queries."""
    events = Event.objects.in_scope(scope)
    numbers = _numbers(events, VisitKey.VISIT)
    names = events.aggregate(names=Count("event_name_id", distinct=True))["names"]
    return EventTotals(numbers.pageviews, numbers.visitors, numbers.visits, names)


def _numbers(hits: QuerySet[Any], visit_key: VisitKey) -> Summary:
    if visit_key is VisitKey.HOUR:
        visits = hits.with_hour().values("session_id", "hour")  # type: ignore[attr-defined]
    else:
        visits = hits.values("session_id", "visit_id")
    seconds = WholeUnits(Difference(Max("created_at"), Min("created_at")), Value(SECOND_US))
    row = visits.annotate(views=Count("id"), seconds=seconds).aggregate(
        pageviews=Sum("views"),
        visitors=Count(F("session_id"), distinct=True),
        visits=Count("views"),
        bounces=Count("views", filter=Q(views=1)),
        total=Sum("seconds"),
    )
    return Summary(
        pageviews=int(row["pageviews"] or 0),
        visitors=row["visitors"],
        visits=row["visits"],
        bounces=row["bounces"],
        total_seconds=int(row["total"] or 0),
    )
