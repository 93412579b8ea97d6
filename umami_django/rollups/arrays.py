"""The hits of some days as arrays, with all that their sessions did before: what `bulk.py` counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connections

from ..domain.periods import DAY_US
from ..domain.vocabulary import HitKind, TermKind
from ..models import Session, StoredHit
from ..querysets.literals import listed
from . import rows
from .bulk import Hits
from .columns import Array, Sessions, attributes_of, numbered, units
from .sweep import HIT_DIMENSIONS, SESSION_DIMENSIONS

FETCHED_AT_ONCE = 10_000

_HITS, _SESSIONS = StoredHit._meta.db_table, Session._meta.db_table
_OF_HIT = ("session_id", "visit_id", "created_at", "kind")
_TERMS = tuple(f"{kind.name.lower()}_id" for kind in (TermKind.EVENT_NAME, *HIT_DIMENSIONS))
_OF_SESSION = ("id", "pruned_until", *(f"{kind.name.lower()}_id" for kind in SESSION_DIMENSIONS))


@dataclass(frozen=True)
class Told:
    """Hits of some days, and of before."""

    hits: Hits
    """With those of before, by session and time."""
    new: list[Array]
    """Of the days alone, in order of time: session keys, visits, times, kinds, event names, terms."""
    known: Sessions

    def columns(self, width_us: int) -> Iterator[tuple[int, dict[int, bytes]]]:
        """The packed columns of each unit."""
        sessions, visits, times, kinds, *terms = self.new
        kinds_of_terms = (TermKind.EVENT_NAME, *HIT_DIMENSIONS)
        of_hits: dict[int, Array] = dict(zip(kinds_of_terms, terms, strict=True))
        return units(sessions, visits, times, kinds, of_hits, self.known, width_us)


def read(website_id: int, begins: int, ends: int, using: str) -> Told:
    """The hits of the days from *begins* until *ends*, and all that their sessions did before.

    Of those that were pruned the last pageview is told, without its values (as `rows.stories` does).
    """
    start_us = begins * DAY_US
    where = "website_id = %s AND created_at >= %s AND created_at < %s ORDER BY created_at, id"
    new = _hits(where, [website_id, start_us, ends * DAY_US], using)
    keys, _ = numbered(new[0])
    before = _before(website_id, keys, start_us, using)
    # after the hits: what is pruned meanwhile is told by one of them
    known, pruned = _attributes(keys, using)
    before.append(_pruned(known[0], pruned, start_us))
    columns = [np.concatenate(parts) for parts in zip(*before, new, strict=True)]
    sessions = np.searchsorted(keys, columns[0])
    order = np.lexsort((columns[2], sessions))
    _, visits, times, kinds, names, *terms = (column[order] for column in columns)
    table = attributes_of(keys, known)
    attributes = [table[:, place] for place in range(len(SESSION_DIMENSIONS))]
    hits = Hits(sessions[order], visits, times, kinds, names, terms, keys, attributes)
    return Told(hits, new, known)


def _before(website_id: int, keys: Array, start_us: int, using: str) -> list[list[Array]]:
    """What these sessions did before, each in order of time."""
    found = []
    for part in rows.parts(keys.tolist()):
        of_these = f"session_id IN ({listed(part)}) AND {rows.BY_SESSION}"
        where = f"{of_these} AND created_at < %s ORDER BY created_at, id"
        found.append(_hits(where, [website_id, start_us], using))
    return found


def _attributes(keys: Array, using: str) -> tuple[Sessions, Array]:
    """The sessions that there are, and of each when it was pruned (0: never)."""
    parts = [
        _fetched(_SESSIONS, _OF_SESSION, f"id IN ({listed(part)}) ORDER BY id", [], using)
        for part in rows.parts(keys.tolist())
    ]
    columns = [np.concatenate(of) for of in zip(*parts, strict=True)] if parts else [keys] * len(_OF_SESSION)
    found, pruned, *values = columns
    return (found, np.stack(values, axis=1)), pruned


def _pruned(keys: Array, until: Array, start_us: int) -> list[Array]:
    """The last pageviews that are known to have been, each of a visit of its own: no visit has the id 0."""
    of = (until > 0) & (until < start_us)
    nothing = np.zeros(int(of.sum()), np.int64)
    kinds = np.full(len(nothing), HitKind.PAGEVIEW)
    return [keys[of], nothing, until[of], kinds, *(nothing.astype(np.int32) for _ in _TERMS)]


def _hits(where: str, values: Sequence[int], using: str) -> list[Array]:
    columns = _fetched(_HITS, (*_OF_HIT, *_TERMS), where, values, using)
    wide = len(_OF_HIT)
    # ids of terms are small
    return columns[:wide] + [column.astype(np.int32) for column in columns[wide:]]


def _fetched(
    table: str, columns: Sequence[str], where: str, values: Sequence[int], using: str
) -> list[Array]:
    """The *columns* (whole numbers, null as 0) of some rows, as arrays of 64 bits."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        return _sent_as_bytes(connection, table, columns, where, values)
    chosen = ", ".join(f"COALESCE({column}, 0)" for column in columns)
    parts = [np.zeros((0, len(columns)), np.int64)]
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM {table} WHERE {where}", list(values))  # noqa: S608
        while fetched := cursor.fetchmany(FETCHED_AT_ONCE):
            parts.append(np.array(fetched, np.int64))
    found = np.concatenate(parts)
    return [np.ascontiguousarray(found[:, place]) for place in range(len(columns))]


def _sent_as_bytes(
    connection: Any, table: str, columns: Sequence[str], where: str, values: Sequence[int]
) -> list[Array]:
    """In one row, each column as the bytes of its numbers: a driver that makes a tuple of each row takes ten times as
    long."""
    names = [f"c{number}" for number in range(len(columns))]
    chosen = ", ".join(
        f"COALESCE({column}, 0)::bigint AS {name}" for column, name in zip(columns, names, strict=True)
    )
    sent = ", ".join(f"string_agg(int8send({name}), ''::bytea)" for name in names)
    statement = f"SELECT {sent} FROM (SELECT {chosen} FROM {table} WHERE {where}) AS told"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        row = cursor.fetchone()
    return [np.frombuffer(data or b"", ">i8").astype(np.int64) for data in row]
