"""The time ranges that the dashboards offer. Pure: the moment comes in. What they are compared with is not here."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..domain.periods import MICROSECOND, Period

Edge = date | datetime
"""One end of a range of one's own: a day, or a minute of the local clock without a zone."""


@dataclass(frozen=True, slots=True)
class Range:
    """A choice: its name in the address, its label, the key that chooses it."""

    key: str
    label: Any
    shortcut: str
    hours: int = 0
    """Reaches back so many hours from now, to the second."""
    days: int = 0
    """So many local days, today among them."""
    months: int = 0
    """So many local months, this one among them."""
    back: int = 0
    """Ends so many days or months before today's."""


RANGES = {
    choice.key: choice
    for choice in (
        Range("today", _("Today"), "d", days=1),
        Range("yesterday", _("Yesterday"), "e", days=1, back=1),
        Range("1h", _("Last hour"), "u", hours=1),
        Range("24h", _("Last 24 hours"), "h", hours=24),
        Range("7d", _("Last 7 days"), "w", days=7),
        Range("28d", _("Last 28 days"), "f", days=28),
        Range("30d", _("Last 30 days"), "t", days=30),
        Range("91d", _("Last 91 days"), "n", days=91),
        Range("month", _("Month to date"), "m", months=1),
        Range("last-month", _("Last month"), "p", months=1, back=1),
        Range("year", _("Year to date"), "y"),
        Range("12mo", _("Last 12 months"), "l", months=12),
        Range("all", _("All time"), "a"),
        Range("custom", _("Custom range"), "c"),
    )
}
DEFAULT = "28d"


def period_of(
    key: str, step: int, now: datetime, tz: tzinfo, edges: tuple[Edge, Edge] | None, life: Period | None
) -> Period:
    """What the range *key* means at *now*, *step* widths away (0 or less); nothing after *now*.

    *edges* are those of a custom range, *life* that of the website, for all time.
    """
    if key == "all":
        first = life.start if life else now - timedelta(days=28)
        return Period(moment_of(_midnight(first.astimezone(tz).date()), tz), now)
    choice = RANGES[key]
    if choice.hours:
        width = timedelta(hours=choice.hours)
        return Period(now + (step - 1) * width, now + step * width)
    start, after = clock_bounds(key, step, now.astimezone(tz).date(), edges)
    return Period(moment_of(start, tz), min(moment_of(after, tz) - MICROSECOND, now))


def clock_bounds(
    key: str, step: int, today: date, edges: tuple[Edge, Edge] | None
) -> tuple[datetime, datetime]:
    """When a range of whole days, or one of one's own, begins, and when it is over, by the local clock."""
    if key == "custom" and edges is not None:
        return _clock(edges[0]), _clock(edges[1]) + _smallest(edges[1])
    first_day, after = days_of(RANGES[key], step, today)
    return _midnight(first_day), _midnight(after)


def days_of(choice: Range, step: int, today: date) -> tuple[date, date]:
    """The first local day of the range and the day after its last one."""
    if choice.key == "year":
        return date(today.year + step, 1, 1), date(today.year + step + 1, 1, 1)
    if choice.months:
        after = months_on(today.replace(day=1), 1 - choice.back + step * choice.months)
        return months_on(after, -choice.months), after
    after = today + timedelta(days=1 - choice.back + step * choice.days)
    return after - timedelta(days=choice.days), after


def moved(edges: tuple[Edge, Edge], direction: int) -> tuple[Edge, Edge]:
    """A range of one's own, one width earlier or later. Raises OverflowError at the ends of the calendar."""
    start, after = clock_bounds("custom", 0, date.min, edges)
    width = after - start
    return edges[0] + direction * width, edges[1] + direction * width


def months_on(day: date, months: int) -> date:
    """The first of a month, *months* months later or earlier."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def edge_of(text: str) -> Edge | None:
    """`2026-03-10` or `2026-03-10T12:30` as an edge; None for anything else and for years that no website has seen."""
    try:
        edge: Edge = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None
    if isinstance(edge, datetime):
        if edge.tzinfo is not None:
            return None
        edge = edge.replace(second=0, microsecond=0)
    return edge if 1970 < edge.year < 3000 else None


def written_edge(edge: Edge) -> str:
    """The text that `edge_of` reads."""
    return edge.isoformat(timespec="minutes") if isinstance(edge, datetime) else edge.isoformat()


def period_between(edges: tuple[Edge, Edge], tz: tzinfo) -> Period:
    """Both days, or minutes, inclusive."""
    start, after = clock_bounds("custom", 0, date.min, edges)
    return Period(moment_of(start, tz), moment_of(after, tz) - MICROSECOND)


def moment_of(clock: datetime, tz: tzinfo) -> datetime:
    """When the local clock shows *clock*: the first time if it does so twice, the change if it never does."""
    return clock.replace(tzinfo=tz).astimezone(UTC)


def _clock(edge: Edge) -> datetime:
    return edge if isinstance(edge, datetime) else _midnight(edge)


def _smallest(edge: Edge) -> timedelta:
    return timedelta(minutes=1) if isinstance(edge, datetime) else timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
