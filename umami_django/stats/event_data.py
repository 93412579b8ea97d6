"""Sums and counts over the data that events carry."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Sum, Value

from ..domain.scope import Scope
from ..ingest.properties import properties
from ..models import Event, EventData
from ..querysets.expressions import SameText

AGGREGATES: Mapping[str, Any] = {"count": Count, "sum": Sum, "avg": Avg, "min": Min, "max": Max}


def aggregates(
    scope: Scope, columns: Mapping[str, str], conditions: Mapping[str, Any]
) -> dict[str, int | float | None]:
    """`{"sum(price)": 3}` for the column `price: sum`, over the events in scope whose data fulfil *conditions*.

    A condition is a key and the value it must have. Numbers only, but for `count`; None when there are none. One
    query. Source: v1 reference 6.1 (1.39).
    """
    events = Event.objects.in_scope(scope)
    for leaf in properties(dict(conditions)):
        fulfilling = EventData.objects.filter(
            SameText(F("key"), Value(leaf.key)),
            SameText(F("string_value"), Value(leaf.string_value)),
            website_id=scope.website_id,
        )
        events = events.filter(pk__in=fulfilling.values("hit_id"))
    names = {f"{aggregate}({key})": (key, aggregate) for key, aggregate in columns.items()}
    row = EventData.objects.filter(website_id=scope.website_id, hit_id__in=events.values("pk")).aggregate(
        **{
            f"column_{position}": AGGREGATES[aggregate](
                "id" if aggregate == "count" else "number_value", filter=SameText(F("key"), Value(key))
            )
            for position, (key, aggregate) in enumerate(names.values())
        }
    )
    return {name: _plain(row[f"column_{position}"]) for position, name in enumerate(names)}


def _plain(value: Any) -> int | float | None:
    if value is None or isinstance(value, int):
        return value
    return int(value) if value == int(value) else float(value)
