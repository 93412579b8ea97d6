"""What statistics answer: plain values in our words and units. How they look on the wire is a dialect's business."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a period. `total_seconds`: whole seconds from first to last pageview, summed over visits."""

    pageviews: int = 0
    visitors: int = 0
    visits: int = 0
    bounces: int = 0
    total_seconds: int = 0

    @property
    def bounce_rate(self) -> float | None:
        """The part of the visits that bounced, 0 to 1; None without visits."""
        return self.bounces / self.visits if self.visits else None

    @property
    def pages_per_visit(self) -> float | None:
        """Pageviews a visit; None without visits."""
        return self.pageviews / self.visits if self.visits else None

    @property
    def visit_seconds(self) -> float | None:
        """How long a visit lasts on average, in seconds; None without visits."""
        return self.total_seconds / self.visits if self.visits else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of a period beside those of the one it is compared with."""

    current: Summary
    previous: Summary


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series; `start_us` is its beginning in local clock microseconds."""

    start_us: int
    pageviews: int
    visitors: int


@dataclass(frozen=True, slots=True)
class TrafficPoint:
    """All numbers of one bucket; `start_us` is its beginning in local clock microseconds.

    `is_unfinished`: the bucket had not ended when it was asked for.
    """

    start_us: int
    numbers: Summary
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class EventCount:
    """How often an event happened in one bucket, and to how many visitors."""

    start_us: int
    events: int
    visitors: int
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class EventTotals:
    """How many events there were, by how many visitors in how many visits, and how many names they have."""

    events: int
    visitors: int
    visits: int
    names: int


@dataclass(frozen=True, slots=True)
class EventPoint:
    """How often one event happened in one bucket."""

    start_us: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a ranking. `name` is None where the value is unknown; `country` only for regions and cities."""

    name: str | None
    count: int
    country: str | None = None


Ranking = list[Row]
"""Rows by count, largest first; ties by name in byte order, unknown last."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: what `summary` says of the scope filtered by this value.

    Where events are counted, `numbers.pageviews` are events. `country` only for regions and cities.
    """

    name: str | None
    numbers: Summary
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and how many the whole list has."""

    rows: list[T]
    total: int


def ranked(rows: list[Row]) -> Ranking:
    """*rows* in the order of every ranking."""
    return sorted(rows, key=lambda row: (-row.count, row.name is None, row.name or ""))
