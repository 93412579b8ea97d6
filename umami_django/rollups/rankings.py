"""How often each value of a dimension occurs in a stretch of time, out of summaries; what they do not cover, from hits.

Answers are counts by value, as summaries name values: ids of terms, 0 for none, places as `sweep.place` makes them.
Where hits are pruned, a stretch is widened to whole days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..domain.periods import DAY_US, HOUR_US
from ..domain.vocabulary import Span
from . import rows
from .numbers import Edges, Stretch, Visit, reaching_visits
from .reading import Rollups
from .sweep import ENTRY, SESSION_DIMENSIONS
from .units import DAY_HOURS, DAY_QUARTERS, ceil_hour, first_day, hour_us, month_of_day, start_quarter
from .values import Values

Counts = dict[int, int]


@dataclass(frozen=True, slots=True)
class _Cover:
    """The units within a stretch: whole days from *first* until *last*, then hours until *until*."""

    first: int
    last: int
    until: int
    """The hour before which units cover; hours of the last day are there only while it is not built in one piece."""


def pageviews(rollups: Rollups, dimension: int, stretch: Stretch) -> Counts | None:
    """Pageviews of each value (of event names: events); None when the stretch holds no whole day that is built."""
    stretch = rollups.widened(stretch, DAY_US)
    cover = _cover(rollups, stretch)
    if cover is None:
        return None
    counts: Counts = {}
    for _, _, unit in _units(rollups, dimension, cover):
        unit.add_views(counts)
    edges = [(stretch[0], cover.first * DAY_US), (hour_us(cover.until), stretch[1])]
    for value, count in rows.counts_by(rollups.website_id, dimension, edges, rollups.using).items():
        counts[value] = counts.get(value, 0) + count
    return counts


def visitors(rollups: Rollups, dimension: int, stretch: Stretch) -> Counts | None:
    """Visitors of each value; None when the stretch holds no whole day that is built."""
    stretch = rollups.widened(stretch, DAY_US)
    cover = _cover(rollups, stretch)
    if cover is None:
        return None
    start = ceil_hour(stretch[0])
    begins = start * 4
    counts: Counts = {}
    if start < cover.first * DAY_HOURS:
        for day, data in rollups.packed(dimension, Span.DAY, cover.first - 1, cover.first):
            Values(data).add_visitors_from(counts, begins - day * DAY_QUARTERS)
    for span, number, unit in _units(rollups, dimension, cover):
        unit.add_visitors(counts, start_quarter(span, number) - begins)
    until = min(stretch[1] // HOUR_US, rollups.hold.hours)
    if until > cover.until:
        for day, data in rollups.packed(dimension, Span.DAY, cover.last, cover.last + 1):
            Values(data).add_visitors_until(
                counts, day * DAY_QUARTERS - begins, until * 4 - day * DAY_QUARTERS
            )
    for _, value in _unseen(rollups, dimension, stretch, (hour_us(start), hour_us(until))):
        counts[value] = counts.get(value, 0) + 1
    return counts


def ends_of_visits(rollups: Rollups, dimension: int, stretch: Stretch) -> Counts | None:
    """Visits by the path of their first (ENTRY) or last (EXIT) pageview in the stretch; None as above.

    Units tell of visits that began in them, and how their last path changed. A visit that is also at an edge, or
    reaches over one, is taken out and counted anew.
    """
    stretch = rollups.widened(stretch, DAY_US)
    cover = _cover(rollups, stretch)
    if cover is None:
        return None
    counts: Counts = {}
    for _, _, unit in _units(rollups, dimension, cover):
        unit.add_views(counts)
    start_us, until_us = cover.first * DAY_US, hour_us(cover.until)
    head = rows.views(rollups.website_id, stretch[0], start_us, rollups.using, "created_at, path_id")
    tail = rows.views(rollups.website_id, until_us, stretch[1], rollups.using, "created_at, path_id")
    cut = Edges(cover.first * DAY_HOURS, cover.until, head, tail)
    reaching = reaching_visits(rollups, cut)
    for path in _ends_alone(cut, reaching, dimension):
        counts[path or 0] = counts.get(path or 0, 0) + 1
    touched = rows.views_of_visits(
        rollups.website_id, reaching, stretch[1], rollups.using, "created_at, path_id"
    )
    for views in touched.values():
        inside = [path for at, path in views if stretch[0] <= at < stretch[1]]
        before = [path for at, path in views if at < start_us]
        until = [path for at, path in views if at < until_us]
        end = 0 if dimension == ENTRY else -1
        changes = [(inside, 1)]
        if dimension == ENTRY:
            changes += [(until, -1)] if not before else []
        else:
            changes += [(until, -1), (before, 1)]
        for paths, change in changes:
            if paths:
                key = paths[end] or 0
                counts[key] = counts.get(key, 0) + change
    return counts


def _ends_alone(cut: Edges, reaching: set[Visit], dimension: int) -> Iterable[int | None]:
    """The first or last path of each visit that is at one edge and nowhere else."""
    alone = [view for view in (*cut.head, *cut.tail) if view[:2] not in reaching]
    # of a visit's views the last one stays
    ends = {view[:2]: view[3] for view in (reversed(alone) if dimension == ENTRY else alone)}
    return ends.values()


def _cover(rollups: Rollups, stretch: Stretch) -> _Cover | None:
    hold = rollups.hold
    first = -(-stretch[0] // DAY_US)
    last = min(stretch[1] // DAY_US, hold.days)
    if first >= last:
        return None
    until = last * DAY_HOURS
    if last == hold.days:
        until = max(until, min(stretch[1] // HOUR_US, hold.hours))
    return _Cover(first, last, until)


def _units(rollups: Rollups, dimension: int, cover: _Cover) -> Iterator[tuple[Span, int, Values]]:
    """The units that cover whole days, the largest there are, and the hours after them."""
    first_month = month_of_day(cover.first - 1) + 1 if cover.first else month_of_day(0)
    last_month = min(month_of_day(cover.last), rollups.hold.months)
    if first_month < last_month:
        yield from _of(rollups, dimension, Span.DAY, cover.first, first_day(first_month))
        yield from _of(rollups, dimension, Span.MONTH, first_month, last_month)
        yield from _of(rollups, dimension, Span.DAY, first_day(last_month), cover.last)
    else:
        yield from _of(rollups, dimension, Span.DAY, cover.first, cover.last)
    yield from _of(rollups, dimension, Span.HOUR, cover.last * DAY_HOURS, cover.until)


def _of(
    rollups: Rollups, dimension: int, span: Span, start: int, end: int
) -> Iterator[tuple[Span, int, Values]]:
    for number, data in rollups.packed(dimension, span, start, end):
        yield span, number, Values(data)


def _unseen(rollups: Rollups, dimension: int, stretch: Stretch, middle: Stretch) -> set[tuple[int, int]]:
    """(session, value) in what whole hours do not cover that is not in the whole hours."""
    edges = [(stretch[0], middle[0]), (middle[1], stretch[1])]
    found = rows.visitors_with(rollups.website_id, dimension, edges, rollups.using)
    if not found:
        return found
    sessions = {session for session, _ in found}
    found -= rows.seen_with(rollups.website_id, dimension, sessions, middle, rollups.using)
    if middle[0] < rollups.raw_from_us and dimension in SESSION_DIMENSIONS:
        pruned = rows.pruned_since(rollups.website_id, sessions, middle[0], rollups.using)
        found = {(session, value) for session, value in found if session not in pruned}
    return found
