"""One set of hits becomes rows: terms, sessions, hits, event data, in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connections, transaction

from ..conf import umami_settings
from ..domain.hits import Hit, Identification
from ..domain.periods import from_micros, to_micros
from ..domain.terms import digest
from ..domain.vocabulary import TermKind
from ..models import EventData, EventDocument, Session, SessionData, StoredHit
from ..signals import hit_recorded
from . import sessions
from .bulk import in_one_go, insert_rows
from .entries import HIT_TERMS, SESSION_TERMS, Entry, Texts, entry_of, session_texts
from .marks import noting
from .terms import Columns, term_columns

ROWS_AT_ONCE = 1000
HIT_KINDS = tuple(int(TermKind[column.upper()]) for column in HIT_TERMS)
SESSION_KINDS = tuple(int(TermKind[column.upper()]) for column in SESSION_TERMS)
HIT_COLUMNS = (
    *("website_id", "session_id", "visit_id", "created_at", "kind"),
    *(f"{column}_id" for column in HIT_TERMS),
)
SESSION_COLUMNS = (
    *("id", "uuid", "website_id", "created_at", "distinct_id"),
    *(f"{column}_id" for column in SESSION_TERMS),
)


def write(
    hits: Sequence[Hit], identifications: Sequence[Identification] = (), *, limited: bool = False
) -> None:
    """Store *hits* and what was told about visitors, all or none; `hit_recorded` is sent after COMMIT.

    Part of the caller's transaction where there is one. Whoever imports may add any number of new texts; what comes
    from outside is *limited* to the day's number.
    """
    if not hits and not identifications:
        return
    using = umami_settings().TRAFFIC_DATABASE
    with write_transaction(using):
        insert([*map(entry_of, hits)], identifications, using, limited=limited)
        transaction.on_commit(lambda: announce(hits), using=using, robust=True)


def announce(hits: Iterable[Hit]) -> None:
    """Tell whoever listens to `hit_recorded`."""
    if hit_recorded.receivers and (told := tuple(hits)):
        hit_recorded.send_robust(sender=StoredHit, hits=told)


def insert(
    entries: Sequence[Entry], identifications: Sequence[Identification], using: str, *, limited: bool = True
) -> None:
    """Make rows of everything in a fixed number of statements. Call inside a transaction.

    Unless *limited*, a website may add any number of new texts.

    A session that exists stays as it is: its attributes are those of its first hit. Several writers may store
    the same visitor at once (v1 reference 7.1, 38). Query budget of one pageview: terms (0 when known, else up to
    3), session (0 when known), hit.
    """
    openers = _openers(entries, identifications)
    of_hits = {(entry.website_id, HIT_KINDS, entry.texts) for entry in entries}
    of_sessions = {(opener.website_id, SESSION_KINDS, opener.texts) for opener in openers}
    most_new = umami_settings().NEW_TERMS_PER_DAY if limited else None
    columns = term_columns(of_hits | of_sessions, using, most_new)
    with in_one_go(using), noting(_earliest(entries), using):
        _insert_sessions(openers, columns, using)
        if identifications:
            _write_session_data(identifications, using)
        _insert_hits(entries, columns, using)


@contextmanager
def write_transaction(using: str) -> Iterator[None]:
    """A transaction that will write: on SQLite it takes the lock at its beginning.

    One that reads first and then wants to write is refused by SQLite at once when somebody else wrote meanwhile,
    whatever the time-out is.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic(using=using):
            yield
        return
    connection.ensure_connection()  # the mode is known from then on only
    usual_mode = connection.transaction_mode  # type: ignore[attr-defined]
    connection.transaction_mode = "IMMEDIATE"  # type: ignore[attr-defined]
    try:
        with transaction.atomic(using=using):
            yield
    finally:
        connection.transaction_mode = usual_mode  # type: ignore[attr-defined]


def _earliest(entries: Sequence[Entry]) -> dict[int, int]:
    """The earliest time of each website's hits, in microseconds."""
    earliest: dict[int, int] = {}
    for entry in entries:
        known = earliest.get(entry.website_id)
        if known is None or entry.created_at < known:
            earliest[entry.website_id] = entry.created_at
    return earliest


class _Opener(NamedTuple):
    """What a session was first seen by; the earliest is the smallest."""

    session_id: int
    created_at: int
    website_id: int
    uuid: str
    texts: Texts
    distinct_id: str | None


def _openers(entries: Sequence[Entry], identifications: Sequence[Identification]) -> list[_Opener]:
    """Of each session that may have to be stored, sorted by key so that writers lock in the same order."""
    seen = [entry.session_id for entry in entries] + [told.session_id for told in identifications]
    unknown = sessions.unknown(seen)
    if not unknown:
        return []
    first: dict[int, _Opener] = {}
    for opener in _tellers(unknown, entries, identifications):
        earlier = first.get(opener.session_id)
        if earlier is None or opener.created_at < earlier.created_at:
            first[opener.session_id] = opener
    return [opener for _, opener in sorted(first.items())]


def _tellers(
    unknown: set[int], entries: Sequence[Entry], identifications: Sequence[Identification]
) -> Iterator[_Opener]:
    """Whatever tells of a session in *unknown*."""
    for entry in entries:
        if entry.session_id in unknown:
            yield _Opener(
                entry.session_id,
                entry.created_at,
                entry.website_id,
                entry.session_uuid,
                entry.session_texts,
                entry.distinct_id,
            )
    for told in identifications:
        if told.session_id in unknown:
            yield _Opener(
                told.session_id,
                to_micros(told.created_at),
                told.website_id,
                told.session_uuid.hex,
                session_texts(told),
                told.distinct_id,
            )


def _insert_sessions(openers: Sequence[_Opener], columns: Columns, using: str) -> None:
    if not openers:
        return
    rows = [
        (
            opener.session_id,
            opener.uuid,
            opener.website_id,
            opener.created_at,
            opener.distinct_id,
            *columns[opener.website_id, SESSION_KINDS, opener.texts],
        )
        for opener in openers
    ]
    insert_rows(Session, SESSION_COLUMNS, rows, using, ignore_known=True)
    stored = [opener.session_id for opener in openers]
    transaction.on_commit(lambda: sessions.remember(stored), using=using)


def _insert_hits(entries: Sequence[Entry], columns: Columns, using: str) -> None:
    """Hits with data are few, and their keys are needed: they go the slower way."""
    rows = [
        (
            entry.website_id,
            entry.session_id,
            entry.visit_id,
            entry.created_at,
            entry.kind,
            *columns[entry.website_id, HIT_KINDS, entry.texts],
        )
        for entry in entries
        if entry.event_data is None
    ]
    insert_rows(StoredHit, HIT_COLUMNS, rows, using)
    if len(rows) == len(entries):
        return
    telling = [entry for entry in entries if entry.event_data is not None]
    stored = StoredHit.objects.using(using).bulk_create(
        [_stored_hit(entry, columns) for entry in telling], batch_size=ROWS_AT_ONCE
    )
    _write_event_data(telling, stored, using)


def _stored_hit(entry: Entry, columns: Columns) -> StoredHit:
    terms = columns[entry.website_id, HIT_KINDS, entry.texts]
    return StoredHit(
        website_id=entry.website_id,
        session_id=entry.session_id,
        visit_id=entry.visit_id,
        created_at=from_micros(entry.created_at),
        kind=entry.kind,
        **{f"{column}_id": term for column, term in zip(HIT_TERMS, terms, strict=True)},
    )


def _write_event_data(entries: Sequence[Entry], stored: Sequence[StoredHit], using: str) -> None:
    pairs = list(zip(entries, stored, strict=True))
    EventDocument.objects.using(using).bulk_create(
        [
            EventDocument(hit_id=row.pk, website_id=entry.website_id, document=entry.event_data or "")
            for entry, row in pairs
        ],
        batch_size=ROWS_AT_ONCE,
    )
    EventData.objects.using(using).bulk_create(
        [
            EventData(
                website_id=entry.website_id,
                hit_id=row.pk,
                created_at=row.created_at,
                key=leaf.key,
                data_type=leaf.data_type,
                string_value=leaf.string_value,
                number_value=leaf.number_value,
                date_value=leaf.date_value,
            )
            for entry, row in pairs
            for leaf in entry.properties
        ],
        batch_size=ROWS_AT_ONCE,
    )


def _write_session_data(identifications: Sequence[Identification], using: str) -> None:
    """The latest value of each key of each session; an earlier one is overwritten."""
    latest = {
        (told.session_id, leaf.key): (told, leaf) for told in identifications for leaf in told.properties
    }
    rows = [
        SessionData(
            website_id=told.website_id,
            session_id=told.session_id,
            created_at=told.created_at,
            key=leaf.key,
            key_digest=digest(leaf.key),
            data_type=leaf.data_type,
            string_value=leaf.string_value,
            number_value=leaf.number_value,
            date_value=leaf.date_value,
        )
        for _, (told, leaf) in sorted(latest.items(), key=lambda item: item[0])
    ]
    is_mysql = connections[using].vendor == "mysql"
    SessionData.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["created_at", "data_type", "string_value", "number_value", "date_value"],
        unique_fields=None if is_mysql else ["session", "key_digest"],
        batch_size=ROWS_AT_ONCE,
    )
