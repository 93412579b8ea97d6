"""Traffic as a story, small enough to count on fingers.

traffic.visitor("ana").sees("/", "/pricing", gap=30)
traffic.visitor("bob").sees("/")          # 2 visitors, 3 pageviews, 1 bounce, 30 s
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import NAMESPACE_DNS, uuid5

from umami_django.domain.hits import Client, Content, Hit
from umami_django.domain.periods import to_micros
from umami_django.domain.vocabulary import HitKind
from umami_django.ingest.identity import session_key, visit_by_hour
from umami_django.ingest.location import location
from umami_django.ingest.properties import properties
from umami_django.models import Website
from umami_django.writers import write

START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""When stories begin unless they say otherwise."""


def hit(
    website_id: int,
    visitor: str,
    url: str,
    *,
    at: datetime = START,
    referrer: str | None = "",
    event: str | None = None,
    data: Any = None,
    hostname: str | None = "example.com",
    client: Client | None = None,
) -> Hit:
    """A hit of *visitor* as the pipeline would make it; the visit by the clock-hour rule."""
    uuid = uuid5(NAMESPACE_DNS, f"{website_id}:{visitor}")
    key = session_key(uuid)
    return Hit(
        website_id=website_id,
        session_id=key,
        session=uuid.hex,
        visit_id=visit_by_hour(key, at),
        at=to_micros(at),
        content=Content(
            kind=HitKind.PAGEVIEW if event is None else HitKind.EVENT,
            location=location(url, referrer if event is None else None, hostname),
            hostname=hostname,
            event_name=event,
            event_data=None if data is None else json.dumps(data),
            properties=properties(data),
        ),
        client=client or Client(),
    )


def retold(told: Hit, **content: Any) -> Hit:
    """*told* with another title, tag …"""
    return told._replace(content=told.content._replace(**content))


@dataclass
class VisitorStory:
    """What one visitor does, one thing after the other."""

    website_id: int
    name: str
    now: datetime
    client: Client = field(default_factory=Client)

    def using(self, **attributes: str | None) -> Self:
        """With this browser, os, country …"""
        self.client = self.client._replace(**attributes)
        return self

    def at(self, moment: datetime) -> Self:
        """From now on at *moment*."""
        self.now = moment
        return self

    def sees(self, *urls: str, gap: float = 0, referrer: str | None = "") -> Self:
        """Looks at pages, *gap* seconds apart; the referrer is that of the first."""
        hits = []
        for position, url in enumerate(urls):
            moment = self.now + timedelta(seconds=gap * position)
            came_from = referrer if position == 0 else ""
            hits.append(
                hit(self.website_id, self.name, url, at=moment, referrer=came_from, client=self.client)
            )
        write(hits)
        self.now += timedelta(seconds=gap * max(0, len(urls) - 1))
        return self

    def does(self, event: str, *, on: str = "/", data: Any = None) -> Self:
        """Triggers an event."""
        write([hit(self.website_id, self.name, on, at=self.now, event=event, data=data, client=self.client)])
        return self


@dataclass
class Traffic:
    """The traffic of one website."""

    website: Website
    start: datetime = START

    def visitor(self, name: str) -> VisitorStory:
        return VisitorStory(self.website.pk, name, self.start)
