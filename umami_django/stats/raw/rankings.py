"""Values of a metric and how much traffic each had, from the hits."""

from typing import Any

from django.db.models import Count, F, QuerySet

from ...domain.answers import Page, Row, TableRow
from ...domain.scope import Scope
from ...domain.vocabulary import SESSION_METRICS, VISIT_METRICS, Counted, Metric, Order
from ...models import Event, Pageview
from .statements import (
    NUMBERS,
    ORDERS,
    EmptyResultSet,
    Sql,
    as_summary,
    compiled,
    fetched,
    named,
    numbers_by,
)

PLACES = frozenset({Metric.REGION, Metric.CITY})
"""Metrics whose values are known together with a country only: there is a Paris in Texas."""

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
            counts = numbers_by(keys, _keyed(hits, scope, metric, with_unknown))
        else:
            column = "number"
            counts = compiled(_counts(hits, metric, counted, with_unknown))
        statement = named(
            keys, [column], counts, f"{column} DESC, ", using=hits.db, limit=limit, offset=offset
        )
    except EmptyResultSet:
        return []
    return [
        Row(name, int(count), country)
        for name, country, (count,), _ in map(_parted(keys), fetched(statement, hits.db))
    ]


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
    direction = "DESC" if descending else "ASC"
    try:
        counts = numbers_by(keys, _keyed(hits, scope, metric, with_unknown))
        statement = named(
            keys,
            NUMBERS,
            counts,
            "" if order is Order.NAME else f"{ORDERS[order]} {direction}, ",
            using=hits.db,
            limit=limit,
            offset=offset,
            names_descending=order is Order.NAME and descending,
        )
    except EmptyResultSet:
        return Page([], 0)
    found = [_parted(keys)(values) for values in fetched(statement, hits.db)]
    rows = [TableRow(name, as_summary(numbers), country) for name, country, numbers, _ in found]
    if found:
        return Page(rows, found[0][-1])
    return Page([], _number_of(counts, hits.db) if offset else 0)


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


def _keyed(hits: QuerySet[Any], scope: Scope, metric: Metric, with_unknown: bool) -> Sql:
    columns = (*_keys(metric), "session_id", "visit_id", "created_at")
    if metric not in VISIT_METRICS:
        return compiled(_with_keys(hits, metric, with_unknown).values(*columns))
    # the ends are looked for among all pageviews of the sessions in question, and only then the filters cut
    views = Pageview.objects.asked_about(scope)
    if not scope.filters:
        return compiled(views.with_end(metric, "value").values(*columns))
    views = views.filter(session_id__in=hits.values("session_id"))
    sql, params = compiled(views.with_end(metric, "value").values("id", *columns))
    kept, kept_params = compiled(hits.values("id"))
    return f"SELECT * FROM ({sql}) ends WHERE ends.id IN ({kept})", params + kept_params  # noqa: S608


def _parted(keys: tuple[str, ...]) -> Any:
    """A function that takes a row apart: name, country, numbers, how many rows there are."""

    def parted(values: Values) -> tuple[str | None, str | None, Values, int]:
        country = values[1] if len(keys) > 1 else None
        return values[0], country, values[len(keys) : -1], int(values[-1])

    return parted


def _number_of(rows: Sql, using: str) -> int:
    sql, params = rows
    ((number,),) = fetched((f"SELECT COUNT(*) FROM ({sql}) counted", params), using)  # noqa: S608
    return int(number)
