"""What a dashboard shows, as its address says it: `read(render(state)) == state`. Pure; the request stays outside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..domain.filters import Filter, FilterSet
from ..domain.periods import zone
from ..domain.vocabulary import Unit
from . import filter_keys
from .ranges import DEFAULT, RANGES, Edge, edge_of, moved, written_edge

FARTHEST_STEP = -1000


class Compare(StrEnum):
    """What the numbers are compared with."""

    PREVIOUS = "previous"
    YEAR = "year"
    CUSTOM = "custom"
    OFF = "off"


COMPARE_LABELS: dict[Compare, Any] = {
    Compare.PREVIOUS: _("Previous period"),
    Compare.YEAR: _("A year ago"),
    Compare.CUSTOM: _("Custom period"),
    Compare.OFF: _("No comparison"),
}
CARDS = ("visitors", "visits", "pageviews", "pages_per_visit", "bounce_rate", "visit_duration")
"""The numbers that a click puts on the chart."""

TABS: dict[str, tuple[str, ...]] = {
    "sources": (
        *("channels", "referrers"),
        *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    ),
    "pages": ("paths", "entries", "exits", "titles", "queries"),
    "locations": ("map", "countries", "regions", "cities", "languages"),
    "devices": ("browsers", "systems", "types", "screens"),
    "events": ("names", "properties"),
}
"""The tabs of each panel; the first is open unless the address says otherwise."""


@dataclass(frozen=True, slots=True)
class State:
    """Every choice of the reader; what is not in the address has the default."""

    range: str = DEFAULT
    step: int = 0
    edges: tuple[Edge, Edge] | None = None
    unit: Unit | None = None
    tz: str | None = None
    compare: Compare = Compare.PREVIOUS
    compare_edges: tuple[Edge, Edge] | None = None
    filters: FilterSet = ()
    card: str = CARDS[0]
    tabs: tuple[tuple[str, str], ...] = ()
    """Panels whose open tab is not the first, with its name; in the order of TABS."""
    whole: bool = False
    """Render the panels in the same answer, for readers without JavaScript."""

    def tab(self, panel: str) -> str:
        """The open tab of *panel*."""
        return dict(self.tabs).get(panel, TABS[panel][0])

    def with_tab(self, panel: str, tab: str) -> Self:
        chosen = dict(self.tabs) | {panel: tab}
        return replace(self, tabs=_tabs(chosen))

    def with_range(self, key: str, edges: tuple[Edge, Edge] | None = None) -> Self:
        return replace(self, range=key, step=0, edges=edges, unit=None)

    def filtered(self, *added: Filter) -> Self:
        filters = self.filters
        for item in added:
            filters = filter_keys.with_filter(filters, item)
        return replace(self, filters=filters)

    def without(self, dropped: Filter) -> Self:
        return replace(self, filters=filter_keys.without_filter(self.filters, dropped))

    def stepped(self, direction: int) -> Self | None:
        """One width earlier (-1) or later (1); None where there is nothing to step to."""
        if self.range == "all" or (
            self.range != "custom" and not FARTHEST_STEP <= self.step + direction <= 0
        ):
            return None
        if self.edges is None:
            return replace(self, step=self.step + direction)
        try:
            edges = moved(self.edges, direction)
        except OverflowError:
            return None
        return replace(self, edges=edges) if all(edge_of(written_edge(edge)) for edge in edges) else None

    def pairs(self) -> list[tuple[str, str]]:
        """Key and value of everything that is not as it would be anyway."""
        found: list[tuple[str, str]] = []
        if self.range != DEFAULT:
            found.append(("range", self.range))
        if self.edges is not None:
            found += [("from", written_edge(self.edges[0])), ("to", written_edge(self.edges[1]))]
        if self.step:
            found.append(("step", str(self.step)))
        if self.unit is not None:
            found.append(("unit", self.unit.value))
        if self.tz is not None:
            found.append(("tz", self.tz))
        if self.compare is not Compare.PREVIOUS:
            found.append(("compare", self.compare.value))
        if self.compare_edges is not None:
            first, last = self.compare_edges
            found += [("compare_from", written_edge(first)), ("compare_to", written_edge(last))]
        if self.card != CARDS[0]:
            found.append(("card", self.card))
        found += self.tabs
        if self.whole:
            found.append(("panels", "all"))
        return found + filter_keys.pairs(self.filters)

    def render(self, **more: object) -> str:
        """The query string with its question mark; *more* keys at the end, unless they are empty."""
        extra = [(key, str(value)) for key, value in more.items() if value not in (None, "")]
        return f"?{urlencode([*self.pairs(), *extra])}"


def read(query: Mapping[str, list[str]]) -> tuple[State, list[str]]:
    """What *query* asks for, and what is wrong with the parts that are left at their defaults."""
    problems: list[str] = []

    def word(key: str, allowed: Any, default: Any) -> Any:
        value = query.get(key, [""])[-1]
        if value in ("", None) or value in allowed:
            return value or default
        problems.append(gettext("“%(value)s” is not known as “%(key)s”.") % {"value": value, "key": key})
        return default

    filters, wrong = filter_keys.read(query)
    chosen = word("range", RANGES, DEFAULT)
    edges = _edges(query, "from", "to", problems)
    if chosen == "custom" and edges is None:
        problems.append(gettext("A custom range needs its first and its last day."))
        chosen = DEFAULT
    compare = Compare(word("compare", tuple(Compare), Compare.PREVIOUS))
    compare_edges = _edges(query, "compare_from", "compare_to", problems)
    if compare is Compare.CUSTOM and compare_edges is None:
        problems.append(gettext("A custom period to compare with needs its first and its last day."))
        compare = Compare.PREVIOUS
    unit = word("unit", tuple(Unit), None)
    state = State(
        range=chosen,
        step=_step(query, problems) if chosen not in ("all", "custom") else 0,
        edges=edges if chosen == "custom" else None,
        unit=Unit(unit) if unit else None,
        tz=_zone(query, problems),
        compare=compare,
        compare_edges=compare_edges if compare is Compare.CUSTOM else None,
        filters=filters,
        card=word("card", CARDS, CARDS[0]),
        tabs=_tabs({panel: word(panel, tabs, tabs[0]) for panel, tabs in TABS.items()}),
        whole=word("panels", ("all",), "") == "all",
    )
    return state, [*problems, *wrong]


def _tabs(chosen: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (panel, chosen[panel]) for panel, tabs in TABS.items() if chosen.get(panel, tabs[0]) != tabs[0]
    )


def _edges(
    query: Mapping[str, list[str]], first: str, last: str, problems: list[str]
) -> tuple[Edge, Edge] | None:
    texts = [query.get(key, [""])[-1] for key in (first, last)]
    if not any(texts):
        return None
    start, end = (edge_of(text) for text in texts)
    if start is None or end is None:
        problems.append(
            gettext("“%s” is not a day. One would be 2026-03-10.") % texts[0 if start is None else 1]
        )
        return None
    if isinstance(start, datetime) is not isinstance(end, datetime):
        start, end = (edge.date() if isinstance(edge, datetime) else edge for edge in (start, end))
    return (start, end) if written_edge(start) <= written_edge(end) else (end, start)


def _step(query: Mapping[str, list[str]], problems: list[str]) -> int:
    text = query.get("step", ["0"])[-1] or "0"
    if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() and len(text) <= 5:
        return max(FARTHEST_STEP, min(0, int(text)))
    problems.append(gettext("“%s” is no number of steps.") % text)
    return 0


def _zone(query: Mapping[str, list[str]], problems: list[str]) -> str | None:
    name = query.get("tz", [""])[-1]
    if not name:
        return None
    try:
        return str(zone(name))
    except KeyError:
        problems.append(gettext("“%s” is not the name of a time zone. One would be Europe/Berlin.") % name)
        return None
