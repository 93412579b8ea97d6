"""What is stored of a website, batch by batch, as the values it was written from. No file format is known here.

Batches follow each other by key and not by a cursor of the database: memory is constant on every database, nothing
stays open between two batches, and each takes the same seven queries.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from ..conf import umami_settings
from ..domain.hits import (
    HIT_TERMS,
    SESSION_TERMS,
    Client,
    Content,
    Hit,
    Identification,
    Location,
    Property,
)
from ..domain.periods import EPOCH, Period, to_micros
from ..domain.vocabulary import DataType, HitKind
from ..models import EventData, EventDocument, Session, SessionData, StoredHit, Website
from ..stats.terms import texts

BATCH_HITS = 2_000
MOST_TEXTS = 50_000
ALWAYS = Period(EPOCH, datetime(9999, 12, 31, tzinfo=UTC))

LEAF_COLUMNS = ("key", "data_type", "string_value", "number_value", "date_value")
CLIENT_TERMS = tuple(name for name in SESSION_TERMS if name != "hostname")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some hits in the order of their time, and the visitors they are of."""

    sessions: list[Identification] = field(default_factory=list)
    """As first seen, nothing told about them. One that is seen for long is in several batches."""
    told: list[Identification] = field(default_factory=list)
    """One property each."""
    hits: list[tuple[int, Hit]] = field(default_factory=list)
    """With their keys."""


def stored(website: Website, period: Period = ALWAYS, *, only_with_data: bool = False) -> Iterator[Batch]:
    """Every visible hit of *website* in *period*, at last the visitors that were seen then without any hit.

    *only_with_data*: hits without event data, and visitors without hits, are left out.
    """
    reader = _Reader(website, period, only_with_data=only_with_data)
    yield from reader.with_hits()
    if not only_with_data:
        yield from reader.without_hits()


def told(website: Website, period: Period = ALWAYS) -> Iterator[list[Identification]]:
    """Everything that was told about visitors in *period*, by its time, one property each."""
    yield from _Reader(website, period, only_with_data=True).told()


class _Reader:
    """One walk through a website's traffic, with the texts that were looked up on the way."""

    def __init__(self, website: Website, period: Period, *, only_with_data: bool) -> None:
        self._using = umami_settings().TRAFFIC_DATABASE
        self._website_id = website.pk
        self._since = website.reset_at
        self._texts: dict[int, str] = {}
        self._hits = self._visible(StoredHit, period)
        if only_with_data:
            leaves = EventData.objects.using(self._using).filter(hit_id=OuterRef("pk"))
            self._hits = self._hits.filter(Exists(leaves))
        self._data = self._visible(SessionData, period)
        hits = StoredHit.objects.using(self._using).filter(session_id=OuterRef("pk"))
        self._silent = self._visible(Session, period).exclude(Exists(hits))

    def _visible(self, model: Any, period: Period) -> Any:
        rows = model.objects.using(self._using).filter(
            website_id=self._website_id, created_at__gte=period.start, created_at__lte=period.end
        )
        return rows if self._since is None else rows.filter(created_at__gt=self._since)

    def with_hits(self) -> Iterator[Batch]:
        names = ("pk", "session_id", "visit_id", "created_at", "kind", *(f"{term}_id" for term in HIT_TERMS))
        for rows in _by_time(self._hits, names, at=3):
            sessions = self._sessions({row[1] for row in rows})
            self._look_up(value for row in rows for value in row[5:])
            keys = [row[0] for row in rows]
            documents, leaves = self._documents(keys), self._leaves(keys)
            yield Batch(
                list(sessions.values()),
                self._told(sessions),
                [(row[0], self._hit(row, sessions, documents, leaves)) for row in rows],
            )

    def without_hits(self) -> Iterator[Batch]:
        for rows in _by_time(self._silent, ("pk", "created_at"), at=1):
            sessions = self._sessions({row[0] for row in rows})
            yield Batch(list(sessions.values()), self._told(sessions))

    def told(self) -> Iterator[list[Identification]]:
        for rows in _by_time(self._data, ("pk", "created_at", "session_id", *LEAF_COLUMNS), at=1):
            sessions = self._sessions({row[2] for row in rows})
            yield [
                _about(sessions.get(key) or self._unknown(key, created_at), created_at, _leaf(*leaf))
                for _, created_at, key, *leaf in rows
            ]

    def _sessions(self, keys: Collection[int]) -> dict[int, Identification]:
        names = ("pk", "uuid", "created_at", "distinct_id", *(f"{term}_id" for term in SESSION_TERMS))
        rows = list(
            Session.objects.using(self._using)
            .filter(pk__in=keys, website_id=self._website_id)
            .order_by("created_at", "pk")
            .values_list(*names)
        )
        self._look_up(value for row in rows for value in row[4:])
        found = {}
        for key, uuid, created_at, distinct_id, *terms in rows:
            named = dict(zip(SESSION_TERMS, map(self._text, terms), strict=True))
            hostname = named.pop("hostname")
            found[key] = Identification(
                self._website_id, key, uuid, created_at, Client(**named), hostname, distinct_id
            )
        return found

    def _told(self, sessions: dict[int, Identification]) -> list[Identification]:
        rows = SessionData.objects.using(self._using).filter(
            session_id__in=sessions, website_id=self._website_id
        )
        if self._since is not None:
            rows = rows.filter(created_at__gt=self._since)
        told = rows.order_by("session_id", "pk").values_list("session_id", "created_at", *LEAF_COLUMNS)
        return [_about(sessions[key], created_at, _leaf(*leaf)) for key, created_at, *leaf in told]

    def _documents(self, keys: list[int]) -> dict[int, str]:
        rows = EventDocument.objects.using(self._using).filter(pk__in=keys)
        return dict(rows.values_list("pk", "document"))

    def _leaves(self, keys: list[int]) -> dict[int, list[Property]]:
        rows = EventData.objects.using(self._using).filter(hit_id__in=keys).order_by("hit_id", "pk")
        found: dict[int, list[Property]] = {}
        for key, *leaf in rows.values_list("hit_id", *LEAF_COLUMNS):
            found.setdefault(key, []).append(_leaf(*leaf))
        return found

    def _hit(
        self,
        row: tuple[Any, ...],
        sessions: dict[int, Identification],
        documents: dict[int, str],
        leaves: dict[int, list[Property]],
    ) -> Hit:
        key, session_id, visit_id, created_at, kind, *terms = row
        text = dict(zip(HIT_TERMS, map(self._text, terms), strict=True))
        session = sessions.get(session_id) or self._unknown(session_id, created_at)
        return Hit(
            website_id=self._website_id,
            session_id=session_id,
            session=session.session_uuid.hex,
            visit_id=visit_id,
            at=to_micros(created_at),
            content=Content(
                kind=HitKind(kind),
                location=Location(*map(text.get, Location._fields)),  # type: ignore[arg-type]  # a place has a url
                hostname=text["hostname"],
                title=text["title"],
                event_name=text["event_name"],
                event_data=documents.get(key),
                properties=tuple(leaves.get(key, ())),
                tag=text["tag"],
            ),
            client=session.client,
            distinct_id=session.distinct_id,
        )

    def _unknown(self, key: int, seen_at: datetime) -> Identification:
        """A visitor whose row is not there."""
        return Identification(self._website_id, key, UUID(int=key), seen_at, Client())

    def _look_up(self, ids: Any) -> None:
        """Have the texts of *ids* at hand: one query, where any is not."""
        wanted = {number for number in ids if number is not None}
        if len(self._texts) + len(wanted) > MOST_TEXTS:
            self._texts.clear()
        self._texts.update(texts(wanted - self._texts.keys()))

    def _text(self, number: int | None) -> str | None:
        return None if number is None else self._texts.get(number)


def _by_time(rows: Any, names: tuple[str, ...], at: int) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of *rows*, each beginning where the last one ended; the time is the value *at* this position."""
    ordered = rows.order_by("created_at", "pk")
    batch = list(ordered.values_list(*names)[:BATCH_HITS])
    while batch:
        yield batch
        if len(batch) < BATCH_HITS:
            return
        key, time = batch[-1][0], batch[-1][at]
        following = ordered.filter(Q(created_at__gt=time) | Q(pk__gt=key), created_at__gte=time)
        batch = list(following.values_list(*names)[:BATCH_HITS])


def _about(session: Identification, created_at: datetime, leaf: Property) -> Identification:
    return session._replace(created_at=created_at, properties=(leaf,))


def _leaf(key: str, data_type: int, string: str, number: Any, date: datetime | None) -> Property:
    return Property(key, DataType(data_type), string, number, date)
