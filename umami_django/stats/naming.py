"""From terms to their texts: rows sorted, cut, and only then named."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from ..domain.answers import Page, Ranking, Row, Summary, TableRow
from ..domain.vocabulary import Metric, Order
from .terms import texts

PLACES = frozenset({Metric.REGION, Metric.CITY})
"""Metrics whose values are known together with a country only: there is a Paris in Texas."""

Named = tuple[int, int]
"""What has a name: its term, and of a place its country's; 0 for none."""

T = TypeVar("T")


def ranking(counted: Iterable[tuple[Named, int]], limit: int | None, offset: int) -> Ranking:
    """Rows by count, largest first; ties by name in byte order, unknown last. One query."""
    rows = _candidates(list(counted), lambda count: -count, limit, offset)
    names = _names(rows)
    found = [Row(names.get(term), count, names.get(country)) for (term, country), count in rows]
    return sorted(found, key=lambda row: (-row.count, *_by_name(row)))[_part(limit, offset)]


def table(
    counted: Iterable[tuple[Named, Summary]],
    order: Order,
    *,
    descending: bool,
    limit: int | None,
    offset: int,
) -> Page[TableRow]:
    """Rows by *order*; ties by name in byte order, unknown last. One query."""
    everything = list(counted)
    sign = -1 if descending else 1

    def weight(numbers: Summary) -> int:
        return sign * _number(numbers, order)

    rows = everything if order is Order.NAME else _candidates(everything, weight, limit, offset)
    names = _names(rows)
    found = [TableRow(names.get(term), numbers, names.get(country)) for (term, country), numbers in rows]
    if order is Order.NAME:
        found = _in_order(_in_order(found, "country", descending=descending), "name", descending=descending)
    else:
        found.sort(key=lambda row: (weight(row.numbers), *_by_name(row)))
    return Page(found[_part(limit, offset)], len(everything))


def _candidates(
    rows: list[tuple[Named, T]], weight: Callable[[T], int], limit: int | None, offset: int
) -> list[tuple[Named, T]]:
    """With a limit only the rows that may be shown: names are fetched of no more."""
    if limit is None or len(rows) <= offset + limit:
        return rows
    rows = sorted(rows, key=lambda row: weight(row[1]))
    most = weight(rows[offset + limit - 1][1]) if offset + limit else 0
    return [row for row in rows if weight(row[1]) <= most]


def _names(rows: Iterable[tuple[Named, Any]]) -> Mapping[int, str]:
    return texts({term for terms, _ in rows for term in terms if term})


def _number(numbers: Summary, order: Order) -> int:
    """As the column of that order in SQL: parts of a million, whole seconds."""
    match order:
        case Order.BOUNCE_RATE:
            return numbers.bounces * 1_000_000 // numbers.visits
        case Order.VISIT_SECONDS:
            return numbers.total_seconds // numbers.visits
        case _:
            number: int = getattr(numbers, order.value)
            return number


def _in_order(rows: list[TableRow], text: str, *, descending: bool) -> list[TableRow]:
    """By one text, either way, unknown last both ways."""
    of = attrgetter(text)
    known = sorted((row for row in rows if of(row) is not None), key=of, reverse=descending)
    return known + [row for row in rows if of(row) is None]


def _by_name(row: Row | TableRow) -> tuple[bool, str, bool, str]:
    return row.name is None, row.name or "", row.country is None, row.country or ""


def _part(limit: int | None, offset: int) -> slice:
    return slice(offset, None if limit is None else offset + limit)
