"""What happens right now: who is there, and the latest rows as they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from ..models import Event, Pageview, Session
from ..querysets.traffic import Reach

ACTIVE_FOR = timedelta(minutes=5)
"""How long after a pageview a visitor counts as present (v1 reference 3.5)."""


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
