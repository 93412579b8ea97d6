"""The hits as plain tuples: what summaries are counted from, and what a range cuts off at its edges.

Raw cursors, since the ORM would make a datetime of each time; there are ten million of them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connections

from ..domain.vocabulary import HitKind, TermKind
from ..models import Session, StoredHit
from ..querysets.literals import listed
from .sweep import HIT_DIMENSIONS, PLACES, SESSION_DIMENSIONS, Hit, Story, place

FETCHED_AT_ONCE = 2_000
SESSIONS_AT_ONCE = 500
IDS_AT_ONCE = 5_000

_HITS = StoredHit._meta.db_table
_SESSIONS = Session._meta.db_table
_TERMS = ", ".join(f"{kind.name.lower()}_id" for kind in HIT_DIMENSIONS)
_COLUMNS = f"session_id, visit_id, created_at, kind, event_name_id, {_TERMS}"
_ATTRIBUTES = ", ".join(f"{kind.name.lower()}_id" for kind in SESSION_DIMENSIONS)

BY_SESSION = "website_id + 0 = %s"
"""The hits of some sessions are found by their index: without `+ 0` SQLite reads all that the website has, and
PostgreSQL all of the stretch of time."""

View = tuple[int, int, int]
"""Session, visit, time in microseconds."""


def stories(website_id: int, start_us: int, end_us: int, using: str) -> Iterator[Story]:
    """The sessions with a hit from *start_us* until *end_us*, each with all its hits before *end_us*.

    Of those that were pruned the last pageview is told, without its values.
    """
    # + 0: for a cursor PostgreSQL wants the first rows soon, and would read the index of sessions from end to end
    statement = (
        f"SELECT {_COLUMNS} FROM {_HITS} WHERE website_id = %s AND created_at >= %s AND created_at < %s "  # noqa: S608
        "ORDER BY session_id + 0, created_at, id"
    )
    hits = map(_hit, _streamed(statement, [website_id, start_us, end_us], using))
    sessions = ((session, list(own)) for session, own in groupby(hits, itemgetter(0)))
    while batch := dict(islice(sessions, SESSIONS_AT_ONCE)):
        earlier = _earlier(website_id, batch, start_us, using)
        attributes = _attributes(
            batch, using
        )  # after the hits: what is pruned meanwhile is told by one of them
        for session, own in batch.items():
            pruned_until, *values = attributes.get(session, (None,) * (1 + len(SESSION_DIMENSIONS)))
            before = earlier.get(session, [])
            if pruned_until is not None and pruned_until < start_us:
                before = sorted([*before, _pruned(session, pruned_until)], key=itemgetter(2))
            yield session, tuple(values), before + own


def views(website_id: int, start_us: int, end_us: int, using: str, columns: str = "created_at") -> list[Any]:
    """The pageviews from *start_us* until *end_us*, by time: session, visit and *columns*; no query for an empty
    stretch."""
    if start_us >= end_us:
        return []
    statement = (
        f"SELECT session_id, visit_id, {columns} FROM {_HITS} WHERE website_id = %s AND created_at >= %s "  # noqa: S608
        "AND created_at < %s AND kind = %s ORDER BY created_at, id"
    )
    return list(_rows(statement, [website_id, start_us, end_us, HitKind.PAGEVIEW], using))


def hits(
    website_id: int, start_us: int, end_us: int, dimensions: Sequence[int], using: str
) -> Iterator[tuple[Any, ...]]:
    """All hits from *start_us* until *end_us*, by time: session, visit, time, kind, and a term or None for each of
    *dimensions*."""
    names = "".join(f", {TermKind(dimension).name.lower()}_id" for dimension in dimensions)
    statement = (
        f"SELECT session_id, visit_id, created_at, kind{names} FROM {_HITS} WHERE website_id = %s "  # noqa: S608
        "AND created_at >= %s AND created_at < %s ORDER BY created_at, id"
    )
    return _rows(statement, [website_id, start_us, end_us], using)


def attributes(sessions: Collection[int], using: str) -> dict[int, tuple[int | None, ...]]:
    """The terms of the SESSION_DIMENSIONS of some sessions."""
    found: dict[int, tuple[int | None, ...]] = {}
    for part in parts(sessions):
        found.update({key: values[1:] for key, values in _attributes(part, using).items()})
    return found


def events(website_id: int, start_us: int, end_us: int, using: str) -> Iterator[tuple[int, int | None]]:
    """Time and name of the events from *start_us* until *end_us*; no query for an empty stretch."""
    if start_us < end_us:
        statement = (
            f"SELECT created_at, event_name_id FROM {_HITS} WHERE website_id = %s AND created_at >= %s "  # noqa: S608
            "AND created_at < %s AND kind = %s"
        )
        yield from _rows(statement, [website_id, start_us, end_us, HitKind.EVENT], using)


def views_of_visits(
    website_id: int, visits: Collection[tuple[int, int]], end_us: int, using: str, columns: str = "created_at"
) -> dict[tuple[int, int], list[Any]]:
    """The times of all pageviews before *end_us* of some visits, by visit, in order."""
    found: dict[tuple[int, int], list[Any]] = {visit: [] for visit in visits}
    for part in parts({session for session, _ in visits}):
        statement = (
            f"SELECT session_id, visit_id, {columns} FROM {_HITS} WHERE session_id IN ({listed(part)}) "  # noqa: S608
            f"AND created_at < %s AND {BY_SESSION} AND kind = %s ORDER BY created_at, id"
        )
        for session, visit, *told in _rows(statement, [end_us, website_id, HitKind.PAGEVIEW], using):
            of_visit = found.get((session, visit))
            if of_visit is not None:
                of_visit.append(told[0] if len(told) == 1 else tuple(told))
    return found


def active_sessions(
    website_id: int, sessions: Collection[int], start_us: int, end_us: int, using: str
) -> set[int]:
    """Those of *sessions* that have a pageview from *start_us* until *end_us*."""
    found: set[int] = set()
    if start_us >= end_us:
        return found
    for part in parts(sessions):
        statement = (
            f"SELECT DISTINCT session_id FROM {_HITS} WHERE session_id IN ({listed(part)}) AND created_at >= %s "  # noqa: S608
            f"AND created_at < %s AND {BY_SESSION} AND kind = %s"
        )
        found.update(
            row[0] for row in _rows(statement, [start_us, end_us, website_id, HitKind.PAGEVIEW], using)
        )
    return found


def pruned_since(website_id: int, sessions: Collection[int], start_us: int, using: str) -> set[int]:
    """Those of *sessions* that had a pageview from *start_us* on that was pruned. Ask after `active_sessions`: what is
    pruned in between is then seen by one of the two."""
    found: set[int] = set()
    for part in parts(sessions):
        statement = (
            f"SELECT id FROM {_SESSIONS} WHERE id IN ({listed(part)}) "  # noqa: S608
            "AND website_id = %s AND pruned_until >= %s"
        )
        found.update(row[0] for row in _rows(statement, [website_id, start_us], using))
    return found


def counts_by(
    website_id: int, dimension: int, stretches: Sequence[tuple[int, int]], using: str
) -> dict[int, int]:
    """Pageviews (of event names: events) by value of *dimension* in these stretches of time. A query for each."""
    value, join, kind = _valued(dimension)
    found: dict[int, int] = {}
    for start_us, end_us in stretches:
        if start_us < end_us:
            statement = (
                f"SELECT {value}, COUNT(*) FROM {_HITS} h {join} WHERE h.website_id = %s AND h.created_at >= %s "  # noqa: S608
                f"AND h.created_at < %s AND h.kind = %s GROUP BY {value}"
            )
            for *keys, count in _rows(statement, [website_id, start_us, end_us, kind], using):
                key = _key(dimension, keys)
                if key is not None:
                    found[key] = found.get(key, 0) + count
    return found


def visitors_with(
    website_id: int, dimension: int, stretches: Sequence[tuple[int, int]], using: str
) -> set[tuple[int, int]]:
    """(session, value of *dimension*) of all pageviews (of event names: events) in these stretches of time."""
    value, join, kind = _valued(dimension)
    found: set[tuple[int, int]] = set()
    for start_us, end_us in stretches:
        if start_us < end_us:
            statement = (
                f"SELECT DISTINCT h.session_id, {value} FROM {_HITS} h {join} WHERE h.website_id = %s "  # noqa: S608
                "AND h.created_at >= %s AND h.created_at < %s AND h.kind = %s"
            )
            for session, *keys in _rows(statement, [website_id, start_us, end_us, kind], using):
                key = _key(dimension, keys)
                if key is not None:
                    found.add((session, key))
    return found


def seen_with(
    website_id: int, dimension: int, sessions: Collection[int], stretch: tuple[int, int], using: str
) -> set[tuple[int, int]]:
    """(session, value of *dimension*) of the pageviews or events that some sessions have in *stretch*."""
    value, join, kind = _valued(dimension)
    found: set[tuple[int, int]] = set()
    for part in parts(sessions):
        statement = (
            f"SELECT DISTINCT h.session_id, {value} FROM {_HITS} h {join} WHERE h.session_id IN ({listed(part)}) "  # noqa: S608
            f"AND h.created_at >= %s AND h.created_at < %s AND h.{BY_SESSION} AND h.kind = %s"
        )
        for session, *keys in _rows(statement, [*stretch, website_id, kind], using):
            key = _key(dimension, keys)
            if key is not None:
                found.add((session, key))
    return found


def _valued(dimension: int) -> tuple[str, str, int]:
    """The column or columns of a dimension, the join they need, the kind of hits that are counted."""
    name = TermKind(dimension).name.lower()
    if dimension == TermKind.EVENT_NAME:
        return f"h.{name}_id", "", HitKind.EVENT
    if dimension not in SESSION_DIMENSIONS:
        return f"h.{name}_id", "", HitKind.PAGEVIEW
    join = f"JOIN {_SESSIONS} s ON s.id = h.session_id"
    columns = f"s.{name}_id, s.country_id" if dimension in PLACES else f"s.{name}_id"
    return columns, join, HitKind.PAGEVIEW


def _key(dimension: int, keys: Sequence[int | None]) -> int | None:
    """A value as summaries name it; None for a hit that has none."""
    if dimension in PLACES:
        return place(keys[0] or 0, keys[1] or 0)
    if dimension in SESSION_DIMENSIONS or dimension == TermKind.EVENT_NAME:
        return keys[0] or 0
    return keys[0]


def first_time(website_id: int, using: str, from_us: int | None = None) -> int | None:
    """When the website's first hit happened, from *from_us* on."""
    statement = f"SELECT MIN(created_at) FROM {_HITS} WHERE website_id = %s"  # noqa: S608
    values: list[int] = [website_id]
    if from_us is not None:
        statement += " AND created_at >= %s"
        values.append(from_us)
    first: int | None = next(_rows(statement, values, using))[0]
    return first


def time_of_hit(website_id: int, from_us: int, number: int, using: str) -> int | None:
    """When the hit happened that *number* others follow *from_us* come before; None: there are fewer."""
    statement = (
        f"SELECT created_at FROM {_HITS} WHERE website_id = %s AND created_at >= %s "  # noqa: S608
        "ORDER BY created_at LIMIT 1 OFFSET %s"
    )
    row = next(_rows(statement, [website_id, from_us, number], using), None)
    return None if row is None else row[0]


def _earlier(website_id: int, sessions: Collection[int], before_us: int, using: str) -> dict[int, list[Hit]]:
    statement = (
        f"SELECT {_COLUMNS} FROM {_HITS} WHERE session_id IN ({listed(sessions)}) AND created_at < %s "  # noqa: S608
        f"AND {BY_SESSION} ORDER BY session_id, created_at, id"
    )
    found: dict[int, list[Hit]] = {}
    for row in _rows(statement, [before_us, website_id], using):
        found.setdefault(row[0], []).append(_hit(row))
    return found


def _attributes(sessions: Collection[int], using: str) -> dict[int, tuple[int | None, ...]]:
    statement = f"SELECT id, pruned_until, {_ATTRIBUTES} FROM {_SESSIONS} WHERE id IN ({listed(sessions)})"  # noqa: S608
    return {row[0]: tuple(row[1:]) for row in _rows(statement, [], using)}


def _pruned(session: int, at: int) -> Hit:
    """A pageview that is known to have been, and no more: of a visit of its own."""
    return session, 0, at, HitKind.PAGEVIEW, None, (None,) * len(HIT_DIMENSIONS)


def _hit(row: tuple[Any, ...]) -> Hit:
    return (*row[:5], row[5:])


def _streamed(statement: str, values: Iterable[Any], using: str) -> Iterator[tuple[Any, ...]]:
    """As `_rows`, without having all rows at once where the driver can do that."""
    with connections[using].chunked_cursor() as cursor:
        cursor.execute(statement, list(values))
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            yield from rows


def _rows(statement: str, values: Iterable[Any], using: str) -> Iterator[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, list(values))
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            yield from rows


def parts(values: Collection[int]) -> Iterator[list[int]]:
    """The *values* in order, as many at once as a statement takes."""
    rest = iter(sorted(values))
    while part := list(islice(rest, IDS_AT_ONCE)):
        yield part
