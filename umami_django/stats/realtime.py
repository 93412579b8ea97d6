"""What happens right now: who is there, and the latest rows as they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from ..domain.answers import TrafficPoint
from ..domain.periods import MINUTE_US, Period, to_micros
from ..domain.scope import Scope
from ..domain.vocabulary import HitKind, Unit
from ..models import Event, Pageview, Session, StoredHit
from ..querysets.traffic import Reach
from .series import traffic_series

ACTIVE_FOR = timedelta(minutes=5)
"""How long after a pageview a visitor counts as present (v1 reference 3.5)."""

SHOWN_FOR = timedelta(minutes=30)
"""How far back the realtime page looks (v3 reference 3.9)."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Who is there, and enough to tell whether anything on the realtime page has changed."""

    visitors: int
    """Visitors with a pageview in the last five minutes."""
    hits: int
    """Hits of the minutes shown."""
    latest_id: int
    minute: int
    """The minute it is, counted from 1970: when it ends, the page has changed."""

    @property
    def etag(self) -> str:
        """Differs whenever the realtime page differs; without quotes."""
        return f"{self.minute:x}-{self.latest_id:x}-{self.hits:x}-{self.visitors:x}"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One of the latest hits."""

    id: int
    at: datetime
    kind: HitKind
    session_uuid: UUID | None
    path: str | None
    title: str | None
    event_name: str | None
    referrer_domain: str | None
    country: str | None
    city: str | None
    device: str | None
    browser: str | None
    os: str | None


@dataclass(frozen=True, slots=True)
class LivePageview:
    id: int
    website_id: int
    session_id: int
    created_at: datetime
    url: str
    referrer: str | None


@dataclass(frozen=True, slots=True)
class LiveEvent:
    id: int
    website_id: int
    session_id: int
    created_at: datetime
    url: str
    event_name: str


@dataclass(frozen=True, slots=True)
class LiveSession:
    id: int
    uuid: UUID
    website_id: int
    created_at: datetime
    hostname: str | None
    browser: str | None
    os: str | None
    device: str | None
    screen: str | None
    language: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Live:
    """Rows since a moment, in the order they were stored."""

    pageviews: list[LivePageview]
    sessions: list[LiveSession]
    events: list[LiveEvent]


def active_visitors(website_id: int, now: datetime, *, since: datetime | None = None) -> int:
    """Visitors with a pageview in the last five minutes; only after *since*, a reset. One query."""
    hits = Pageview.objects.for_website(website_id).filter(created_at__gte=now - ACTIVE_FOR)
    if since is not None:
        hits = hits.filter(created_at__gt=since)
    visitors: int = hits.aggregate(visitors=Count("session_id", distinct=True))["visitors"]
    return visitors


def pulse(website_id: int, now: datetime, *, since: datetime | None = None) -> Pulse:
    """Visitors present, and whether the realtime page has anything new; only after *since*, a reset. One query.

    Reads the website's last thirty minutes by index.
    """
    row = _shown(website_id, now, since).aggregate(
        visitors=Count(
            "session_id",
            filter=Q(kind=HitKind.PAGEVIEW, created_at__gte=now - ACTIVE_FOR),
            distinct=True,
        ),
        hits=Count("id"),
        latest=Max("id"),
    )
    return Pulse(row["visitors"], row["hits"], row["latest"] or 0, to_micros(now) // MINUTE_US)


def minutes(
    website_id: int, now: datetime, *, tz: tzinfo = UTC, since: datetime | None = None
) -> list[TrafficPoint]:
    """The last thirty minutes and the one that is running, in order. One query."""
    scope = Scope(website_id, Period(shown_since(now), now), tz, since=since)
    return traffic_series(scope, Unit.MINUTE, now)


def feed(website_id: int, now: datetime, *, since: datetime | None = None, limit: int = 50) -> list[FeedItem]:
    """The latest pageviews and events of the last thirty minutes, newest first. One query by index."""
    terms = ("path", "title", "event_name", "referrer_domain")
    of_session = ("country", "city", "device", "browser", "os")
    rows = _shown(website_id, now, since).order_by("-created_at", "-id")
    columns = (
        *("id", "created_at", "kind", "session__uuid"),
        *(f"{name}__text" for name in terms),
        *(f"session__{name}__text" for name in of_session),
    )
    return [
        FeedItem(key, at, HitKind(kind), *rest) for key, at, kind, *rest in rows.values_list(*columns)[:limit]
    ]


def shown_since(now: datetime) -> datetime:
    """The beginning of the realtime page's first minute."""
    return now.replace(second=0, microsecond=0) - SHOWN_FOR


def _shown(website_id: int, now: datetime, since: datetime | None) -> QuerySet[Any]:
    """Hits of the minutes shown."""
    scope = Scope(website_id, Period(shown_since(now), now), since=since)
    hits: QuerySet[Any] = StoredHit.objects.asked_about(scope)
    return hits


def live(reach: Reach, moment: datetime) -> Live:
    """Pageviews, events and new sessions of the websites in *reach* at *moment* or later. Three queries.

    A returning visitor's session is older than the moment and so not among the sessions. Source: v1 reference
    3.6.
    """
    pageviews = Pageview.objects.within(reach).filter(created_at__gte=moment).order_by("id")
    events = Event.objects.within(reach).filter(created_at__gte=moment).order_by("id")
    sessions = Session.objects.within(reach).since(moment).order_by("created_at", "id")
    common = ("id", "website_id", "session_id", "created_at", "url__text")
    of_session = ("hostname", "browser", "os", "device", "screen", "language", "country")
    session_columns = ("id", "uuid", "website_id", "created_at", *(f"{name}__text" for name in of_session))
    return Live(
        pageviews=[LivePageview(*row) for row in pageviews.values_list(*common, "referrer__text")],
        events=[LiveEvent(*row) for row in events.values_list(*common, "event_name__text")],
        sessions=[LiveSession(*row) for row in sessions.values_list(*session_columns)],
    )
