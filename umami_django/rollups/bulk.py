"""Many days counted at once, with numpy: the same bytes that `sweep.py` makes of the same hits, several times faster.

`sweep.py` says what is counted and why; here each of its loops is a sort and a comparison of neighbours. A *group* is a
run of equal keys in sorted rows, known by the place of its first row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..domain.periods import DAY_US, HOUR_US, SECOND_US
from ..domain.vocabulary import HitKind, TermKind
from . import bulk_restarts
from .columns import Array, smallest
from .day import HOURLY, NEAREST
from .packing import HEADER
from .sweep import COUNTED_ONLY, ENTRY, EVENT_TIMES, EXIT, HIT_DIMENSIONS, PLACES, SESSION_DIMENSIONS
from .units import DAY_HOURS, DAY_QUARTERS, QUARTER_US

_COUNTRY = SESSION_DIMENSIONS.index(TermKind.COUNTRY)


@dataclass(frozen=True)
class Hits:
    """Hits by session and time, from before the days and of them."""

    sessions: Array
    """Places in `keys`."""
    visits: Array
    times: Array
    kinds: Array
    names: Array
    """Terms; 0 for none, as all terms here."""
    terms: Sequence[Array]
    """As HIT_DIMENSIONS."""
    keys: Array
    attributes: Sequence[Array]
    """Of each session, as SESSION_DIMENSIONS."""

    def of(self, chosen: Array) -> Hits:
        """Those that are *chosen*, a mask."""
        return Hits(
            self.sessions[chosen],
            self.visits[chosen],
            self.times[chosen],
            self.kinds[chosen],
            self.names[chosen],
            [column[chosen] for column in self.terms],
            self.keys,
            self.attributes,
        )


class Bulk:
    """The days from *begins* until *ends*, counted from *hits*."""

    def __init__(self, begins: int, ends: int, hits: Hits) -> None:
        self.begins, self._day_count = begins, ends - begins
        self.views = hits.of(hits.kinds == HitKind.PAGEVIEW)
        self.events = hits.of(hits.kinds == HitKind.EVENT)
        self._is_new = self.views.times >= begins * DAY_US
        self._paths = self.views.terms[HIT_DIMENSIONS.index(TermKind.PATH)]
        self._ends: dict[int, tuple[Array, Array, Array]] = {}
        """ENTRY and EXIT: day, path, by how much its visits change."""
        self.hourly: dict[str, tuple[Array, Array]] = {}
        """By the name of its column: hours since 1970, and numbers that add up."""
        self._count_hours()
        self.crossings = self._count_visits()

    @property
    def pageviews(self) -> int:
        """How many there are on these days."""
        return int(self._is_new.sum())

    @property
    def longest_pause(self) -> int:
        """The most hours between two pageviews of a visit."""
        since = self.crossings[1]
        return int(since.max()) if len(since) else 0

    def days(self) -> Iterator[tuple[int, dict[str, bytes | None]]]:
        """Each day with pageviews, packed as `Day.packed` does."""
        quarters = self.views.times[self._is_new] // QUARTER_US
        views = self._by_day(quarters)
        gaps = {kind: (*found, self._by_day(found[0])) for kind, found in self._visitors().items()}
        hourly = [self._by_day(*self.hourly[name], width=DAY_HOURS) for name in HOURLY]
        hours, *crossed = self.crossings
        for place in np.flatnonzero(views.any(axis=1)).tolist():
            day = self.begins + place
            packed: dict[str, bytes] = {}
            for kind, (of, distances, lengths) in gaps.items():
                part = slice(*np.searchsorted(of, (day * DAY_QUARTERS, (day + 1) * DAY_QUARTERS)).tolist())
                packed[kind] = pack(lengths[place], distances[part]) if part.start < part.stop else b""
            part = slice(*np.searchsorted(hours, (day * DAY_HOURS, (day + 1) * DAY_HOURS)).tolist())
            yield (
                day,
                {
                    "counts": pack(
                        views[place],
                        gaps["new"][2][place],
                        gaps["rest"][2][place],
                        *(of[place] for of in hourly),
                    ),
                    "near": packed["near"],
                    "rest": packed["rest"],
                    "far": packed["far"],
                    "crossings": pack(hours[part] - day * DAY_HOURS, *(column[part] for column in crossed)),
                    "restarts": None if (told := self.restarts.of(place)) is None else pack(*told),
                },
            )

    def values(self) -> Iterator[tuple[int, int, bytes]]:
        """Dimension, day and bytes of all that is counted by value."""
        days = self.views.times[self._is_new] // DAY_US
        for place, dimension in enumerate(HIT_DIMENSIONS):
            column = self.views.terms[place]
            there = column[self._is_new] > 0
            views = _summed(days[there], column[self._is_new][there])
            has_visitors = place < len(HIT_DIMENSIONS) - COUNTED_ONLY
            entries = self._entries(self.views, column, column > 0) if has_visitors else None
            yield from _packed_values(dimension, views, entries)
        yield from self._of_sessions(days)
        names, new = self.events.names, self.events.times >= self.begins * DAY_US
        counted = _summed(self.events.times[new] // DAY_US, names[new])
        yield from _packed_values(TermKind.EVENT_NAME, counted, self._entries(self.events, names))
        for code, (of_day, paths, change) in self._ends.items():
            yield from _packed_values(code, _summed(of_day, paths, change), None)
        yield from self._event_times(new)

    def _by_day(self, places: Array, numbers: Array | None = None, *, width: int = DAY_QUARTERS) -> Array:
        """A row for each day: how many quarters or hours (*width* of them) are there, or the sum of their *numbers*."""
        size = self._day_count * width
        counts = np.bincount(places - self.begins * width, weights=numbers, minlength=size)
        return counts.astype(np.int64).reshape(self._day_count, width)

    def _visitors(self) -> dict[str, tuple[Array, Array]]:
        """Sessions in each quarter that they are active in: quarters and gaps, sorted, by kind of gap (day.py)."""
        sessions, quarters = self.views.sessions, self.views.times // QUARTER_US
        first = _changes(sessions, quarters)
        sessions, quarters = sessions[first], quarters[first]
        known = np.zeros(len(sessions), bool)
        known[1:] = sessions[1:] == sessions[:-1]
        gaps = np.diff(quarters, prepend=0)
        months = (quarters // DAY_QUARTERS).astype("datetime64[D]").astype("datetime64[M]")
        same_month = np.ones(len(sessions), bool)
        same_month[1:] = months[1:] == months[:-1]
        now = quarters >= self.begins * DAY_QUARTERS
        kinds = {
            "new": ~known,
            "near": known & same_month & (gaps <= NEAREST),
            "rest": known & same_month & (gaps > NEAREST),
            "far": known & ~same_month,
        }
        found = {}
        for kind, chosen in kinds.items():
            of, gap = quarters[chosen & now], gaps[chosen & now]
            order = np.lexsort((gap, of))
            found[kind] = of[order], gap[order]
        return found

    def _count_hours(self) -> None:
        """v1's visits: a session within an hour."""
        views = self.views
        hours = views.times // HOUR_US
        first = np.flatnonzero(_changes(views.sessions, hours))
        counts = np.diff(first, append=len(hours))
        seconds = (views.times[first + counts - 1] - views.times[first]) // SECOND_US
        new = self._is_new[first]
        of = hours[first][new]
        self.hourly["hour_visits"] = of, np.ones(len(of), np.int64)
        self.hourly["hour_bounces"] = of, (counts[new] == 1).astype(np.int64)
        self.hourly["hour_seconds"] = of, seconds[new]

    def _count_visits(self) -> tuple[Array, Array, Array, Array]:
        """What each pageview changes of its visit; the crossings by hour, as `Day.packed` sorts them."""
        views = self.views
        order = np.lexsort((views.visits, views.sessions))
        sessions, visits, times = views.sessions[order], views.visits[order], views.times[order]
        paths, new = self._paths[order], self._is_new[order]
        begins = _changes(sessions, visits)
        self.restarts = bulk_restarts.count(times, begins, new, self.begins, self._day_count)
        starts = np.flatnonzero(begins)
        first_times = times[starts][np.cumsum(begins) - 1] if len(starts) else times
        second = np.zeros(len(times), bool)
        second[1:] = begins[:-1]
        second &= ~begins
        lengths = (times - first_times) // SECOND_US
        hours = times // HOUR_US
        more = np.diff(lengths, prepend=0)
        since = np.diff(hours, prepend=0)
        before = np.roll(paths, 1)
        goes_on = new & ~begins
        begun, ended = hours[new & begins], hours[new & second]
        self.hourly["begun"] = begun, np.ones(len(begun), np.int64)
        self.hourly["bounces"] = (
            np.concatenate((begun, ended)),
            np.concatenate((np.ones(len(begun), np.int64), np.full(len(ended), -1))),
        )
        self.hourly["seconds"] = hours[goes_on], more[goes_on]
        moved = goes_on & (paths != before)
        days, arrived = times // DAY_US, np.ones(int((new & begins).sum()), np.int64)
        self._ends[ENTRY] = days[new & begins], paths[new & begins], arrived
        changed = np.ones(int(moved.sum()), np.int64)
        self._ends[EXIT] = (
            np.concatenate((days[new & begins], days[moved], days[moved])),
            np.concatenate((paths[new & begins], paths[moved], before[moved])),
            np.concatenate((arrived, changed, -changed)),
        )
        crossed = goes_on & (since > 0)
        found = hours[crossed], since[crossed], views.keys[sessions[crossed]], visits[crossed]
        order = np.lexsort(found[::-1])
        return found[0][order], found[1][order], found[2][order], found[3][order]

    def _entries(self, hits: Hits, values: Array, chosen: Array | None = None) -> tuple[Array, Array, Array]:
        """Of each session with a value on a day: day, value and entry (values.py); sorted."""
        sessions, times = hits.sessions, hits.times
        if chosen is not None:
            sessions, times, values = sessions[chosen], times[chosen], values[chosen]
        order = np.lexsort((values, sessions))
        sessions, values, quarters = sessions[order], values[order], times[order] // QUARTER_US
        days = quarters // DAY_QUARTERS
        starts = np.flatnonzero(_changes(sessions, values, days))
        lasts = quarters[np.append(starts[1:], len(quarters))[: len(starts)] - 1]
        sessions, values, days, firsts = sessions[starts], values[starts], days[starts], quarters[starts]
        same = np.zeros(len(starts), bool)
        same[1:] = (sessions[1:] == sessions[:-1]) & (values[1:] == values[:-1])
        start = days * DAY_QUARTERS
        before = np.where(same, start - np.roll(lasts, 1), 0)
        entries = before << 16 | firsts - start << 8 | lasts - start
        now = days >= self.begins
        order = np.lexsort((entries[now], values[now], days[now]))
        return days[now][order], values[now][order], entries[now][order]

    def _of_sessions(self, days: Array) -> Iterator[tuple[int, int, bytes]]:
        """Attributes of the sessions that had a pageview: each session has one entry a day, whatever the attribute."""
        of_day, sessions, entries = self._entries(self.views, self.views.sessions)
        seen = self.views.sessions[self._is_new]
        for place, dimension in enumerate(SESSION_DIMENSIONS):
            value = self.views.attributes[place]
            if dimension in PLACES:
                value = value << 32 | self.views.attributes[_COUNTRY]
            of_entry = value[sessions]
            order = np.lexsort((entries, of_entry, of_day))
            told = of_day[order], of_entry[order], entries[order]
            yield from _packed_values(dimension, _summed(days, value[seen]), told)

    def _event_times(self, new: Array) -> Iterator[tuple[int, int, bytes]]:
        """Events by quarter and name."""
        quarters, names = self.events.times[new] // QUARTER_US, self.events.names[new]
        quarters, names, counts = _summed(quarters, names)
        for day, part in _runs(quarters // DAY_QUARTERS):
            yield EVENT_TIMES, day, pack(quarters[part] - day * DAY_QUARTERS, names[part], counts[part])


def _packed_values(
    dimension: int, views: tuple[Array, Array, Array], entries: tuple[Array, Array, Array] | None
) -> Iterator[tuple[int, int, bytes]]:
    """The units of a dimension, packed as `Tally.packed` does. Both by day and value, sorted."""
    days, values, counts = (column[views[2] != 0] for column in views)
    if entries is None:
        for day, part in _runs(days):
            nothing = np.zeros(part.stop - part.start, np.int64)
            empty = nothing[:0]
            yield (
                dimension,
                day,
                pack(values[part], counts[part], nothing, nothing, empty, empty, empty, empty),
            )
        return
    of_day, of_value, entry = entries
    is_back = entry >= 1 << 16
    by_last = np.lexsort((entry & 255, of_value, of_day))
    lasts = (entry & 255)[by_last]
    runs = dict(_runs(of_day))
    for day, part in _runs(days):
        of = runs[day]
        places = np.searchsorted(values[part], of_value[of])
        back, size = is_back[of], part.stop - part.start
        of_new, of_back = entry[of][~back], entry[of][back]
        yield (
            dimension,
            day,
            pack(
                values[part],
                counts[part],
                np.bincount(places[~back], minlength=size),
                np.bincount(places[back], minlength=size),
                of_new >> 8,
                of_back >> 16,
                of_back >> 8 & 255,
                lasts[of],
            ),
        )


def pack(*columns: Array) -> bytes:
    """As `packing.pack`."""
    if not any(len(column) for column in columns):
        return b""
    parts, bodies = [bytes([len(columns)])], []
    for column in columns:
        kind = smallest(column)
        parts.append(HEADER.pack(kind.char.encode(), len(column)))
        bodies.append(column.astype(kind).tobytes())
    return b"".join(parts + bodies)


def _changes(*columns: Array) -> Array:
    """Where any of these sorted columns differs from the row before."""
    found = np.zeros(len(columns[0]), bool)
    found[:1] = True
    for column in columns:
        found[1:] |= column[1:] != column[:-1]
    return found


def _runs(days: Array) -> Iterator[tuple[int, slice]]:
    """Each of the sorted *days*, and where it is."""
    starts = np.flatnonzero(_changes(days)).tolist()
    for start, end in pairwise([*starts, len(days)]):
        yield int(days[start]), slice(start, end)


def _summed(days: Array, values: Array, counts: Array | None = None) -> tuple[Array, Array, Array]:
    """Each day and value once, sorted, with how often it was there, or the sum of its *counts*."""
    order = np.lexsort((values, days))
    days, values = days[order], values[order]
    starts = np.flatnonzero(_changes(days, values))
    if counts is None:
        numbers = np.diff(starts, append=len(days))
    else:
        numbers = np.add.reduceat(counts[order], starts) if len(starts) else counts
    return days[starts], values[starts], numbers
