"""One set of hits becomes rows: terms, sessions, hits, event data, in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import NamedTuple

from django.db import connections, transaction

from ..conf import umami_settings
from ..domain.hits import HIT_TERMS, SESSION_TERMS, Hit, Identification, Texts
from ..domain.periods import to_micros
from ..domain.terms import digest
from ..domain.vocabulary import TermKind
from ..models import EventData, EventDocument, Session, SessionData, StoredHit
from ..signals import hit_recorded
from . import sessions
from .bulk import in_one_go, insert_rows
from .marks import noting
from .terms import Columns, RowTexts, TermIds, term_columns

ContentKey = tuple[int, int]
"""Website, and the identity of a `Content`."""

ROWS_AT_ONCE = 1000
HIT_KINDS = tuple(int(TermKind[column.upper()]) for column in HIT_TERMS)
SESSION_KINDS = tuple(int(TermKind[column.upper()]) for column in SESSION_TERMS)
HIT_COLUMNS = ("website_id", "session_id", "visit_id", "created_at", "kind")
"""Before those of its terms."""
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
        insert(hits, identifications, using, limited=limited)
        transaction.on_commit(lambda: announce(hits), using=using, robust=True)


def announce(hits: Iterable[Hit]) -> None:
    """Tell whoever listens to `hit_recorded`."""
    if hit_recorded.receivers and (told := tuple(hits)):
        hit_recorded.send_robust(sender=StoredHit, hits=told)


def insert(
    hits: Sequence[Hit], identifications: Sequence[Identification], using: str, *, limited: bool = True
) -> None:
    """Make rows of everything in a fixed number of statements. Call inside a transaction.

    Unless *limited*, a website may add any number of new texts.

    A session that exists stays as it is: its attributes are those of its first hit. Several writers may store
    the same visitor at once (v1 reference 7.1, 38). Query budget of one pageview: terms (0 when known, else up to
    3), session (0 when known), hit.
    """
    openers = _openers(hits, identifications)
    of_hits = _texts_of(hits)
    of_sessions = {(opener.website_id, SESSION_KINDS, opener.texts) for opener in openers}
    most_new = umami_settings().NEW_TERMS_PER_DAY if limited else None
    columns = term_columns({*of_hits.values(), *of_sessions}, using, most_new)
    with in_one_go(using), noting(_earliest(hits), using):
        _insert_sessions(openers, columns, using)
        if identifications:
            _write_session_data(identifications, using)
        _insert_hits(hits, {key: columns[texts] for key, texts in of_hits.items()}, using)


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


def _texts_of(hits: Sequence[Hit]) -> dict[ContentKey, RowTexts]:
    """By the content itself, not its texts: many hits share one, and hashing its texts takes its time."""
    contents = {(hit.website_id, id(hit.content)): hit.content for hit in hits}
    return {key: (key[0], HIT_KINDS, content.texts) for key, content in contents.items()}


def _earliest(hits: Sequence[Hit]) -> dict[int, int]:
    """The earliest time of each website's hits, in microseconds."""
    earliest: dict[int, int] = {}
    for hit in hits:
        known = earliest.get(hit.website_id)
        if known is None or hit.at < known:
            earliest[hit.website_id] = hit.at
    return earliest


class _Opener(NamedTuple):
    """What a session was first seen by; the earliest is the smallest."""

    session_id: int
    at: int
    """Microseconds since 1970, UTC."""
    website_id: int
    uuid: str
    texts: Texts
    distinct_id: str | None


def _openers(hits: Sequence[Hit], identifications: Sequence[Identification]) -> list[_Opener]:
    """Of each session that may have to be stored, sorted by key so that writers lock in the same order."""
    seen = [hit.session_id for hit in hits] + [told.session_id for told in identifications]
    unknown = sessions.unknown(seen)
    if not unknown:
        return []
    first: dict[int, _Opener] = {}
    for opener in _tellers(unknown, hits, identifications):
        earlier = first.get(opener.session_id)
        if earlier is None or opener.at < earlier.at:
            first[opener.session_id] = opener
    return [opener for _, opener in sorted(first.items())]


def _tellers(
    unknown: set[int], hits: Sequence[Hit], identifications: Sequence[Identification]
) -> Iterator[_Opener]:
    """Whatever tells of a session in *unknown*."""
    for hit in hits:
        if hit.session_id in unknown:
            yield _Opener(
                hit.session_id, hit.at, hit.website_id, hit.session, hit.session_texts, hit.distinct_id
            )
    for told in identifications:
        if told.session_id in unknown:
            yield _Opener(
                told.session_id,
                to_micros(told.created_at),
                told.website_id,
                told.session_uuid.hex,
                told.session_texts,
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
            opener.at,
            opener.distinct_id,
            *columns[opener.website_id, SESSION_KINDS, opener.texts],
        )
        for opener in openers
    ]
    insert_rows(Session, SESSION_COLUMNS, rows, using, ignore_known=True)
    stored = [opener.session_id for opener in openers]
    transaction.on_commit(lambda: sessions.remember(stored), using=using)


def _insert_hits(hits: Sequence[Hit], terms: Mapping[ContentKey, TermIds], using: str) -> None:
    """Hits with data are few, and their keys are needed: they go the slower way."""
    columns, filled = _without_empty(terms)
    rows = [
        (website_id, session_id, visit_id, at, int(content.kind), *filled[website_id, id(content)])
        for website_id, session_id, _, visit_id, at, content, _, _ in hits
        if content.event_data is None
    ]
    insert_rows(StoredHit, (*HIT_COLUMNS, *columns), rows, using)
    if len(rows) == len(hits):
        return
    telling = [hit for hit in hits if hit.content.event_data is not None]
    stored = StoredHit.objects.using(using).bulk_create(
        [_stored_hit(hit, terms[hit.website_id, id(hit.content)]) for hit in telling], batch_size=ROWS_AT_ONCE
    )
    _write_event_data(telling, stored, using)


def _without_empty(terms: Mapping[ContentKey, TermIds]) -> tuple[list[str], dict[ContentKey, TermIds]]:
    """The columns that any row fills, and their ids. Half of a hit's columns are empty most of the time;
    to say so of each takes a third of SQLite's."""
    is_filled = [any(ids) for ids in zip(*terms.values(), strict=True)]
    columns = [f"{column}_id" for column in compress(HIT_TERMS, is_filled)]
    return columns, {key: tuple(compress(ids, is_filled)) for key, ids in terms.items()}


def _stored_hit(hit: Hit, terms: TermIds) -> StoredHit:
    return StoredHit(
        website_id=hit.website_id,
        session_id=hit.session_id,
        visit_id=hit.visit_id,
        created_at=hit.created_at,
        kind=hit.content.kind,
        **{f"{column}_id": term for column, term in zip(HIT_TERMS, terms, strict=True)},
    )


def _write_event_data(hits: Sequence[Hit], stored: Sequence[StoredHit], using: str) -> None:
    pairs = list(zip(hits, stored, strict=True))
    EventDocument.objects.using(using).bulk_create(
        [
            EventDocument(hit_id=row.pk, website_id=hit.website_id, document=hit.content.event_data or "")
            for hit, row in pairs
        ],
        batch_size=ROWS_AT_ONCE,
    )
    EventData.objects.using(using).bulk_create(
        [
            EventData(
                website_id=hit.website_id,
                hit_id=row.pk,
                created_at=row.created_at,
                key=leaf.key,
                data_type=leaf.data_type,
                string_value=leaf.string_value,
                number_value=leaf.number_value,
                date_value=leaf.date_value,
            )
            for hit, row in pairs
            for leaf in hit.content.properties
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
