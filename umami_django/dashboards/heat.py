"""The hours of the week as a grid: the darker, the more pageviews."""

from dataclasses import dataclass

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import ngettext

from ..stats.heat import pageview_grid
from .asked import Asked
from .numbers import grouped

LEVELS = 6


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One hour; `level` 0 (nothing) to 6 (the most)."""

    label: str
    level: int
    pageviews: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Days from Monday on, each with 24 cells."""

    days: list[tuple[str, list[HeatCell]]]
    hours: range
    is_empty: bool


def heat(question: Asked) -> Heat:
    """The grid of the scope. One query."""
    grid = pageview_grid(question.scope)
    most = max(count for day in grid for count in day)
    days = [
        (
            str(WEEKDAYS_ABBR[day]),
            [
                HeatCell(
                    label=ngettext(
                        "%(day)s %(hour)02d:00, %(count)s pageview",
                        "%(day)s %(hour)02d:00, %(count)s pageviews",
                        count,
                    )
                    % {"day": WEEKDAYS_ABBR[day], "hour": hour, "count": grouped(count)},
                    level=level(count, most),
                    pageviews=grouped(count),
                )
                for hour, count in enumerate(counts)
            ],
        )
        for day, counts in enumerate(grid)
    ]
    return Heat(days, range(24), most == 0)


def level(count: int, most: int) -> int:
    """How dark: 0 for nothing, else 1 to 6 by its part of the most."""
    return 0 if count == 0 else max(1, -(-LEVELS * count // most))
