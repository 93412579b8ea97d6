"""The numbers of a stretch of time out of summaries: whole hours from packed days, what it cuts off from hits.

Exact: equal to what the hits alone say. Source: design, section 5. Where hits are pruned, a stretch is widened to whole
hours, and visits that reach over its ends are as the hours tell them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.answers import Summary
from ..domain.periods import HOUR_US, SECOND_US
from ..domain.vocabulary import VisitKey
from . import day as days_of
from . import rows
from .reading import Rollups
from .units import ceil_hour, hour_us

Visit = tuple[int, int]
Stretch = tuple[int, int]
"""From one time in microseconds until another."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The pageviews that a stretch cuts off on both sides of its whole hours, from *start* until *end*."""

    start: int
    end: int
    head: list[Any]
    tail: list[Any]

    @property
    def sessions(self) -> set[int]:
        return {session for session, *_ in (*self.head, *self.tail)}


def edges(rollups: Rollups, stretch: Stretch) -> Edges:
    """The edges of *stretch*. When it holds no whole hour that is built, all of it is head."""
    start_us, end_us = stretch
    start = ceil_hour(start_us)
    end = min(end_us // HOUR_US, rollups.hold.hours)
    if start >= end:
        start = end = ceil_hour(end_us)
    head = rows.views(rollups.website_id, start_us, min(hour_us(start), end_us), rollups.using)
    tail = rows.views(rollups.website_id, max(hour_us(end), start_us), end_us, rollups.using)
    return Edges(start, end, head, tail)


def summary(rollups: Rollups, stretch: Stretch, visit_key: VisitKey) -> Summary | None:
    """The numbers of *stretch*; None when it holds no whole hour that is built. Up to nine queries."""
    stretch = rollups.widened(stretch, HOUR_US)
    cut = edges(rollups, stretch)
    if cut.start == cut.end:
        return None
    start, end = cut.start, cut.end
    days = rollups.days_for([(start * 4, end * 4)])
    views = days_of.pageviews(days, start * 4, end * 4) + len(cut.head) + len(cut.tail)
    visitors = days_of.visitors(days, start * 4, end * 4) + unseen(rollups, cut, hour_us(start))
    if visit_key is VisitKey.HOUR:
        visits, bounces, seconds = _hours(cut)
        visits += days_of.hourly_sum(days, "hour_visits", start, end)
        bounces += days_of.hourly_sum(days, "hour_bounces", start, end)
        seconds += days_of.hourly_sum(days, "hour_seconds", start, end)
        return Summary(views, visitors, visits, bounces, seconds)
    visits, bounces, seconds = corrections(rollups, stretch, cut)
    return Summary(
        pageviews=views,
        visitors=visitors,
        visits=visits + days_of.hourly_sum(days, "begun", start, end),
        bounces=bounces + days_of.hourly_sum(days, "bounces", start, end),
        total_seconds=seconds + days_of.hourly_sum(days, "seconds", start, end),
    )


def unseen(rollups: Rollups, cut: Edges, since_us: int) -> int:
    """Sessions at the edges that are not in what lies between, from *since_us* on."""
    sessions = cut.sessions
    if not sessions:
        return 0
    seen = rows.active_sessions(rollups.website_id, sessions, since_us, hour_us(cut.end), rollups.using)
    if since_us < rollups.raw_from_us:
        seen |= rows.pruned_since(rollups.website_id, sessions, since_us, rollups.using)
    return len(sessions) - len(seen)


def _hours(cut: Edges) -> tuple[int, int, int]:
    """Visits, bounces and seconds at the edges by (session, hour): no group reaches over an edge."""
    groups: dict[tuple[int, int], list[int]] = {}
    for session, _, at in (*cut.head, *cut.tail):
        groups.setdefault((session, at // HOUR_US), []).append(at)
    bounces = sum(len(times) == 1 for times in groups.values())
    return len(groups), bounces, sum(map(_seconds, groups.values()))


def corrections(rollups: Rollups, stretch: Stretch, cut: Edges) -> tuple[int, int, int]:
    """By how much visits, bounces and seconds of the whole hours are off, and what the edges add.

    Hours tell what changed in them. So a visit that began before them, or that is also at an edge, is taken out and
    counted anew from its pageviews.
    """
    touched = touched_visits(rollups, stretch, cut)
    middle = (hour_us(cut.start), hour_us(cut.end))
    return corrected(touched.values(), stretch, middle)


def corrected(visits: Iterable[Sequence[int]], stretch: Stretch, middle: Stretch) -> tuple[int, int, int]:
    """What *visits*, each the times of its pageviews, count for in *stretch*, less what the hours of *middle* tell."""
    count = bounces = seconds = 0
    for times in visits:
        exact = counted(times, stretch)
        known = counted_in_hours(times, middle)
        count += exact[0] - known[0]
        bounces += exact[1] - known[1]
        seconds += exact[2] - known[2]
    return count, bounces, seconds


def touched_visits(rollups: Rollups, stretch: Stretch, cut: Edges) -> dict[Visit, list[int]]:
    """The visits at an edge, and those that reach over one: the times of all their pageviews before the end of
    *stretch*, in order."""
    reaching = reaching_visits(rollups, cut)
    found = rows.views_of_visits(rollups.website_id, reaching, stretch[1], rollups.using)
    for session, visit, at in (*cut.head, *cut.tail):
        if (session, visit) not in reaching:
            found.setdefault((session, visit), []).append(at)
    return found


def reaching_visits(rollups: Rollups, cut: Edges) -> set[Visit]:
    """The visits that reach over an edge; the others at an edge are there alone."""
    both = rollups.straddling({cut.start, cut.end} if cut.end < rollups.hold.hours else {cut.start})
    reaching = both[cut.start] | both.get(cut.end, set())
    if cut.end >= rollups.hold.hours:
        # nothing is known of visits that reach into hours that are not built
        reaching |= {(session, visit) for session, visit, *_ in cut.tail}
    return reaching


def counted(times: Sequence[int], stretch: Stretch) -> tuple[int, int, int]:
    """One visit within *stretch*: 1 if it is there, 1 if it is a bounce, its seconds."""
    inside = [at for at in times if stretch[0] <= at < stretch[1]]
    return int(bool(inside)), int(len(inside) == 1), _seconds(inside)


def counted_in_hours(times: Sequence[int], middle: Stretch) -> tuple[int, int, int]:
    """What the whole hours of *middle* tell of one visit: how it had changed by their end."""
    before = [at for at in times if at < middle[0]]
    until = [at for at in times if at < middle[1]]
    began = int(bool(until) and not before)
    return began, int(len(until) == 1) - int(len(before) == 1), _seconds(until) - _seconds(before)


def _seconds(times: Collection[int]) -> int:
    return (max(times) - min(times)) // SECOND_US if times else 0
