"""A stretch of hits as columns: read from what is packed of its units, and from the hits that are not yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from ..domain.periods import DAY_US, HOUR_US
from ..domain.vocabulary import HitKind, Span
from ..models import RollupColumn
from . import rows
from .columns import ATTRIBUTES, BASE, TERMS, TIME, Array, Columns, columns_of, table_of, unpacked
from .reading import Rollups
from .sweep import SESSION_DIMENSIONS
from .units import DAY_HOURS

MOST_HITS = 20_000_000
"""More are left to the database: they take 50 bytes each while they are counted."""
MOST_OPEN_HITS = 100_000

_UNIT_US = {Span.DAY: DAY_US, Span.HOUR: HOUR_US}


@dataclass(frozen=True)
class Frame:
    """Hits in order of time. A *piece* is a visit's part of one unit; a visit or session may have several."""

    pieces: Array
    """Of each hit."""
    kinds: Array
    times: Array | None
    """Microseconds since 1970, where they were asked for."""
    terms: dict[int, Array]
    """By TermKind: of each hit, 0 for none."""
    piece_sessions: Array
    piece_visits: Array
    session_keys: Array
    attributes: dict[int, Array]
    """By TermKind: of each session of each unit."""

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def _sessions(self) -> tuple[Array, Array]:
        keys, numbers = np.unique(self.session_keys, return_inverse=True)
        return keys, numbers

    @property
    def session_count(self) -> int:
        """Sessions of all units, each once."""
        return len(self._sessions[0])

    @cached_property
    def piece_session_numbers(self) -> Array:
        """Of each piece its session, numbered from 0 over all units."""
        return self._sessions[1][self.piece_sessions]

    @cached_property
    def piece_visit_numbers(self) -> Array:
        """Of each piece its visit, numbered from 0 over all units. A visit is known by its session and its id."""
        ids, numbers = np.unique(self.piece_visits, return_inverse=True)
        of_session = self.piece_session_numbers
        last = np.zeros(len(ids), of_session.dtype)
        last[numbers] = of_session
        if np.array_equal(
            last[numbers], of_session
        ):  # no two sessions share an id: as ever, but for imported ones
            return numbers
        return np.unique(numbers * self.session_count + of_session, return_inverse=True)[1]

    @cached_property
    def visit_count(self) -> int:
        return int(self.piece_visit_numbers.max()) + 1 if len(self.piece_visits) else 0

    @property
    def pageviews(self) -> Array:
        """Of each hit: did it show a page?"""
        return self.kinds == HitKind.PAGEVIEW

    def of_session(self, dimension: int) -> Array:
        """An attribute of sessions, by hit."""
        return self.attributes[dimension][self.piece_sessions[self.pieces]]


@dataclass(frozen=True)
class _Part:
    """One unit of a frame, cut to its stretch."""

    columns: Columns
    hits: slice
    times: Array | None


def read(
    rollups: Rollups, stretch: tuple[int, int], dimensions: Collection[int], *, timed: bool
) -> Frame | None:
    """The hits of *stretch* (microseconds, its end not included) with these *dimensions* (TermKind); None when not all
    of it is built, but for its last hours, or it is too much. Up to four queries."""
    hold = rollups.hold
    start_us, end_us = max(stretch[0], rollups.raw_from_us), stretch[1]
    if hold.columns_from is None or start_us < hold.columns_from * DAY_US:
        return None
    codes = {BASE, *(code for code in dimensions if code in TERMS)}
    if any(code in SESSION_DIMENSIONS for code in dimensions):
        codes.add(ATTRIBUTES)
    parts, hits = [], 0
    for part in _built(rollups, start_us, end_us, codes, timed=timed):
        parts.append(part)
        hits += part.hits.stop - part.hits.start
        if hits > MOST_HITS:
            return None
    open_us = max(start_us, hold.hours * HOUR_US)
    if open_us < end_us:
        still_open = _open(rollups, open_us, end_us, codes)
        if still_open is None:
            return None
        parts.append(still_open)
    return _joined(parts, dimensions, timed=timed)


def _built(rollups: Rollups, start_us: int, end_us: int, codes: set[int], *, timed: bool) -> Iterator[_Part]:
    """The units that are built, days and then hours."""
    hold = rollups.hold
    for span, first, until in (
        (Span.DAY, 0, hold.days),
        (Span.HOUR, hold.days * DAY_HOURS, hold.hours),
    ):
        width = _UNIT_US[span]
        first, until = max(first, start_us // width), min(until, -(-end_us // width))
        cut = {
            unit for unit in (start_us // width, end_us // width) if unit * width not in (start_us, end_us)
        }
        if first >= until:
            continue
        stored = RollupColumn.objects.using(rollups.using).filter(website_id=rollups.website_id, span=span)
        wanted = stored.filter(column__in=codes, start__gte=first, start__lt=until)
        found: dict[int, Columns] = {}
        for unit, code, data in wanted.values_list("start", "column", "packed"):
            found.setdefault(unit, {})[code] = unpacked(data)
        times = stored.filter(column=TIME, start__gte=first, start__lt=until)
        if not timed:
            times = times.filter(start__in=cut)
        for unit, data in times.values_list("start", "packed") if timed or cut else ():
            found[unit][TIME] = unpacked(data)
        for unit in sorted(found):
            columns = found[unit]
            moments, hits = None, slice(0, len(columns[BASE][0]))
            if TIME in columns:
                moments = np.cumsum(columns[TIME][0], dtype=np.int64) + unit * width
                hits = slice(*np.searchsorted(moments, (start_us, end_us)).tolist())
                moments = moments[hits]
            yield _Part(columns, hits, moments)


def _open(rollups: Rollups, start_us: int, end_us: int, codes: set[int]) -> _Part | None:
    """The hits of hours that are not built yet; None when they are too many."""
    dimensions = [code for code in TERMS if code in codes]
    told = rows.hits(rollups.website_id, start_us, end_us, dimensions, rollups.using)
    hits = list(islice(told, MOST_OPEN_HITS + 1))
    if len(hits) > MOST_OPEN_HITS:
        return None
    table = table_of(hits, 4 + len(dimensions))
    sessions, visits, times, kinds, *terms = (table[:, place] for place in range(4 + len(dimensions)))
    attributes = {}
    if ATTRIBUTES in codes:
        attributes = rows.attributes(set(sessions.tolist()), rollups.using)
    columns = columns_of(sessions, visits, kinds, dict(zip(dimensions, terms, strict=True)), attributes)
    return _Part(columns, slice(0, len(table)), times)


def _joined(parts: list[_Part], dimensions: Collection[int], *, timed: bool) -> Frame:
    """One frame: what *parts* number for themselves is numbered over all of them."""
    pieces, kinds, piece_sessions, piece_visits, keys = [], [], [], [], []
    first_piece = first_session = 0
    for part in parts:
        of_hit, kind, of_piece, visits, sessions = part.columns[BASE]
        pieces.append(of_hit[part.hits].astype(np.int64) + first_piece)
        kinds.append(kind[part.hits].astype(np.uint8))
        piece_sessions.append(of_piece.astype(np.int64) + first_session)
        piece_visits.append(visits.astype(np.int64))
        keys.append(sessions.astype(np.int64))
        first_piece += len(of_piece)
        first_session += len(sessions)
    terms = {
        code: _concatenated([_terms(part, code) for part in parts]) for code in dimensions if code in TERMS
    }
    attributes = {
        code: _concatenated([part.columns[ATTRIBUTES][place] for part in parts])
        for place, code in enumerate(SESSION_DIMENSIONS)
        if code in dimensions
    }
    return Frame(
        pieces=_concatenated(pieces),
        kinds=_concatenated(kinds),
        times=_concatenated([part.times for part in parts]) if timed else None,
        terms=terms,
        piece_sessions=_concatenated(piece_sessions),
        piece_visits=_concatenated(piece_visits),
        session_keys=_concatenated(keys),
        attributes=attributes,
    )


def _terms(part: _Part, code: int) -> Array:
    """Of each hit its term: zeros where the unit has none of them at all."""
    if code in part.columns:
        return part.columns[code][0][part.hits]
    return np.zeros(part.hits.stop - part.hits.start, np.uint8)


def _concatenated(arrays: list[Any]) -> Array:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
