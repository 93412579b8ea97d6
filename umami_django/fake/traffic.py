"""Invented traffic into the database: sites, their visitors and a period become rows.

Rows are those that the writers would have made, in order of time, but nothing is asked of the database for each, and
`hit_recorded` is not sent. Whether a database may be filled is decided elsewhere.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from .. import conf
from ..domain.hits import SESSION_TERMS, Content
from ..domain.periods import to_micros
from ..domain.vocabulary import HitKind
from ..ingest.properties import properties
from ..models import EventData, EventDocument, Session, Website
from ..writers.bulk import Row
from ..writers.rows import HIT_KINDS, SESSION_KINDS, write_transaction
from ..writers.terms import TermKey, term_ids
from .crowd import PAGES_A_VISIT, Crowd, NewHit, NewSession, days
from .site import Sight, invented_site
from .tables import Tables

UUID_FIELD = Session._meta.get_field("uuid")
NEW_SESSION_COLUMNS = (
    *("id", "uuid", "created_at", "distinct_id", "website_id"),
    *(f"{column}_id" for column in SESSION_TERMS),
)
DOCUMENT_COLUMNS = ("hit_id", "website_id", "document")
DATA_COLUMNS = (
    *("hit_id", "created_at", "website_id", "key"),
    *("data_type", "string_value", "number_value", "date_value"),
)
UNEVEN = 0.15
"""By how much a day may have more or fewer visits than its rhythm says."""
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Filled:
    """How much there is now that was not there before."""

    pageviews: int = 0
    events: int = 0
    sessions: int = 0

    def __add__(self, other: "Filled") -> "Filled":
        return Filled(
            self.pageviews + other.pageviews, self.events + other.events, self.sessions + other.sessions
        )


def fill(
    websites: Sequence[tuple[Website, float]],
    *,
    pageviews: int,
    start: datetime,
    end: datetime,
    seed: int = 1,
    progress: Callable[[Filled], None] = lambda filled: None,
) -> Filled:
    """About so many *pageviews* from *start* up to *end* on *websites*, each with its share of them; all or nothing.

    The same arguments and websites with the same uuids: the same traffic. *progress* is called after each day. Until
    the end nobody else writes hits (PostgreSQL, SQLite); on MariaDB nobody should.
    """
    using = conf.umami_settings().TRAFFIC_DATABASE
    whole = sum(share for _, share in websites)
    with write_transaction(using), Tables(using) as tables:
        filling = _Filling(
            tables,
            [
                _Place(website, pageviews * share / whole, tables, f"{seed}/{number}")
                for number, (website, share) in enumerate(websites)
            ],
        )
        is_new = filling.next_id == 1 and tables.connection.features.can_rollback_ddl
        with tables.indexes_at_the_end() if is_new else nullcontext():
            stretches = list(days(to_micros(start), to_micros(end)))
            busy_left = sum(busy for _, _, busy in stretches)
            for opens, closes, busy in stretches:
                filling.day(opens, closes, busy / busy_left)
                busy_left -= busy
                progress(filling.filled)
    return filling.filled


class _Place:
    """One website, its visitors, and the rows' ends that all of its hits and sessions share."""

    def __init__(self, website: Website, pageviews: float, tables: Tables, seed: str) -> None:
        self.website, self.pageviews_left = website, pageviews
        self.chance = Random(seed)
        self.site = invented_site(website.domain or "example.com", round(pageviews), self.chance)
        self.crowd = Crowd(self.site, website.uuid, seed, conf.secret())
        hits = [self._content(sight).texts for sight in self.site.sights]
        faces = [(self.site.hostname, *client) for client in self.site.faces]
        keys = {*self._keys(HIT_KINDS, hits), *self._keys(SESSION_KINDS, faces)}
        ids = term_ids(keys, tables.using)
        self.tails = [
            tables.tail((website.pk, int(sight.kind), *self._terms(HIT_KINDS, texts, ids)))
            for sight, texts in zip(self.site.sights, hits, strict=True)
        ]
        self.faces = [tables.tail((website.pk, *self._terms(SESSION_KINDS, texts, ids))) for texts in faces]
        self.is_event = [sight.kind is HitKind.EVENT for sight in self.site.sights]

    def day(self, opens: int, closes: int, part: float) -> tuple[list[NewSession], list[NewHit]]:
        """What happens in this *part* of the time that is left."""
        uneven = 1 + UNEVEN * (2 * self.chance.random() - 1)
        visits = round(self.pageviews_left * part * uneven / PAGES_A_VISIT)
        return self.crowd.day(opens, closes, max(0, visits))

    def session_row(self, new: NewSession, connection: BaseDatabaseWrapper) -> tuple[Row, Any]:
        """In the order of NEW_SESSION_COLUMNS."""
        uuid = UUID_FIELD.get_db_prep_value(new.uuid, connection)
        return (new.key, uuid, new.created_at, new.distinct_id), self.faces[new.face]

    def _content(self, sight: Sight) -> Content:
        return Content(
            kind=sight.kind,
            location=sight.location,
            hostname=self.site.hostname,
            title=sight.title,
            event_name=sight.event_name,
        )

    def _keys(self, kinds: Sequence[int], rows: Iterable[Sequence[str | None]]) -> Iterable[TermKey]:
        for texts in rows:
            for kind, text in zip(kinds, texts, strict=True):
                if text is not None:
                    yield self.website.pk, kind, text

    def _terms(
        self, kinds: Sequence[int], texts: Sequence[str | None], ids: dict[TermKey, int]
    ) -> list[int | None]:
        return [
            None if text is None else ids[self.website.pk, kind, text]
            for kind, text in zip(kinds, texts, strict=True)
        ]


class _Filling:
    """All websites, day by day. The sights of each are numbered on from those of the one before."""

    def __init__(self, tables: Tables, places: Sequence[_Place]) -> None:
        self.tables, self.next_id, self.filled = tables, tables.next_hit_id(), Filled()
        self._places: list[tuple[int, _Place]] = []
        self._tails: list[Any] = []
        self._told: dict[int, tuple[Any, list[Any]]] = {}
        """By sight: the tails of an event's document and of the leaves of its data."""
        for place in places:
            first = len(self._tails)
            self._places.append((first, place))
            self._tails += place.tails
            for number, sight in enumerate(place.site.sights, start=first):
                if sight.data is not None:
                    self._told[number] = self._data_tails(place.website.pk, sight.data)

    def day(self, opens: int, closes: int, part: float) -> None:
        """One day of all websites, written in order of time; *part* of the time that is left."""
        sessions: list[tuple[Row, Any]] = []
        hits: list[NewHit] = []
        for first, place in self._places:
            new, of_place = place.day(opens, closes, part)
            sessions += [place.session_row(session, self.tables.connection) for session in new]
            hits += [(moment, session, visit, sight + first) for moment, session, visit, sight in of_place]
            events = sum([place.is_event[sight] for _, _, _, sight in of_place])
            place.pageviews_left -= len(of_place) - events
            self.filled += Filled(len(of_place) - events, events, len(new))
        hits.sort()
        self.tables.rows(Session, NEW_SESSION_COLUMNS, sessions)
        self.tables.hits(self.next_id, hits, self._tails)
        self._write_data(hits)
        self.next_id += len(hits)

    def _write_data(self, hits: Sequence[NewHit]) -> None:
        """The data of the events among *hits*."""
        told = self._told
        with_data = [
            (number, moment, told[sight])
            for number, (moment, _, _, sight) in enumerate(hits, start=self.next_id)
            if sight in told
        ]
        documents = [((number,), document) for number, _, (document, _) in with_data]
        leaves = [((number, moment), leaf) for number, moment, (_, leaves) in with_data for leaf in leaves]
        self.tables.rows(EventDocument, DOCUMENT_COLUMNS, documents)
        self.tables.rows(EventData, DATA_COLUMNS, leaves)

    def _data_tails(self, website_id: int, data: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        tail = self.tables.tail
        return tail((website_id, json.dumps(data, separators=(",", ":")))), [
            tail(
                (
                    *(website_id, leaf.key, int(leaf.data_type), leaf.string_value),
                    *(leaf.number_value, None if leaf.date_value is None else to_micros(leaf.date_value)),
                )
            )
            for leaf in properties(data)
        ]
