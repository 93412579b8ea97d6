"""Events and the data they carry: how many, which properties, which values."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, QuerySet, Sum, Value

from ..domain.answers import EventTotals, Page
from ..domain.filters import Filter
from ..domain.scope import Scope
from ..domain.terms import is_storable
from ..domain.vocabulary import DataType, Metric
from ..models import Event, EventData
from ..querysets.expressions import ExactText, SameText
from . import counted
from .raw import overview as raw


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A key of event data, the type of its values, and how many events carry it."""

    key: str
    data_type: DataType
    events: int


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value as stored text (v3 reference 3.6), its type, and how many events carry it."""

    value: str
    data_type: DataType
    count: int


@dataclass(frozen=True, slots=True)
class NumberSummary:
    """What the numbers of a property are like."""

    count: int
    sum: float
    average: float
    smallest: float
    largest: float


def event_totals(scope: Scope) -> EventTotals:
    """Events in scope, their visitors, visits and different names; zeros without any. Two queries."""
    return counted.event_totals(scope) or raw.event_totals(scope)


def event_properties(scope: Scope, name: str | None) -> list[PropertyRow]:
    """The properties of the events called *name*, or of all: most events first, then by key and type. One query."""
    rows = (
        _data(scope, name)
        .annotate(exact=ExactText(F("key")))
        .values("exact", "data_type")
        .annotate(events=Count("hit_id", distinct=True))
        .values_list("exact", "data_type", "events")
    )
    found = [PropertyRow(_text(key), DataType(kind), events) for key, kind, events in rows]
    return sorted(found, key=lambda row: (-row.events, row.key, row.data_type))


def property_values(
    scope: Scope, name: str | None, key: str, *, limit: int = 100, offset: int = 0
) -> Page[ValueRow]:
    """The values that *key* has in the events called *name*: by count, then text in byte order. Two queries."""
    rows = (
        _of_key(scope, name, key)
        .annotate(exact=ExactText(F("string_value")))
        .values("exact", "data_type")
        .annotate(count=Count("id"))
        .order_by("-count", "exact", "data_type")
        .values_list("exact", "data_type", "count")
    )
    found = [
        ValueRow(_text(value), DataType(kind), count) for value, kind, count in rows[offset : offset + limit]
    ]
    return Page(found, rows.count())


def property_numbers(scope: Scope, name: str | None, key: str) -> NumberSummary | None:
    """What the numbers are like that *key* has; None when it has none. One query."""
    row = (
        _of_key(scope, name, key)
        .filter(data_type=DataType.NUMBER, number_value__isnull=False)
        .aggregate(
            count=Count("id"),
            sum=Sum("number_value"),
            average=Avg("number_value"),
            smallest=Min("number_value"),
            largest=Max("number_value"),
        )
    )
    count = row.pop("count")
    return NumberSummary(count, **{what: float(value) for what, value in row.items()}) if count else None


def _data(scope: Scope, name: str | None) -> QuerySet[Any]:
    """The properties of events in scope. The time is said twice: both tables have an index by it."""
    if name is not None:
        scope = scope.filtered(Filter(Metric.EVENT, (name,)))
    leaves = EventData.objects.filter(website_id=scope.website_id)
    if scope.period.is_empty:
        return leaves.none()
    return leaves.filter(
        created_at__range=(scope.period.start, scope.period.end),
        hit_id__in=Event.objects.in_scope(scope).values("pk"),
    )


def _of_key(scope: Scope, name: str | None, key: str) -> QuerySet[Any]:
    leaves = _data(scope, name)
    return leaves.filter(SameText(F("key"), Value(key))) if is_storable(key) else leaves.none()


def _text(value: str | bytes) -> str:
    """MariaDB gives texts that it compared byte for byte as bytes."""
    return value.decode() if isinstance(value, bytes) else value
