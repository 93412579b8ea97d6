"""What statistics answer: plain values in our words and units. How they look on the wire is a dialect's business."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a period. `total_seconds`: whole seconds from first to last pageview, summed over visits."""

    pageviews: int = 0
    visitors: int = 0
    visits: int = 0
    bounces: int = 0
    total_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of a period beside those of the one before."""

    current: Summary
    previous: Summary


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series; `start_us` is its beginning in local clock microseconds."""

    start_us: int
    pageviews: int
    visitors: int


@dataclass(frozen=True, slots=True)
class EventPoint:
    """How often one event happened in one bucket."""

    start_us: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a ranking. `name` is None where the value is unknown."""

    name: str | None
    count: int


Ranking = list[Row]
"""Rows by count, largest first; ties by name in byte order, unknown last."""


def ranked(rows: list[Row]) -> Ranking:
    """*rows* in the order of every ranking."""
    return sorted(rows, key=lambda row: (-row.count, row.name is None, row.name or ""))
