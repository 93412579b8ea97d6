"""Sessions: who was there, and what one visitor did."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, When

from ..domain.answers import Page
from ..domain.scope import Scope
from ..domain.vocabulary import DataType, HitKind
from ..models import EventData, Session, SessionData, StoredHit

ATTRIBUTES = ("browser", "os", "device", "screen", "language", "country", "region", "city", "hostname")
NUMBERS = ("first_at", "last_at", "visits", "pageviews", "events")
PARTS = ("path", "query", "title", "hostname", "referrer_domain", "event_name")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is known about a visitor, as of their first hit."""

    browser: str | None
    os: str | None
    device: str | None
    screen: str | None
    language: str | None
    country: str | None
    region: str | None
    city: str | None
    hostname: str | None
    distinct_id: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session: from when to when it was seen, and its numbers. `visits` are those with a pageview."""

    id: int
    uuid: UUID
    first_at: datetime
    last_at: datetime
    visits: int
    pageviews: int
    events: int
    who: Attributes


@dataclass(frozen=True, slots=True)
class DataRow:
    """One typed leaf of event or session data; `value` as stored text (v3 reference 3.6)."""

    key: str
    data_type: DataType
    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that a visitor did."""

    id: int
    at: datetime
    visit_id: int
    kind: HitKind
    path: str | None
    query: str | None
    title: str | None
    hostname: str | None
    referrer_domain: str | None
    event_name: str | None
    data: tuple[DataRow, ...] = ()


def session_list(scope: Scope, *, search: str = "", limit: int = 20, offset: int = 0) -> Page[SessionRow]:
    """The sessions with a hit in scope, also those that triggered events only; last seen first.

    Times and numbers are those of the hits in scope: over all rows, visits and pageviews sum up to those of `summary`.
    *search* is looked for in the visitor's own id, city, country, browser, system and device, in any letter case.
    Three queries. Source: v3 reference 2.7.
    """
    hits = StoredHit.objects.in_scope(scope)
    if search:
        hits = hits.of_sessions_like(scope.website_id, search)
    numbers = _numbers(hits).order_by("-last_at", "-session_id")[offset : offset + limit]
    rows = list(numbers.values_list("session_id", *NUMBERS))
    total = hits.aggregate(total=Count("session_id", distinct=True))["total"]
    known = _who([row[0] for row in rows])
    return Page([_session(key, *known[key], row) for key, *row in rows], total)


def one_session(website_id: int, uuid: UUID, *, since: datetime | None = None) -> SessionRow | None:
    """One session and all that it ever did; None when there is none. Three queries.

    Only what happened after *since*, a reset, counts.
    """
    key = Session.objects.filter(website_id=website_id, uuid=uuid).values_list("pk", flat=True).first()
    if key is None:
        return None
    hits = _hits_of(website_id, key, since)
    row = _numbers(hits).order_by("session_id").values_list(*NUMBERS).first()
    if row is None:
        return None
    _, who = _who([key])[key]
    return _session(key, uuid, who, row)


def session_data(website_id: int, session_id: int, *, since: datetime | None = None) -> list[DataRow]:
    """What the website told about the visitor: the latest value of each key, by key. One query."""
    rows = SessionData.objects.filter(website_id=website_id, session_id=session_id)
    if since is not None:
        rows = rows.filter(created_at__gt=since)
    found = rows.values_list("key", "data_type", "string_value")
    return sorted(
        (DataRow(key, DataType(kind), value) for key, kind, value in found), key=lambda row: row.key
    )


def timeline(
    website_id: int,
    session_id: int,
    *,
    since: datetime | None = None,
    newest_first: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> Page[Moment]:
    """What a visitor did, in order of time, with the data of events by key. Three queries."""
    hits = _hits_of(website_id, session_id, since)
    order = ("-created_at", "-id") if newest_first else ("created_at", "id")
    columns = ("id", "created_at", "visit_id", "kind", *(f"{part}__text" for part in PARTS))
    rows = list(hits.order_by(*order).values_list(*columns)[offset : offset + limit])
    data = _data_of(website_id, [row[0] for row in rows])
    moments = [
        Moment(key, at, visit, HitKind(kind), **dict(zip(PARTS, parts, strict=True)), data=tuple(data[key]))
        for key, at, visit, kind, *parts in rows
    ]
    return Page(moments, hits.count())


def _session(key: int, uuid: UUID, who: Attributes, numbers: Sequence[Any]) -> SessionRow:
    return SessionRow(key, uuid, **dict(zip(NUMBERS, numbers, strict=True)), who=who)


def _numbers(hits: QuerySet[Any]) -> QuerySet[Any]:
    shown = Case(When(kind=HitKind.PAGEVIEW, then=F("visit_id")))
    numbers: QuerySet[Any] = hits.values("session_id").annotate(
        first_at=Min("created_at"),
        last_at=Max("created_at"),
        visits=Count(shown, distinct=True),
        pageviews=Count("id", filter=Q(kind=HitKind.PAGEVIEW)),
        events=Count("id", filter=Q(kind=HitKind.EVENT)),
    )
    return numbers


def _hits_of(website_id: int, session_id: int, since: datetime | None) -> QuerySet[Any]:
    hits: QuerySet[Any] = StoredHit.objects.filter(website_id=website_id, session_id=session_id)
    if since is not None:
        hits = hits.filter(created_at__gt=since)
    return hits


def _who(keys: Collection[int]) -> dict[int, tuple[UUID, Attributes]]:
    """Uuid and attributes of these sessions. One query."""
    columns = (*(f"{name}__text" for name in ATTRIBUTES), "distinct_id")
    rows = Session.objects.filter(pk__in=keys).values_list("pk", "uuid", *columns)
    return {key: (uuid, Attributes(*values)) for key, uuid, *values in rows}


def _data_of(website_id: int, hits: Collection[int]) -> dict[int, list[DataRow]]:
    """The properties of these hits, by key. One query."""
    found: dict[int, list[DataRow]] = defaultdict(list)
    rows = EventData.objects.filter(website_id=website_id, hit_id__in=hits)
    for hit, key, kind, value in rows.values_list("hit_id", "key", "data_type", "string_value"):
        found[hit].append(DataRow(key, DataType(kind), value))
    for leaves in found.values():
        leaves.sort(key=lambda leaf: leaf.key)
    return found
