"""A stretch of hits as columns: read from what is packed of its units, and from the hits that are not yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import Q

from ..databases.binary import in_binary
from ..domain.periods import DAY_US, HOUR_US
from ..domain.vocabulary import Span
from ..models import RollupColumn
from . import rows
from .columns import TERMS, Array, Columns, columns_of, enumerated, known_sessions, table_of, unpacked
from .fast import ATTRIBUTES, BASE, SESSIONS, TIME, VISITS
from .reading import Rollups
from .sweep import SESSION_DIMENSIONS
from .units import DAY_HOURS

MOST_HITS = 10_000_000
"""More are left to the database: they take up to 90 bytes each while they are counted."""
MOST_OPEN_HITS = 100_000

_UNIT_US = {Span.DAY: DAY_US, Span.HOUR: HOUR_US}


@dataclass(frozen=True)
class Frame:
    """Hits in order of time. A *piece* is a visit's part of one unit; a visit or session may have several."""

    pieces: Array
    """Of each hit."""
    kinds: Array
    piece_sessions: Array
    """Of each piece its session, numbered anew in each unit."""
    columns: dict[int, Array]
    """TIME (microseconds since 1970), VISITS, SESSIONS, terms and attributes, as far as they were asked for."""

    selections: dict[Any, Array] = field(default_factory=dict, compare=False)
    """Hits that were selected before, by what selects them."""

    @cached_property
    def _sessions(self) -> tuple[int, Array]:
        count, numbers = enumerated(self.columns[SESSIONS])
        return count, numbers[self.piece_sessions]

    @property
    def session_count(self) -> int:
        """Sessions of all units, each once."""
        return self._sessions[0]

    @property
    def piece_session_numbers(self) -> Array:
        """Of each piece its session, numbered from 0 over all units."""
        return self._sessions[1]

    @cached_property
    def _visits(self) -> tuple[int, Array]:
        count, numbers = enumerated(self.columns[VISITS])
        of_session = self.piece_session_numbers
        last = np.zeros(count, of_session.dtype)
        last[numbers] = of_session
        # no two sessions share an id, but for imported ones
        if np.array_equal(last[numbers], of_session):
            return count, numbers
        return enumerated(numbers * self.session_count + of_session)

    @property
    def visit_count(self) -> int:
        """Visits of all units, each once."""
        return self._visits[0]

    @property
    def piece_visit_numbers(self) -> Array:
        """Of each piece its visit, numbered from 0 over all units. A visit is known by its session and its id."""
        return self._visits[1]


@dataclass(frozen=True)
class _Part:
    """One unit of a frame."""

    columns: Columns
    hits: slice
    """Those that are in the stretch."""
    begins_us: int
    times: Array | None = None
    """Of these hits; None where all are in the stretch, and TIME says them."""

    @property
    def count(self) -> int:
        """How many hits."""
        count: int = self.hits.stop - self.hits.start
        return count

    def put_times(self, place: Array) -> None:
        """Write the times of the hits to *place*, as long as they are many."""
        if self.times is not None:
            place[:] = self.times
            return
        place[:] = self.columns[TIME][0]
        place[:1] += self.begins_us
        np.cumsum(place, out=place)


def read(rollups: Rollups, stretch: tuple[int, int], wanted: Collection[int]) -> Frame | None:
    """The hits of *stretch* (microseconds, its end not included) with the columns *wanted*: TIME, VISITS, SESSIONS,
    TermKinds. None when not all of them are built, but for the last hours, or they are too many. Up to five queries.
    """
    hold = rollups.hold
    start_us, end_us = max(stretch[0], rollups.raw_from_us), stretch[1]
    if hold.columns_from is None or start_us < hold.columns_from * DAY_US:
        return None
    parts, hits = [], 0
    for span, first, until in (
        (Span.DAY, 0, hold.days),
        (Span.HOUR, hold.days * DAY_HOURS, hold.hours),
    ):
        width = _UNIT_US[span]
        first, until = max(first, start_us // width), min(until, -(-end_us // width))
        for part in _stored(rollups, span, (first, until), (start_us, end_us), wanted):
            parts.append(part)
            hits += part.count
            if hits > MOST_HITS:
                return None
    open_us = max(start_us, hold.hours * HOUR_US)
    if open_us < end_us:
        still_open = _open(rollups, open_us, end_us, wanted)
        if still_open is None:
            return None
        parts.append(still_open)
    return _joined(parts, wanted)


def _stored(
    rollups: Rollups,
    span: Span,
    units: tuple[int, int],
    stretch: tuple[int, int],
    wanted: Collection[int],
) -> Iterator[_Part]:
    """The units of *span* from one number until another, cut to *stretch*, in order. One query."""
    if units[0] >= units[1]:
        return
    width = _UNIT_US[span]
    cut = {moment // width for moment in stretch if moment % width}
    attributes = [place for place, code in enumerate(SESSION_DIMENSIONS) if code in wanted]
    codes = {BASE, *({TIME, VISITS, SESSIONS, *TERMS}.intersection(wanted))}
    if attributes:
        codes.add(ATTRIBUTES)
    stored = RollupColumn.objects.using(rollups.using).filter(
        Q(column__in=codes) | Q(column=TIME, start__in=cut),
        website_id=rollups.website_id,
        span=span,
        start__gte=units[0],
        start__lt=units[1],
    )
    found: dict[int, Columns] = {}
    for unit, code, data in in_binary(stored.values_list("start", "column", "packed")):
        found.setdefault(unit, {})[code] = unpacked(data, attributes if code == ATTRIBUTES else None)
    for unit in sorted(found):
        columns = found[unit]
        times, hits = None, slice(0, len(columns[BASE][0]))
        if unit in cut:
            times = np.cumsum(columns[TIME][0], dtype=np.int64) + unit * width
            hits = slice(*np.searchsorted(times, stretch).tolist())
            times = times[hits]
        yield _Part(columns, hits, unit * width, times)


def _open(rollups: Rollups, start_us: int, end_us: int, wanted: Collection[int]) -> _Part | None:
    """The hits of hours that are not built yet; None when they are too many."""
    terms = [code for code in TERMS if code in wanted]
    told = rows.hits(rollups.website_id, start_us, end_us, terms, rollups.using)
    hits = list(islice(told, MOST_OPEN_HITS + 1))
    if len(hits) > MOST_OPEN_HITS:
        return None
    table = table_of(hits, 4 + len(terms))
    sessions, visits, times, kinds, *by_term = (table[:, place] for place in range(4 + len(terms)))
    places = [place for place, code in enumerate(SESSION_DIMENSIONS) if code in wanted]
    attributes = rows.attributes(set(sessions.tolist()), rollups.using) if places else {}
    of_hits: dict[int, Array] = dict(zip(terms, by_term, strict=True))
    columns = columns_of(sessions, visits, kinds, of_hits, known_sessions(attributes))
    columns[ATTRIBUTES] = [columns[ATTRIBUTES][place] for place in places]
    return _Part(columns, slice(0, len(table)), start_us, times)


def _joined(parts: list[_Part], wanted: Collection[int]) -> Frame:
    """One frame: what *parts* number for themselves is numbered over all of them. 32 bits are enough for MOST_HITS.

    What is to be added up is added up where it stays: arrays as large as these are slow to come by.
    """
    hit_count = sum(part.count for part in parts)
    pieces, kinds = np.empty(hit_count, np.int32), np.empty(hit_count, np.uint8)
    times = np.empty(hit_count if TIME in wanted else 0, np.int64)
    piece_sessions = np.empty(sum(len(part.columns[BASE][2]) for part in parts), np.int32)
    first_hit = first_piece = first_session = 0
    for part in parts:
        of_hit, kind, steps = part.columns[BASE]
        hits = slice(first_hit, first_hit + part.count)
        pieces[hits] = of_hit[part.hits]
        pieces[hits] += first_piece
        kinds[hits] = kind[part.hits]
        if TIME in wanted:
            part.put_times(times[hits])
        if len(steps):
            sessions = piece_sessions[first_piece : first_piece + len(steps)]
            sessions[:] = steps
            sessions[0] += first_session
            np.cumsum(sessions, out=sessions)
            first_session = int(sessions[-1]) + 1
        first_hit, first_piece = hits.stop, first_piece + len(steps)
    columns = {}
    for code in wanted:
        if code in TERMS:
            columns[code] = _concatenated([_terms(part, code) for part in parts])
        elif code in (VISITS, SESSIONS):
            columns[code] = _concatenated([part.columns[code][0] for part in parts])
        elif code == TIME:
            columns[code] = times
    attributes = [code for code in SESSION_DIMENSIONS if code in wanted]
    for place, code in enumerate(attributes):
        columns[code] = _concatenated([part.columns[ATTRIBUTES][place] for part in parts])
    return Frame(pieces, kinds, piece_sessions, columns)


def _terms(part: _Part, code: int) -> Array:
    """Of each hit its term: zeros where the unit has none of them at all."""
    if code in part.columns:
        return part.columns[code][0][part.hits]
    return np.zeros(part.count, np.uint8)


def _concatenated(arrays: list[Any]) -> Array:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
