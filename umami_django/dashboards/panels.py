"""One panel of the dashboard: its tabs and the rows of the open one."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ..domain.answers import Row, Summary
from ..domain.vocabulary import Counted, Metric
from ..stats.overview import summary
from ..stats.rankings import ranking
from .asked import Asked
from .definitions import DEFINITIONS
from .heat import Heat, heat
from .properties import Properties, properties
from .rows import PanelRow, panel_rows
from .state import TABS
from .tabs import COUNTED, PANELS, TAB, Tab
from .world_map import WorldMap, world_map

ROWS = 9
MAP_ROWS = 400
"""More countries than there are."""


@dataclass(frozen=True, slots=True)
class TabLink:
    key: str
    title: str
    hint: str
    href: str
    panel_href: str
    """The panel alone, for the script."""
    is_open: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows: one of rows, map, properties or heat."""

    key: str
    title: str
    tabs: list[TabLink]
    href: str
    """The panel alone, as it is."""
    column: str = ""
    counted: str = ""
    rows: list[PanelRow] = field(default_factory=list)
    all_href: str = ""
    map: WorldMap | None = None
    properties: Properties | None = None
    heat: Heat | None = None


def frame(question: Asked, key: str, numbers: Summary | None = None) -> Panel:
    """The panel without its content. No query. *numbers* of the scope spare the panel a query of its own."""
    of = {} if numbers is None else {"visitors": numbers.visitors, "visits": numbers.visits}
    links = [
        TabLink(
            key=tab,
            title=str(TAB[tab].title) if tab in TAB else _("Properties"),
            hint=str(DEFINITIONS[TAB[tab].hint if tab in TAB else "events"]),
            href=question.link(question.state.with_tab(key, tab)) + f"#umami-{key}",
            panel_href=question.link(question.state.with_tab(key, tab), "panel", key, **of),
            is_open=tab == question.state.tab(key),
        )
        for tab in TABS.get(key, ())
    ]
    return Panel(key, str(PANELS[key]), links, question.link(None, "panel", key, **of))


def panel(question: Asked, key: str, numbers: Summary | None = None, **more: Any) -> Panel:
    """The panel with its content. One query; one more for the shares' total unless *numbers* has it."""
    empty = frame(question, key, numbers)
    values = {name: getattr(empty, name) for name in ("key", "title", "tabs", "href")}
    if key == "times":
        return Panel(**values, heat=heat(question))
    name = question.state.tab(key)
    if name == "properties":
        return Panel(**values, properties=properties(question, more.get("event"), more.get("property")))
    tab = TAB[name]
    rows, total = _rows_and_total(question, tab, MAP_ROWS if name == "map" else ROWS, numbers)
    values |= {"column": str(tab.column), "counted": str(COUNTED[tab.counted])}
    values["all_href"] = question.link(None, "table", "countries" if name == "map" else name)
    if name == "map":
        return Panel(**values, map=world_map(question, rows, total))
    return Panel(**values, rows=panel_rows(question, tab.metric, rows, total))


def tab_rows(question: Asked, tab: Tab, *, limit: int | None) -> list[Row]:
    """The first *limit* rows of a tab, or all. One query."""
    return ranking(
        question.scope, tab.metric, counted=tab.counted, limit=limit, without=left_out(question, tab)
    )


def left_out(question: Asked, tab: Tab) -> tuple[str, ...]:
    """The website itself is none of its referrers, with or without `www.`."""
    is_about_referrers = tab.metric is Metric.REFERRER_DOMAIN
    return (question.own_domain,) if is_about_referrers and question.own_domain else ()


def _rows_and_total(question: Asked, tab: Tab, limit: int, numbers: Summary | None) -> tuple[list[Row], int]:
    """The first rows, and what their shares are taken of."""
    if tab.counted is Counted.EVENTS:
        # an event has one name: all names together are all events, and there are not many of them
        every = tab_rows(question, tab, limit=None)
        return every[:limit], sum(row.count for row in every)
    found = numbers or summary(question.scope)
    return tab_rows(
        question, tab, limit=limit
    ), found.visits if tab.counted is Counted.VISITS else found.visitors
