"""The menus above the chart: range, comparison, time zone, other websites; and the keys that work without a mouse."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..domain.periods import Period
from .asked import Asked
from .dates import DATE, DATE_MINUTE, DAY, DAY_MINUTE, WEEKDAY_DATE, dated
from .ranges import RANGES, Edge
from .state import COMPARE_LABELS, Compare

KEYS: list[tuple[str, str, Any]] = [
    ("", "← →", gettext_lazy("One range earlier or later")),
    ("", "x", gettext_lazy("Comparison on or off")),
    ("", "/", gettext_lazy("Add a filter")),
    ("", "s", gettext_lazy("Search in the table")),
    ("", "Esc", gettext_lazy("Close, or clear all filters")),
    ("realtime", "r", gettext_lazy("Realtime")),
    ("", "g", gettext_lazy("Dashboard")),
    ("sessions", "v", pgettext_lazy("of visitors", "Sessions")),
    ("events", "b", gettext_lazy("Events")),
    ("sessions", "1–9", gettext_lazy("Another website")),  # noqa: RUF001
    ("", "?", gettext_lazy("This list")),
]
"""The page that must be there, the key, what it does."""


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    href: str
    is_chosen: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Menus:
    """Everything above the chart."""

    label: str
    dates: str
    ranges: list[Choice]
    earlier_href: str
    later_href: str
    kept: list[tuple[str, str]]
    """The other parts of the address, for the form that asks for a range of one's own."""
    first: str
    last: str
    today: str
    compare_label: str
    compare_dates: str
    compares: list[Choice]
    compare_kept: list[tuple[str, str]]
    compare_first: str
    compare_last: str
    compare_switch_href: str
    tz_name: str
    zones: list[Choice]
    zone_href: str
    """Where the script puts the name of the reader's own zone."""
    keys: list[tuple[str, str]]


def menus(question: Asked) -> Menus:
    """All menus of the page. No query."""
    state, period = question.state, question.scope.period
    chosen = RANGES[state.range]
    earlier, later = state.stepped(-1), state.stepped(1)
    compared = question.compared
    is_off = state.compare is Compare.OFF
    return Menus(
        label=dates(question, period) if state.step or state.range == "custom" else str(chosen.label),
        dates=dates(question, period),
        ranges=[
            Choice(
                str(each.label),
                question.link(state.with_range(key)),
                each is chosen and not state.step,
                each.shortcut,
            )
            for key, each in RANGES.items()
            if key != "custom"
        ],
        earlier_href=question.link(earlier) if earlier else "",
        later_href=question.link(later) if later and not _is_over(question, later.edges) else "",
        kept=replace(state, range="28d", edges=None, step=0, unit=None).pairs(),
        first=_day(question, period.start),
        last=_day(question, period.end),
        today=_day(question, question.now),
        compare_label=str(COMPARE_LABELS[state.compare]),
        compare_dates=dates(question, compared) if compared else "",
        compares=[
            Choice(
                str(COMPARE_LABELS[each]),
                question.link(replace(state, compare=each, compare_edges=None)),
                each is state.compare,
            )
            for each in (Compare.PREVIOUS, Compare.YEAR, Compare.OFF)
        ],
        compare_kept=replace(state, compare=Compare.PREVIOUS, compare_edges=None).pairs(),
        compare_first=_day(question, compared.start) if compared else "",
        compare_last=_day(question, compared.end) if compared else "",
        compare_switch_href=question.link(
            replace(state, compare=Compare.PREVIOUS if is_off else Compare.OFF, compare_edges=None)
        ),
        tz_name=str(question.tz),
        zones=_zones(question),
        zone_href=question.link(replace(state, tz=None)),
        keys=_keys(question),
    )


def dates(question: Asked, period: Period) -> str:
    """The first and the last day; with hours where it is short and does not begin at midnight."""
    if period.is_empty:
        return dated(period.start.astimezone(question.tz), DATE)
    start, end = (moment.astimezone(question.tz) for moment in (period.start, period.end))
    if period.length.days < 2 and (start.hour, start.minute) != (0, 0):
        return f"{dated(start, DAY_MINUTE)} – {dated(end, DATE_MINUTE)}"  # noqa: RUF001
    if start.date() == end.date():
        return dated(start, WEEKDAY_DATE)
    first = dated(start, DAY if start.year == end.year else DATE)
    return f"{first} – {dated(end, DATE)}"  # noqa: RUF001


def _zones(question: Asked) -> list[Choice]:
    """The one that was chosen, the website's, UTC. The script puts the reader's own before them."""
    state = question.state
    names: list[str | None] = [None, "UTC"]
    if state.tz not in names:
        names.insert(0, state.tz)
    websites = _("Website's: %s") % (question.website.time_zone or _("the server's"))
    return [
        Choice(name or websites, question.link(replace(state, tz=name)), name == state.tz) for name in names
    ]


def _keys(question: Asked) -> list[tuple[str, str]]:
    of_ranges = [(choice.shortcut, str(choice.label)) for choice in RANGES.values()]
    of_pages = [(key, str(text)) for page, key, text in KEYS if not page or question.door.has(page)]
    return [*of_ranges, *of_pages]


def _day(question: Asked, moment: datetime) -> str:
    return moment.astimezone(question.tz).date().isoformat()


def _is_over(question: Asked, edges: tuple[Edge, Edge] | None) -> bool:
    """Would a range of one's own begin after today?"""
    if edges is None:
        return False
    first = edges[0].date() if isinstance(edges[0], datetime) else edges[0]
    today: date = question.now.astimezone(question.tz).date()
    return first > today
