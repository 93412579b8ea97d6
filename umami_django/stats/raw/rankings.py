"""Values of a metric and how much traffic each had, from the hits."""

from typing import Any

from django.db import connections
from django.db.models import Count, F, QuerySet
from django.db.models.expressions import RawSQL

from ...domain.answers import Page, Row, TableRow
from ...domain.scope import Scope
from ...domain.vocabulary import SESSION_METRICS, VISIT_METRICS, Counted, Metric, Order
from ...models import Event, Pageview
from ..naming import PLACES
from .statements import (
    NUMBERS,
    ORDERS,
    EmptyResultSet,
    Steps,
    as_summary,
    compiled,
    fetched,
    named,
    numbers_by,
)

Values = tuple[Any, ...]


def ranking(
    scope: Scope, metric: Metric, counted: Counted, *, with_unknown: bool, limit: int | None, offset: int
) -> list[Row]:
    """The values of *metric* with their counts, largest first. One query."""
    hits = _hits(scope, metric, counted)
    keys = _keys(metric)
    try:
        if counted is Counted.VISITS or metric in VISIT_METRICS:
            column = counted.value
            steps = _steps(hits, scope, metric, with_unknown)
        else:
            column = "number"
            steps = {"counted": compiled(_counts(hits, metric, counted, with_unknown))}
    except EmptyResultSet:
        return []
    vendor = connections[hits.db].vendor
    answer = named(keys, [column], f"{column} DESC, ", vendor=vendor, limit=limit, offset=offset)
    rows = map(_parted(keys), fetched(steps, answer, hits.db))
    return [Row(name, int(number), country) for name, country, (number,), _ in rows]


def table(
    scope: Scope,
    metric: Metric,
    *,
    order: Order,
    descending: bool,
    with_unknown: bool,
    limit: int | None,
    offset: int,
) -> Page[TableRow]:
    """The values of *metric* with all their numbers. One query; a second one behind the last page."""
    hits = _hits(scope, metric, Counted.VISITORS)
    keys = _keys(metric)
    try:
        steps = _steps(hits, scope, metric, with_unknown)
    except EmptyResultSet:
        return Page([], 0)
    answer = named(
        keys,
        NUMBERS,
        "" if order is Order.NAME else f"{ORDERS[order]} {'DESC' if descending else 'ASC'}, ",
        vendor=connections[hits.db].vendor,
        limit=limit,
        offset=offset,
        names_descending=order is Order.NAME and descending,
    )
    found = [_parted(keys)(values) for values in fetched(steps, answer, hits.db)]
    rows = [TableRow(name, as_summary(numbers), country) for name, country, numbers, _ in found]
    if found or not offset:
        return Page(rows, found[0][-1] if found else 0)
    ((total,),) = fetched(steps, ("SELECT COUNT(*) FROM counted", ()), hits.db)
    return Page([], int(total))


def _hits(scope: Scope, metric: Metric, counted: Counted) -> QuerySet[Any]:
    if metric is Metric.COMPLETED or (counted is Counted.EVENTS and metric in VISIT_METRICS):
        raise ValueError(f"There is no ranking of {metric} by {counted}.")
    model = Event if metric is Metric.EVENT or counted is Counted.EVENTS else Pageview
    hits: QuerySet[Any] = model.objects.in_scope(scope)
    return hits


def _keys(metric: Metric) -> tuple[str, ...]:
    return ("value", "country") if metric in PLACES else ("value",)


def _with_keys(hits: QuerySet[Any], metric: Metric, with_unknown: bool) -> QuerySet[Any]:
    """The hits with `value`, a term, and for places `country`."""
    column = f"session__{metric}_id" if metric in SESSION_METRICS else f"{metric}_id"
    if not with_unknown:
        hits = hits.filter(**{f"{column}__isnull": False})
    places = {"country": F("session__country_id")} if metric in PLACES else {}
    keyed: QuerySet[Any] = hits.annotate(value=F(column), **places)
    return keyed


def _counts(hits: QuerySet[Any], metric: Metric, counted: Counted, with_unknown: bool) -> QuerySet[Any]:
    number = Count("session_id", distinct=True) if counted is Counted.VISITORS else Count("id")
    keyed = _with_keys(hits, metric, with_unknown)
    counts: QuerySet[Any] = keyed.values(*_keys(metric)).annotate(number=number)
    return counts


def _steps(hits: QuerySet[Any], scope: Scope, metric: Metric, with_unknown: bool) -> Steps:
    """From the hits to the numbers of each value."""
    keys = _keys(metric)
    columns = (*keys, "session_id", "visit_id", "created_at")
    if metric not in VISIT_METRICS:
        return numbers_by(keys, compiled(_with_keys(hits, metric, with_unknown).values(*columns)))
    if all(condition.keeps_whole_visits for condition in scope.filters):
        return numbers_by(keys, compiled(_with_end(hits, metric).values(*columns)))
    # the ends are looked for among all pageviews of the sessions in question, and only then the filters cut
    of_sessions = RawSQL("SELECT session_id FROM kept", ())
    views = Pageview.objects.asked_about(scope).filter(session_id__in=of_sessions)
    return {
        "kept": compiled(hits.values("id", "session_id")),
        "ends": compiled(_with_end(views, metric).values("id", *columns)),
        **numbers_by(keys, ("SELECT * FROM ends WHERE id IN (SELECT id FROM kept)", ())),
    }


def _with_end(views: Any, metric: Metric) -> QuerySet[Any]:
    """Pageviews with `value`, the term of the first or last page of their visit among them."""
    ended: QuerySet[Any] = views.with_end(metric, "value")
    return ended


def _parted(keys: tuple[str, ...]) -> Any:
    """A function that takes a row apart: name, country, numbers, how many rows there are."""

    def parted(values: Values) -> tuple[str | None, str | None, Values, int]:
        country = values[1] if len(keys) > 1 else None
        return values[0], country, values[len(keys) : -1], int(values[-1])

    return parted
