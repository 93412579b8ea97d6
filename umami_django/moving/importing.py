"""Rows of a source become ours: in batches, each once, from where the last run ended.

How far a website is brought moves in the transaction of its rows (`Move`): whatever is killed, nothing is brought
twice and nothing is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet

from .. import conf
from ..domain.hits import Hit, Identification
from ..domain.periods import EPOCH, from_micros, to_micros
from ..models import Move, Session, Website
from ..services.pruning import kept_from
from ..services.purge import purge_website
from ..writers import sessions
from ..writers.rows import insert, write_transaction
from .people import CannotMove
from .report import held
from .values import Position, Site, Source, Told

KEYS_AT_ONCE = 10_000

Progress = Callable[[int], None]
"""Called with the number of rows that were brought by a batch."""


class MovedElsewhere(CannotMove):
    """Another process brings the same website. Let it finish, then run this again."""


def begun(source: Source, site: Site, website: Website, since: datetime | None) -> Move:
    """How far *website* is brought; begun now if it never was.

    Raises CannotMove when it was brought from other tables, or from a later moment on than is asked for now.
    """
    if website.reset_at is not None:
        # what a reset hides would hide the rows that are brought, too; purging it begins all anew
        purge_website(website)
        sessions.forget()
    using = conf.umami_settings().TRAFFIC_DATABASE
    since = later(later(since, site.reset_at), kept_from(website.pk))
    move = Move.objects.using(using).filter(website_id=website.pk).first()
    if move is None:
        move = Move(website_id=website.pk, family=source.family, since=since)
        move.counts_before = held(website.pk, source.tallied, since)
        move.save(using=using)
    if move.family != source.family:
        raise CannotMove(
            f"{site.name} was brought from Umami {move.family} before; its rows cannot be told from those of "
            f"Umami {source.family}. To begin anew, reset the website here."
        )
    if move.since is not None and (since is None or since < move.since):
        raise CannotMove(
            f"{site.name} was brought from {move.since:%Y-%m-%d %H:%M:%S} UTC on; what was earlier cannot be added. "
            "Say the same --since again, or reset the website here to begin anew."
        )
    return move


def bring(source: Source, site: Site, move: Move, progress: Progress | None = None) -> None:
    """Bring all rows of a website that are not here yet. Raises MovedElsewhere, DatabaseError."""
    for stream in source.streams:
        after = position(move, stream)
        for rows, last in source.rows(stream, site, move.website_id, move.since, after):
            _store(source, site, move, stream, rows, last)
            if progress is not None:
                progress(len(rows))


def position(move: Move, stream: str) -> Position | None:
    """Where the next run goes on; None at the beginning."""
    found = move.positions.get(stream)
    return None if found is None else Position(from_micros(found[0]), found[1])


def brought(move: Move) -> int:
    """How many rows were brought so far."""
    return sum(found[2] for found in move.positions.values())


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two moments, of which any may be missing."""
    return max(one, other) if one is not None and other is not None else one or other


def _store(source: Source, site: Site, move: Move, stream: str, rows: Sequence[Told], last: Position) -> None:
    using = conf.umami_settings().TRAFFIC_DATABASE
    raw_from = kept_from(move.website_id)
    hits = [
        told for told in rows if isinstance(told, Hit) and (raw_from is None or told.created_at >= raw_from)
    ]
    told = [told for told in rows if isinstance(told, Identification)]
    count = len(rows) + move.positions.get(stream, [0, "", 0])[2]
    positions = move.positions | {stream: [to_micros(last.at), last.row, count]}
    is_of_sessions = stream == source.streams[0]
    openers = [] if is_of_sessions else _missing_sessions(source, site, move.website_id, rows, using)
    with write_transaction(using):
        row = Move.objects.using(using).select_for_update().filter(pk=move.pk).first()
        if row is None or row.positions != move.positions:
            raise MovedElsewhere
        if openers:
            insert([], openers, using, limited=False)
        insert(hits, told, using, limited=False)
        Move.objects.using(using).filter(pk=move.pk).update(positions=positions)
    move.positions = positions


def _missing_sessions(
    source: Source, site: Site, website_id: int, told: Sequence[Told], using: str
) -> list[Identification]:
    """The sessions of these rows that are not stored; those that are need not be looked at again.

    Sessions come before the rows, but with `since` only the new ones, and to a live source new ones come later.
    """
    first = {item.session_id: item for item in reversed(told)}
    maybe = sessions.unknown(first)
    stored = set(_stored(Session.objects.using(using), sorted(maybe)))
    sessions.remember(stored)
    wanted = maybe - stored
    if not wanted:
        return []
    found = source.sessions(site, website_id, [first[key].session_uuid for key in sorted(wanted)])
    return [
        session._replace(created_at=first[session.session_id].created_at)
        if session.created_at == EPOCH
        else session
        for session in found
    ]


def _stored(rows: QuerySet[Session], keys: Sequence[int]) -> Iterator[int]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield from rows.filter(pk__in=keys[start : start + KEYS_AT_ONCE]).values_list("pk", flat=True)
