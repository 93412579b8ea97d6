"""The hits of an hour or a day, column by column and packed: what summaries do not tell is counted from them. Pure.

A filtered question reads the few columns that it is about; a database would have to look at whole rows, and at the
session of each. All columns of hits are in order of time (then of storing). Needs numpy, the extra `fast`; without it
nothing here is used, and such questions are answered from the hits.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from ..domain.vocabulary import TermKind
from .fast import ATTRIBUTES, BASE, SESSIONS, TIME, VISITS
from .sweep import HIT_DIMENSIONS, SESSION_DIMENSIONS, Story

Array = npt.NDArray[Any]
Columns = dict[int, Sequence[Array]]
"""By code (fast.py)."""
Sessions = tuple[Array, Array]
"""Keys of sessions, sorted, and of each a row with its SESSION_DIMENSIONS."""

TERMS = (*HIT_DIMENSIONS, TermKind.EVENT_NAME)

_CODES = "BHIbhiq"
_TYPES = {code: np.dtype(code).newbyteorder("<") for code in _CODES}
_HEADER = Struct("<cII")
_LEVEL, _WORTH_IT = 1, 0.6
"""Compressed quickly or not at all: reading is what is waited for."""
_HASHING = np.uint64(0x9E3779B97F4A7C15)
"""An odd number: multiplied by it, numbers that differ anywhere differ in their upper bits."""
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
        order = np.argsort(times, kind="stable")
        table = table_of(self._terms, len(HIT_DIMENSIONS))[rows[order]]
        terms: dict[int, Array] = {kind: table[:, place] for place, kind in enumerate(HIT_DIMENSIONS)}
        terms[TermKind.EVENT_NAME] = names[order]
        plain = (sessions[order], visits[order], times[order], kinds[order])
        yield from units(*plain, terms, known_sessions(self._attributes), width_us)


def units(
    sessions: Array,
    visits: Array,
    times: Array,
    kinds: Array,
    terms: Mapping[int, Array],
    known: Sessions,
    width_us: int,
) -> Iterator[tuple[int, dict[int, bytes]]]:
    """The packed columns of each unit of *width_us* that has some of these hits, which are in order of time."""
    numbers = times // width_us
    starts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(times)]):
        part, number = slice(start, end), int(numbers[start])
        of_part = {code: column[part] for code, column in terms.items()}
        found = columns_of(sessions[part], visits[part], kinds[part], of_part, known)
        found[TIME] = (np.diff(times[part], prepend=number * width_us),)
        yield number, {code: packed(arrays) for code, arrays in found.items() if any_of(code, arrays)}


def known_sessions(attributes: Mapping[int, Sequence[int | None]]) -> Sessions:
    """Sessions with their attributes, by key."""
    keys = sorted(attributes)
    return np.array(keys, np.int64), table_of((attributes[key] for key in keys), len(SESSION_DIMENSIONS))


def any_of(code: int, arrays: Sequence[Array]) -> bool:
    """Is there anything to store? Terms that no hit has are left out."""
    return code > max(TermKind) or bool(arrays[0].any())


def columns_of(
    sessions: Array, visits: Array, kinds: Array, terms: Mapping[int, Array], known: Sessions
) -> Columns:
    """The columns, less TIME, of hits with these sessions, visits, kinds and terms."""
    keys, session_of_hit = numbered(sessions)
    visit_ids, visit_of_hit = numbered(visits)
    pairs, piece_of_hit = numbered(session_of_hit * len(visit_ids) + visit_of_hit)
    steps = np.diff(pairs // len(visit_ids), prepend=0) if len(pairs) else pairs
    table = attributes_of(keys, known)
    return {
        BASE: (piece_of_hit, kinds, steps),
        VISITS: (visit_ids[pairs % len(visit_ids)],),
        SESSIONS: (keys,),
        ATTRIBUTES: tuple(table[:, place] for place in range(len(SESSION_DIMENSIONS))),
        **{code: (column,) for code, column in terms.items()},
    }


def attributes_of(keys: Array, known: Sessions) -> Array:
    """The attributes of some sessions; of one that is not known, none."""
    places = np.searchsorted(known[0], keys)
    table = np.vstack((known[1], np.zeros((1, len(SESSION_DIMENSIONS)), np.int64)))
    there = np.append(known[0], -1)[places] == keys
    return table[np.where(there, places, len(known[0]))]


def numbered(values: Array) -> tuple[Array, Array]:
    """The different *values*, sorted, and of each value its place among them."""
    if not len(values):
        return values, values.astype(np.int64)
    least = int(values.min())
    width = int(values.max()) - least + 1
    if width > 4 * len(values) + 100_000:
        known, places = np.unique(values, return_inverse=True)
        return known, places
    offsets = values.astype(np.int64) - least
    there = np.zeros(width, bool)
    there[offsets] = True
    known = np.flatnonzero(there)
    places = np.empty(width, np.int64)
    places[known] = np.arange(len(known))
    return known + least, places[offsets]


def enumerated(values: Array) -> tuple[int, Array]:
    """How many different *values* there are, and of each its number.

    Numbers go by first appearance: what is near each other stays so, and memory is read in order where they are used.
    """
    first = first_places(values)
    numbers = np.cumsum(first == np.arange(len(values))) - 1
    return int(numbers[-1]) + 1 if len(values) else 0, numbers[first]


def first_places(values: Array) -> Array:
    """Of each of the *values* the place of the first one like it.

    Hashes are sorted that hold their places, and not the values themselves: numpy sorts plain numbers five times as
    fast as it tells where they go. Those that share a hash and are different are looked at again.
    """
    found = np.arange(len(values))
    place_bits = np.uint64(2 ** len(values).bit_length() - 1)
    hashes = values.astype(np.uint64) * _HASHING
    hashes &= ~place_bits
    hashes |= found.astype(np.uint64)
    hashes.sort()
    order = (hashes & place_bits).astype(np.int64)
    hashes &= ~place_bits
    again = np.flatnonzero(hashes[1:] == hashes[:-1]) + 1
    begins = np.diff(again, prepend=-1) != 1
    places, firsts = order[again], order[again[begins] - 1][np.cumsum(begins) - 1]
    found[places] = firsts
    others = np.sort(places[values[places] != values[firsts]])
    _, index, inverse = np.unique(values[others], return_index=True, return_inverse=True)
    found[others] = others[index][inverse]
    return found


def distinct(values: Array) -> Array:
    """The different *values*, sorted. numpy's `unique`, asked for no more than that, takes fifty times as long."""
    values = np.sort(values)
    return values[np.concatenate(([True], values[1:] != values[:-1]))] if len(values) else values


def table_of(rows: Iterable[Sequence[int | None]], width: int) -> Array:
    """Rows of *width* numbers as an array, None as 0."""
    return np.array([[number or 0 for number in row] for row in rows], np.int64).reshape(-1, width)


def packed(arrays: Sequence[Array]) -> bytes:
    """The *arrays*, each in the smallest type that holds it, and compressed where that makes it a good deal smaller."""
    head, bodies = [len(arrays).to_bytes(1, "little")], []
    for numbers in arrays:
        kind = smallest(numbers)
        plain = numbers.astype(kind).tobytes()
        compressed = zlib.compress(plain, _LEVEL)
        body = compressed if len(compressed) < _WORTH_IT * len(plain) else plain
        head.append(_HEADER.pack(kind.char.encode(), len(numbers), len(body)))
        bodies.append(body)
    return b"".join(head + bodies)


def unpacked(data: bytes | memoryview, only: Collection[int] | None = None) -> list[Array]:
    """What `packed` made of; *only* those in these places, if that is said."""
    view = memoryview(data)
    place, found = 1 + _HEADER.size * view[0], []
    for number in range(view[0]):
        code, length, size = _HEADER.unpack_from(view, 1 + number * _HEADER.size)
        if only is None or number in only:
            kind = _TYPES[code.decode()]
            body = view[place : place + size]
            plain = body if size == length * kind.itemsize else zlib.decompress(body)
            found.append(np.frombuffer(plain, kind, length))
        place += size
    return found


def smallest(numbers: Array) -> np.dtype[Any]:
    """The smallest type that holds all of them."""
    if not len(numbers):
        return _TYPES["B"]
    least, most = int(numbers.min()), int(numbers.max())
    return next(
        kind for kind in _TYPES.values() if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max
    )
