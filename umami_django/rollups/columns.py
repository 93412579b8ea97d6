"""The hits of an hour or a day, column by column and packed: what summaries do not tell is counted from them. Pure.

A filtered question reads the few columns that it is about; a database would have to look at whole rows, and at the
session of each. All columns of hits are in order of time (then of storing). Needs numpy, the extra `fast`; without it
nothing here is used, and such questions are answered from the hits.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from ..domain.vocabulary import TermKind
from .sweep import HIT_DIMENSIONS, SESSION_DIMENSIONS, Story

Array = npt.NDArray[Any]
Columns = dict[int, tuple[Array, ...]]
"""By code. Those of terms are called by their TermKind and hold one array, a term for each hit, 0 for none."""

BASE, TIME, ATTRIBUTES = 101, 102, 103
"""BASE: of each hit its piece and its kind; of each *piece*, the hits of one visit in this unit, its session; the
pieces' visits; the sessions' keys. TIME: of each hit the microseconds since the one before, of the first since the
unit began. ATTRIBUTES: of each session the terms of SESSION_DIMENSIONS."""
TERMS = (*HIT_DIMENSIONS, TermKind.EVENT_NAME)

_CODES = "BHIbhiq"
_TYPES = {code: np.dtype(code).newbyteorder("<") for code in _CODES}
_LEVEL = 1
_time = itemgetter(2)


class Recorder:
    """Takes down the hits of stories that pass through, to give them back by unit."""

    def __init__(self, since_us: int) -> None:
        self.since_us = since_us
        self._numbers = tuple(array("q") for _ in range(6))
        """Of each hit its session, visit, time, kind, event name, and the number of its terms."""
        self._terms: dict[tuple[int | None, ...], int] = {}
        self._attributes: dict[int, tuple[int | None, ...]] = {}

    def through(self, stories: Iterable[Story]) -> Iterator[Story]:
        """The *stories*, unchanged; their hits from `since_us` on are taken down."""
        numbers, known = self._numbers, self._terms
        for story in stories:
            session, attributes, hits = story
            first = bisect_left(hits, self.since_us, key=_time) if hits[0][2] < self.since_us else 0
            if first < len(hits):
                *plain, names, terms = zip(*(hits[first:] if first else hits), strict=True)
                for column, values in zip(numbers, plain, strict=False):
                    column.extend(values)
                numbers[4].extend([name or 0 for name in names])
                numbers[5].extend([known.setdefault(row, len(known)) for row in terms])
                self._attributes[session] = attributes
            yield story

    def units(self, width_us: int) -> Iterator[tuple[int, dict[int, bytes]]]:
        """The packed columns of each unit of *width_us* that has hits, by its number."""
        sessions, visits, times, kinds, names, rows = (
            np.frombuffer(part, np.int64) for part in self._numbers
        )
        if not len(times):
            return
        order = np.argsort(times, kind="stable")
        sessions, visits, times = sessions[order], visits[order], times[order]
        kinds, names, rows = kinds[order], names[order], rows[order]
        table = table_of(self._terms, len(HIT_DIMENSIONS))
        numbers = times // width_us
        borders = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(times)]
        for start, end in pairwise(borders):
            part = slice(start, end)
            terms = {kind: table[rows[part], place] for place, kind in enumerate(HIT_DIMENSIONS)}
            terms[TermKind.EVENT_NAME] = names[part]
            number = int(numbers[start])
            found = columns_of(sessions[part], visits[part], kinds[part], terms, self._attributes)
            found[TIME] = (np.diff(times[part], prepend=number * width_us),)
            yield number, {code: packed(arrays) for code, arrays in found.items() if any_of(code, arrays)}


def any_of(code: int, arrays: tuple[Array, ...]) -> bool:
    """Is there anything to store? Terms that no hit has are left out."""
    return code > max(TermKind) or bool(arrays[0].any())


def columns_of(
    sessions: Array,
    visits: Array,
    kinds: Array,
    terms: Mapping[int, Array],
    attributes: Mapping[int, Sequence[int | None]],
) -> Columns:
    """The columns, less TIME, of hits with these sessions, visits, kinds and terms. *attributes*: of each session."""
    keys, session_of_hit = np.unique(sessions, return_inverse=True)
    visit_ids, visit_of_hit = np.unique(visits, return_inverse=True)
    pairs, piece_of_hit = np.unique(session_of_hit * len(visit_ids) + visit_of_hit, return_inverse=True)
    nothing = (None,) * len(SESSION_DIMENSIONS)
    table = table_of((attributes.get(key, nothing) for key in keys.tolist()), len(nothing))
    places = range(len(SESSION_DIMENSIONS))
    return {
        BASE: (piece_of_hit, kinds, pairs // len(visit_ids), visit_ids[pairs % len(visit_ids)], keys),
        ATTRIBUTES: tuple(table[:, place] for place in places),
        **{code: (column,) for code, column in terms.items()},
    }


def table_of(rows: Iterable[Sequence[int | None]], width: int) -> Array:
    """Rows of *width* numbers as an array, None as 0."""
    return np.array([[number or 0 for number in row] for row in rows], np.int64).reshape(-1, width)


def packed(arrays: Sequence[Array]) -> bytes:
    """The *arrays*, each in the smallest type that holds it, compressed."""
    head, bodies = [len(arrays).to_bytes(1, "little")], []
    for numbers in arrays:
        code = _smallest(numbers)
        head.append(code.encode() + len(numbers).to_bytes(4, "little"))
        bodies.append(numbers.astype(_TYPES[code]).tobytes())
    return zlib.compress(b"".join(head + bodies), _LEVEL)


def unpacked(data: bytes | memoryview) -> tuple[Array, ...]:
    """What `packed` made of."""
    plain = zlib.decompress(data)
    place, found = 1 + 5 * plain[0], []
    for start in range(1, place, 5):
        kind = _TYPES[chr(plain[start])]
        length = int.from_bytes(plain[start + 1 : start + 5], "little")
        found.append(np.frombuffer(plain, kind, length, place))
        place += length * kind.itemsize
    return tuple(found)


def _smallest(numbers: Array) -> str:
    if not len(numbers):
        return "B"
    least, most = int(numbers.min()), int(numbers.max())
    return next(
        code for code in _CODES if np.iinfo(_TYPES[code]).min <= least and most <= np.iinfo(_TYPES[code]).max
    )
