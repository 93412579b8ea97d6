"""One set of hits becomes rows: terms, sessions, hits, event data, in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connections, transaction

from ..conf import umami_settings
from ..domain.hits import Hit, Identification
from ..domain.terms import digest
from ..domain.vocabulary import TermKind
from ..models import EventData, EventDocument, Session, SessionData, StoredHit
from ..signals import hit_recorded
from .terms import TermKey, term_ids

Seen = Hit | Identification
"""Whatever tells of a session."""

ROWS_AT_ONCE = 1000
SESSION_TERMS = ("browser", "os", "device", "screen", "language", "country", "region", "city")


def write(hits: Sequence[Hit], identifications: Sequence[Identification] = ()) -> None:
    """Store *hits* and what was told about visitors, all or none, in a fixed number of statements (per 1,000 rows).

    A session that exists stays as it is: its attributes are those of its first hit. Several writers may store
    the same visitor at once (v1 reference 7.1, 38). Query budget of one pageview: the transaction, terms (0 when
    known, else up to 3), session, hit.
    """
    if not hits and not identifications:
        return
    seen: tuple[Seen, ...] = (*hits, *identifications)
    using = umami_settings().TRAFFIC_DATABASE
    with write_transaction(using):
        terms = term_ids((key for hit in seen for key in _term_keys(hit)), using)
        Session.objects.using(using).bulk_create(
            _sessions(seen, terms), ignore_conflicts=True, batch_size=ROWS_AT_ONCE
        )
        if identifications:
            _write_session_data(identifications, using)
        if not hits:
            return
        stored = StoredHit.objects.using(using).bulk_create(
            [_stored_hit(hit, terms) for hit in hits], batch_size=ROWS_AT_ONCE
        )
        _write_event_data(hits, stored, using)
        recorded = tuple(hits)
        transaction.on_commit(
            lambda: hit_recorded.send_robust(sender=StoredHit, hits=recorded), using=using, robust=True
        )


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


def _texts(hit: Hit) -> Iterator[tuple[str, TermKind, str | None]]:
    """Column, kind and text of everything that a hit's own row refers to."""
    place = hit.location
    yield "url", TermKind.URL, place.url
    yield "path", TermKind.PATH, place.path
    yield "query", TermKind.QUERY, place.query
    yield "referrer", TermKind.REFERRER, place.referrer
    yield "referrer_domain", TermKind.REFERRER_DOMAIN, place.referrer_domain
    yield "hostname", TermKind.HOSTNAME, hit.hostname
    yield "title", TermKind.TITLE, hit.title
    yield "event_name", TermKind.EVENT_NAME, hit.event_name
    yield "tag", TermKind.TAG, hit.tag
    yield "click_id", TermKind.CLICK_ID, place.click_id
    for field, value in place.utm.items():
        yield field, TermKind[field.upper()], value


def _session_texts(hit: Seen) -> Iterator[tuple[str, TermKind, str | None]]:
    """Column, kind and text of everything that a session's row refers to."""
    yield "hostname", TermKind.HOSTNAME, hit.hostname
    for column in SESSION_TERMS:
        yield column, TermKind[column.upper()], getattr(hit.client, column)


def _term_keys(hit: Seen) -> Iterator[TermKey]:
    for _, kind, text in _texts(hit) if isinstance(hit, Hit) else ():
        if text is not None:
            yield hit.website_id, kind, text
    for _, kind, text in _session_texts(hit):
        if text is not None:
            yield hit.website_id, kind, text


def _sessions(hits: Sequence[Seen], terms: dict[TermKey, int]) -> list[Session]:
    """The sessions of *hits* as first seen, sorted by key so that writers lock in the same order."""
    first: dict[int, Seen] = {}
    for hit in hits:
        earlier = first.get(hit.session_id)
        if earlier is None or hit.created_at < earlier.created_at:
            first[hit.session_id] = hit
    return [
        Session(
            id=hit.session_id,
            uuid=hit.session_uuid,
            website_id=hit.website_id,
            created_at=hit.created_at,
            distinct_id=hit.distinct_id,
            **{
                f"{column}_id": terms[hit.website_id, kind, text]
                for column, kind, text in _session_texts(hit)
                if text is not None
            },
        )
        for _, hit in sorted(first.items())
    ]


def _stored_hit(hit: Hit, terms: dict[TermKey, int]) -> StoredHit:
    return StoredHit(
        website_id=hit.website_id,
        session_id=hit.session_id,
        visit_id=hit.visit_id,
        created_at=hit.created_at,
        kind=hit.kind,
        **{
            f"{column}_id": terms[hit.website_id, kind, text]
            for column, kind, text in _texts(hit)
            if text is not None
        },
    )


def _write_event_data(hits: Sequence[Hit], stored: Sequence[StoredHit], using: str) -> None:
    pairs = [(hit, row) for hit, row in zip(hits, stored, strict=True) if hit.event_data is not None]
    if not pairs:
        return
    EventDocument.objects.using(using).bulk_create(
        [
            EventDocument(hit_id=row.pk, website_id=hit.website_id, document=hit.event_data or "")
            for hit, row in pairs
        ],
        batch_size=ROWS_AT_ONCE,
    )
    EventData.objects.using(using).bulk_create(
        [
            EventData(
                website_id=hit.website_id,
                hit_id=row.pk,
                created_at=hit.created_at,
                key=leaf.key,
                data_type=leaf.data_type,
                string_value=leaf.string_value,
                number_value=leaf.number_value,
                date_value=leaf.date_value,
            )
            for hit, row in pairs
            for leaf in hit.properties
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
