"""One set of hits becomes rows: terms, sessions, hits, event data, in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connections, transaction

from ..conf import umami_settings
from ..domain.hits import Hit, Identification
from ..domain.periods import to_micros
from ..domain.terms import digest
from ..domain.vocabulary import TermKind
from ..models import EventData, EventDocument, Session, SessionData, StoredHit
from ..signals import hit_recorded
from . import sessions
from .bulk import in_one_go, insert_rows
from .marks import noting
from .terms import TermKey, term_ids

Seen = Hit | Identification
"""Whatever tells of a session."""

Texts = Sequence[str | None]
ROWS_AT_ONCE = 1000
HIT_TERMS = (
    "url",
    "path",
    "query",
    "referrer",
    "referrer_domain",
    "hostname",
    "title",
    "event_name",
    "tag",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "click_id",
    "channel",
)
SESSION_TERMS = ("hostname", "browser", "os", "device", "screen", "language", "country", "region", "city")
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
        insert(hits, identifications, using, limited=limited)
        transaction.on_commit(lambda: announce(hits), using=using, robust=True)


def announce(hits: Sequence[Hit]) -> None:
    """Tell whoever listens to `hit_recorded`."""
    if hits and hit_recorded.receivers:
        hit_recorded.send_robust(sender=StoredHit, hits=tuple(hits))


def insert(
    hits: Sequence[Hit], identifications: Sequence[Identification], using: str, *, limited: bool = True
) -> None:
    """Make rows of everything in a fixed number of statements. Call inside a transaction.

    Unless *limited*, a website may add any number of new texts.

    A session that exists stays as it is: its attributes are those of its first hit. Several writers may store
    the same visitor at once (v1 reference 7.1, 38). Query budget of one pageview: terms (0 when known, else up to
    3), session (0 when known), hit.
    """
    seen: tuple[Seen, ...] = (*hits, *identifications)
    new_sessions = sessions.unknown(item.session_id for item in seen)
    openers = _openers(item for item in seen if item.session_id in new_sessions)
    texts = [hit_texts(hit) for hit in hits]
    keys = {
        (hit.website_id, kind, text)
        for hit, of_hit in zip(hits, texts, strict=True)
        for kind, text in zip(HIT_KINDS, of_hit, strict=True)
        if text is not None
    }
    keys.update(key for item in openers for key in _keys(item.website_id, SESSION_KINDS, session_texts(item)))
    ids = term_ids(keys, using, umami_settings().NEW_TERMS_PER_DAY if limited else None)
    with in_one_go(using), noting(_earliest(hits), using):
        _insert_sessions(openers, ids, using)
        if identifications:
            _write_session_data(identifications, using)
        _insert_hits(hits, texts, ids, using)


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


def _earliest(hits: Sequence[Hit]) -> dict[int, int]:
    """The earliest time of each website's hits, in microseconds."""
    earliest: dict[int, datetime] = {}
    for hit in hits:
        known = earliest.get(hit.website_id)
        if known is None or hit.created_at < known:
            earliest[hit.website_id] = hit.created_at
    return {website_id: to_micros(moment) for website_id, moment in earliest.items()}


def hit_texts(hit: Hit) -> tuple[str | None, ...]:
    """Everything that a hit's own row refers to, in the order of HIT_TERMS."""
    place, utm = hit.location, hit.location.utm.get
    return (
        place.url,
        place.path,
        place.query,
        place.referrer,
        place.referrer_domain,
        hit.hostname,
        hit.title,
        hit.event_name,
        hit.tag,
        utm("utm_source"),
        utm("utm_medium"),
        utm("utm_campaign"),
        utm("utm_content"),
        utm("utm_term"),
        place.click_id,
        place.channel,
    )


def session_texts(item: Seen) -> tuple[str | None, ...]:
    """Everything that a session's row refers to, in the order of SESSION_TERMS."""
    client = item.client
    return (
        item.hostname,
        client.browser,
        client.os,
        client.device,
        client.screen,
        client.language,
        client.country,
        client.region,
        client.city,
    )


def _keys(website_id: int, kinds: Sequence[int], texts: Sequence[str | None]) -> Iterator[TermKey]:
    for kind, text in zip(kinds, texts, strict=True):
        if text is not None:
            yield website_id, kind, text


def _term_columns(
    website_id: int, kinds: Sequence[int], texts: Sequence[str | None], ids: dict[TermKey, int]
) -> list[int | None]:
    return [
        None if text is None else ids[website_id, kind, text] for kind, text in zip(kinds, texts, strict=True)
    ]


def _openers(seen: Iterable[Seen]) -> list[Seen]:
    """What each session was first seen by, sorted by key so that writers lock in the same order."""
    first: dict[int, Seen] = {}
    for item in seen:
        earlier = first.get(item.session_id)
        if earlier is None or item.created_at < earlier.created_at:
            first[item.session_id] = item
    return [item for _, item in sorted(first.items())]


def _insert_sessions(openers: Sequence[Seen], ids: dict[TermKey, int], using: str) -> None:
    if not openers:
        return
    to_uuid = Session._meta.get_field("uuid").get_db_prep_value
    connection = connections[using]
    rows = [
        (
            item.session_id,
            to_uuid(item.session_uuid, connection),
            item.website_id,
            to_micros(item.created_at),
            item.distinct_id,
            *_term_columns(item.website_id, SESSION_KINDS, session_texts(item), ids),
        )
        for item in openers
    ]
    insert_rows(Session, SESSION_COLUMNS, rows, using, ignore_known=True)
    stored = [item.session_id for item in openers]
    transaction.on_commit(lambda: sessions.remember(stored), using=using)


def _insert_hits(hits: Sequence[Hit], texts: Sequence[Texts], ids: dict[TermKey, int], using: str) -> None:
    """Hits with data are few, and their keys are needed: they go the slower way."""
    plain = [
        _hit_row(hit, of_hit, ids) for hit, of_hit in zip(hits, texts, strict=True) if hit.event_data is None
    ]
    insert_rows(StoredHit, HIT_COLUMNS, plain, using)
    if len(plain) == len(hits):
        return
    telling = [hit for hit in hits if hit.event_data is not None]
    stored = StoredHit.objects.using(using).bulk_create(
        [_stored_hit(hit, ids) for hit in telling], batch_size=ROWS_AT_ONCE
    )
    _write_event_data(telling, stored, using)


def _hit_row(hit: Hit, texts: Texts, ids: dict[TermKey, int]) -> tuple[int | None, ...]:
    return (
        hit.website_id,
        hit.session_id,
        hit.visit_id,
        to_micros(hit.created_at),
        int(hit.kind),
        *_term_columns(hit.website_id, HIT_KINDS, texts, ids),
    )


def _stored_hit(hit: Hit, ids: dict[TermKey, int]) -> StoredHit:
    terms = _term_columns(hit.website_id, HIT_KINDS, hit_texts(hit), ids)
    return StoredHit(
        website_id=hit.website_id,
        session_id=hit.session_id,
        visit_id=hit.visit_id,
        created_at=hit.created_at,
        kind=hit.kind,
        **{f"{column}_id": term for column, term in zip(HIT_TERMS, terms, strict=True)},
    )


def _write_event_data(hits: Sequence[Hit], stored: Sequence[StoredHit], using: str) -> None:
    pairs = list(zip(hits, stored, strict=True))
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
