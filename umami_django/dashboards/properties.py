"""The properties of events: which there are, and the values of one of them."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..stats.events import event_properties, property_numbers, property_values
from .asked import Asked
from .numbers import grouped, share
from .rows import bar

MOST_KEYS = 50
VALUES = 9


@dataclass(frozen=True, slots=True)
class PropertyLink:
    """One property as a choice."""

    key: str
    href: str
    panel_href: str
    count: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ValueRow:
    label: str
    count: str
    share: str
    percent: str


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties, and the values of the chosen one; `numbers` are those of numeric values: label and text."""

    keys: list[PropertyLink]
    values: list[ValueRow]
    more: int
    """How many values are not shown."""
    numbers: list[tuple[str, str]]


def properties(
    question: Asked, event: str | None, chosen: str | None, *, page: str = "overview"
) -> Properties:
    """Of the events called *event*, or of all, the property *chosen* or else the first. At most four queries.

    *page* is the page that the properties stand on.
    """
    found = event_properties(question.scope, event)
    counts: dict[str, int] = {}
    for row in found[: MOST_KEYS * 2]:
        counts[row.key] = counts.get(row.key, 0) + row.events
    if not counts:
        return Properties([], [], 0, [])
    key = chosen if chosen in counts else next(iter(counts))
    found_values = property_values(question.scope, event, key, limit=VALUES)
    most = max((value.count for value in found_values.rows), default=0)
    state = question.state
    if page == "overview":
        state = state.with_tab("events", "properties")
    keys = [
        PropertyLink(
            key=name,
            href=question.link(state, page, name=event, property=name) + "#umami-events",
            panel_href="" if event else question.link(state, "panel", "events", property=name),
            count=grouped(count),
            is_chosen=name == key,
        )
        for name, count in list(counts.items())[:MOST_KEYS]
    ]
    values = [
        ValueRow(value.value, grouped(value.count), share(value.count, counts[key]), bar(value.count, most))
        for value in found_values.rows
    ]
    return Properties(
        keys, values, max(0, found_values.total - len(found_values.rows)), _numbers(question, event, key)
    )


def _numbers(question: Asked, event: str | None, key: str) -> list[tuple[str, str]]:
    numbers = property_numbers(question.scope, event, key)
    if numbers is None:
        return []
    return [
        (label, number_format(round(value, 2), force_grouping=True))
        for label, value in (
            (_("Sum"), numbers.sum),
            (_("Average"), numbers.average),
            (_("Smallest"), numbers.smallest),
            (_("Largest"), numbers.largest),
        )
    ]
