"""Random traffic of visits, random questions about it, and the world they are asked in: ours and the plain model."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.twin import visits as twin
from tests.twin.visits import Asked, Condition, Did
from umami_django.domain.answers import Summary
from umami_django.domain.filters import Filter, Operator
from umami_django.domain.hits import Client, Content, Hit, Location
from umami_django.domain.periods import Period, to_micros
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import HitKind, Metric
from umami_django.ingest.identity import session_key
from umami_django.ingest.properties import properties
from umami_django.models import EventData, EventDocument, Session, StoredHit, Website
from umami_django.writers import write

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
)
ANCHORS = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin: clocks go forward
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin: clocks go back
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # New York and Havana: back; a month's end
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe: back by half an hour
    datetime(2026, 1, 1, tzinfo=UTC),
)
OFFSETS = (-1441, -1440, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 119, 120, 1440)

TEXTS: dict[str, tuple[str | None, ...]] = {
    "path": ("/", "/a", "/A", "/á", "/Über", "/a ", "/100%", "/a_b"),
    "query": (None, "", "x=1"),
    "title": (None, "Über uns", "ÜBER UNS", "Home"),
    "referrer_domain": (None, "t.co", "T.co", "example.com"),
    "channel": (None, "direct", "email"),
    "tag": (None, "v1"),
    "utm_source": (None, "news"),
}
PERSON: dict[str, tuple[str | None, ...]] = {
    "browser": (None, "chrome", "Chrome", "firefox"),
    "os": (None, "Linux", "iOS"),
    "device": (None, "mobile"),
    "country": (None, "US", "FR"),
    "region": (None, "US-TX"),
    "city": (None, "Paris", "paris"),
}
EVENTS = (None, None, None, "buy", "Buy", "sign up")
DATA = ((), (("plan", "pro"),), (("plan", "Pro"), ("Plan", "pro")), (("plan", "pro "),))
WORDS = (
    "/",
    "a",
    "A",
    "é",
    "ü",
    "ÜBER",
    "über uns",
    "%",
    "_",
    "",
    "chrome",
    "CHROME",
    "buy",
    "t.co",
    "paris",
)

METRICS = [metric for metric in Metric if metric.value in {*TEXTS, *PERSON, "event_name", "entry", "exit"}]


def moments(within: int = len(ANCHORS)) -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda anchor, offset, micros: anchor + timedelta(minutes=offset, microseconds=micros),
        st.sampled_from(ANCHORS[:within]),
        st.sampled_from(OFFSETS),
        st.sampled_from((0, 0, 1, -1, 999_999, 500_000)),
    )


def choices(table: dict[str, tuple[str | None, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in table.items()})


@st.composite
def traffic(draw: st.DrawFn) -> list[Did]:
    people = draw(st.lists(choices(PERSON), min_size=1, max_size=4))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(people) - 1),
                st.integers(1, 3),
                moments(2),
                choices(TEXTS),
                st.sampled_from(EVENTS),
                st.sampled_from(DATA),
            ),
            max_size=22,
        )
    )
    return [
        Did(f"v{who}", visit, at, event_name=event, data=data if event else (), **texts, **people[who])
        for who, visit, at, texts, event, data in rows
    ]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from((*METRICS, Metric.COMPLETED))).value
    operator = draw(st.sampled_from(("eq", "eq", "neq", "c", "dnc", "ce")))
    known = {"event_name": EVENTS, "completed": EVENTS, "entry": TEXTS["path"], "exit": TEXTS["path"]}
    words = st.sampled_from((TEXTS | PERSON | known)[field])
    if operator not in ("eq", "neq"):
        words = st.sampled_from(WORDS) | st.none() if draw(st.booleans()) else st.sampled_from(WORDS)
    return Condition(field, tuple(draw(st.lists(words, min_size=1, max_size=2))), operator)


def questions(most: int = 2) -> st.SearchStrategy[Asked]:
    return st.builds(
        lambda start, length, tz, chosen, since: Asked(start, start + length, tz, tuple(chosen), since),
        moments(2),
        st.sampled_from(
            [timedelta(minutes=m) for m in (0, 1, 30, 90, 1440, 2880)] + [timedelta(0), timedelta(minutes=-1)]
        ),
        st.sampled_from(ZONES),
        st.lists(conditions(), max_size=most),
        st.none() | moments(2),
    )


class World:
    """A website with given traffic."""

    def __init__(self, website: Website) -> None:
        self.website = website
        self.neighbours: list[Did] = []

    def holds(self, rows: list[Did]) -> list[Did]:
        """Store *rows*; the same rows in the order in which they came to lie."""
        for model in (StoredHit, Session, EventData, EventDocument):
            model.objects.all().delete()
        write([as_hit(self.website.pk, row, mark=str(number)) for number, row in enumerate(rows)])
        # a neighbour with the same texts and visitors' names, whose rows must never be seen
        self.neighbours = rows[:3]
        write([as_hit(self.website.pk + 1, row) for row in self.neighbours])
        stored = StoredHit.objects.for_website(self.website.pk).order_by("id")
        return [rows[int(mark)] for mark in stored.values_list("hostname__text", flat=True)]

    def scope(self, asked: Asked) -> Scope:
        filters = tuple(
            Filter(Metric(condition.field), condition.values, Operator(condition.operator))
            for condition in asked.conditions
        )
        period = Period(asked.start, asked.end)
        return Scope(self.website.pk, period, ZoneInfo(asked.tz), filters, asked.since)

    def uuid(self, visitor: str) -> Any:
        return uuid5(NAMESPACE_DNS, f"{self.website.pk}:{visitor}")


def as_hit(website_id: int, row: Did, *, mark: str | None = None) -> Hit:
    uuid = uuid5(NAMESPACE_DNS, f"{website_id}:{row.visitor}")
    data = dict(row.data)
    return Hit(
        website_id=website_id,
        session_id=session_key(uuid),
        session=uuid.hex,
        visit_id=row.visit,
        at=to_micros(row.at),
        content=Content(
            kind=HitKind.PAGEVIEW if row.event_name is None else HitKind.EVENT,
            location=Location(
                url=row.path,
                path=row.path,
                query=row.query,
                referrer_domain=row.referrer_domain,
                utm_source=row.utm_source or None,
                channel=row.channel,
            ),
            title=row.title,
            hostname=mark,
            event_name=row.event_name,
            event_data=json.dumps(data) if data else None,
            properties=properties(data) if data else (),
            tag=row.tag,
        ),
        client=Client(**{name: getattr(row, name) for name in PERSON}),
    )


def as_numbers(answer: Summary) -> twin.Numbers:
    return answer.pageviews, answer.visitors, answer.visits, answer.bounces, answer.total_seconds
