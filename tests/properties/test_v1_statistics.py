"""Every statistics route of v1 on random traffic, compared with the plain model, on whatever database is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client as HttpClient
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Api
from tests.factories import make_account, make_website
from tests.traffic import hit
from tests.twin import v1
from tests.twin.v1 import Seen
from umami_django.domain.hits import Client, Hit
from umami_django.domain.periods import Period
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Unit
from umami_django.models import EventData, EventDocument, Session, StoredHit, Website
from umami_django.stats.series import filled, pageview_series
from umami_django.writers import write

from .profiles import random_traffic

pytestmark = pytest.mark.django_db

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
    "America/St_Johns",
)
UNITS = ("hour", "day", "month", "year")
KINDS = ("url", "referrer", "query", "browser", "os", "device", "screen", "country", "language", "event")
DOMAIN = "example.com"

ANCHORS = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin: clocks go forward
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin: clocks go back
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # New York and Havana: back; a month's end
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe: back by half an hour
    datetime(2026, 1, 1, tzinfo=UTC),
)
URLS = ("/", "/a", "/A", "/á", "/a ", "/a?x=1", "/a?x=2#h", "/a%20b", "/?", "", "/" + "u" * 499, "/😀")
REFERRERS = (
    None,
    "",
    "https://t.co/",
    "https://example.com/x",
    "/inside",
    "https://www.example.com/",
    "100%_sure",
)
EVENTS = (None, None, None, "buy", "Buy", "sign_up")


def moments() -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda anchor, minutes, micros: anchor + timedelta(minutes=minutes, microseconds=micros),
        st.sampled_from(ANCHORS),
        st.sampled_from((-1500, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 119, 120, 1440)),
        st.sampled_from((0, 1, -1, 999_999, 500_000)),
    )


def visitors() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "browser": st.sampled_from((None, "chrome", "Chrome", "firefox")),
            "os": st.sampled_from((None, "Linux", "iOS")),
            "device": st.sampled_from((None, "desktop", "mobile")),
            "country": st.sampled_from((None, "DE", "NL")),
            "screen": st.sampled_from((None, "1x1")),
            "language": st.sampled_from((None, "en", "en-US", "EN-gb", "de-DE")),
        }
    )


@st.composite
def traffic(draw: st.DrawFn) -> list[Seen]:
    people = draw(st.lists(visitors(), min_size=1, max_size=4))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(people) - 1),
                moments(),
                st.sampled_from(URLS),
                st.sampled_from(REFERRERS),
                st.sampled_from(EVENTS),
            ),
            max_size=25,
        )
    )
    return [
        Seen(f"v{person}", at, url, None if event else referrer, event, **people[person])
        for person, at, url, referrer, event in rows
    ]


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    start, end = draw(moments()), draw(moments())
    start, end = (moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (start, end))
    filters = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "url": st.sampled_from(("/", "/a", "/A", "/a ", "")),
                "referrer": st.sampled_from(("", "t.co", "T.CO", "%_", "_")),
                "browser": st.sampled_from(("chrome", "")),
                "os": st.sampled_from(("Linux", "linux")),
                "device": st.just("desktop"),
                "country": st.sampled_from(("DE", "de")),
            },
        )
    )
    return {"start": start, "end": end, "filters": filters}


def as_hit(website: Website, row: Seen) -> Hit:
    client = Client(row.browser, row.os, row.device, row.screen, row.language, row.country)
    return hit(
        website.pk, row.visitor, row.url, at=row.at, referrer=row.referrer, event=row.event, client=client
    )


@pytest.fixture
def asked(db: None) -> Iterator["Asked"]:
    owner = make_account("olga")
    yield Asked(make_website(owner, domain=DOMAIN), Api(HttpClient()).login(owner))


class Asked:
    """A website with given traffic, and its routes."""

    def __init__(self, website: Website, api: Api) -> None:
        self.website, self.api = website, api

    def holds(self, rows: list[Seen]) -> None:
        for model in (StoredHit, Session, EventData, EventDocument):
            model.objects.all().delete()
        write([as_hit(self.website, row) for row in rows])
        # a neighbour with the same texts, whose rows must never be seen
        write([as_hit(Website(pk=self.website.pk + 1), row) for row in rows[:3]])

    def get(self, route: str, question: dict[str, Any], **extra: str) -> Any:
        query = {name: value.replace("%", "%25") for name, value in question["filters"].items()}
        query |= {"start_at": ms(question["start"]), "end_at": ms(question["end"])} | extra
        answer = self.api.get(f"/api/website/{self.website.pk}/{route}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()


def ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@random_traffic
@given(rows=traffic(), question=questions())
def test_stats(asked: Asked, rows: list[Seen], question: dict[str, Any]) -> None:
    asked.holds(rows)
    wanted = v1.stats(rows, question["start"], question["end"], question["filters"])
    assert asked.get("stats", question) == wanted


@random_traffic
@given(rows=traffic(), question=questions(), unit=st.sampled_from(UNITS), tz=st.sampled_from(ZONES))
def test_pageviews(asked: Asked, rows: list[Seen], question: dict[str, Any], unit: str, tz: str) -> None:
    asked.holds(rows)
    wanted = v1.series(rows, question["start"], question["end"], unit, tz, question["filters"])
    assert asked.get("pageviews", question, unit=unit, tz=tz) == wanted


@random_traffic
@given(
    rows=traffic(),
    question=questions(),
    unit=st.sampled_from(UNITS),
    tz=st.sampled_from(ZONES),
    name=st.sampled_from((None, "buy", "BUY", "sign_up")),
)
def test_events(
    asked: Asked, rows: list[Seen], question: dict[str, Any], unit: str, tz: str, name: str | None
) -> None:
    asked.holds(rows)
    if name is not None:
        question["filters"]["event_name"] = name
    wanted = v1.event_series(rows, question["start"], question["end"], unit, tz, question["filters"])
    assert asked.get("events", question, unit=unit, tz=tz) == wanted


@random_traffic
@given(rows=traffic(), question=questions(), kind=st.sampled_from(KINDS))
def test_metrics(asked: Asked, rows: list[Seen], question: dict[str, Any], kind: str) -> None:
    asked.holds(rows)
    wanted = v1.metrics(rows, question["start"], question["end"], kind, question["filters"], DOMAIN)
    assert asked.get("metrics", question, type=kind) == wanted


@random_traffic
@given(rows=traffic(), now=moments())
def test_active(asked: Asked, rows: list[Seen], now: datetime) -> None:
    asked.holds(rows)
    with patch("umami_django.api.v1.views.websites.timezone.now", return_value=now):
        answer = asked.api.get(f"/api/website/{asked.website.pk}/active")
    # the patched clock is the token's clock as well: a token from the future is still good
    assert answer.json() == v1.active(rows, now)


@random_traffic
@given(rows=traffic(), since=moments())
def test_realtime(asked: Asked, rows: list[Seen], since: datetime) -> None:
    asked.holds(rows)
    since = since.replace(microsecond=since.microsecond // 1000 * 1000)
    token = asked.api.get("/api/realtime/init").json()["token"]
    data = asked.api.get(
        "/api/realtime/update", {"start_at": ms(since)}, **{"x-umami-share-token": token}
    ).json()
    wanted = [row for row in rows if row.at >= since]
    assert [(r["url"], r["referrer"]) for r in data["pageviews"]] == [
        (row.url, row.referrer) for row in v1.pageviews(wanted)
    ]
    assert [(r["url"], r["event_name"]) for r in data["events"]] == [
        (row.url, row.event) for row in v1.events(wanted)
    ]
    first = {
        name: min(row.at for row in rows if row.visitor == name) for name in {row.visitor for row in rows}
    }
    assert len(data["sessions"]) == sum(moment >= since for moment in first.values())


@random_traffic
@given(rows=traffic(), question=questions(), since=moments())
def test_a_reset_hides_what_was_before(
    asked: Asked, rows: list[Seen], question: dict[str, Any], since: datetime
) -> None:
    asked.holds(rows)
    Website.objects.filter(pk=asked.website.pk).update(reset_at=since)
    left = [row for row in rows if row.at > since]
    wanted = v1.stats(left, question["start"], question["end"], question["filters"])
    try:
        assert asked.get("stats", question) == wanted
    finally:
        Website.objects.filter(pk=asked.website.pk).update(reset_at=None)


# laws that hold for any traffic


@random_traffic
@given(rows=traffic(), question=questions(), unit=st.sampled_from(UNITS), tz=st.sampled_from(ZONES))
def test_a_series_sums_to_its_total(
    asked: Asked, rows: list[Seen], question: dict[str, Any], unit: str, tz: str
) -> None:
    asked.holds(rows)
    series = asked.get("pageviews", question, unit=unit, tz=tz)["pageviews"]
    assert sum(row["y"] for row in series) == asked.get("stats", question)["pageviews"]["value"]


@random_traffic
@given(rows=traffic(), question=questions())
def test_one_more_filter_never_raises_pageviews_or_visitors(
    asked: Asked, rows: list[Seen], question: dict[str, Any]
) -> None:
    asked.holds(rows)
    narrow = asked.get("stats", question)
    for name in question["filters"]:
        fewer = {key: value for key, value in question["filters"].items() if key != name}
        wide = asked.get("stats", question | {"filters": fewer})
        assert narrow["pageviews"]["value"] <= wide["pageviews"]["value"]
        assert narrow["uniques"]["value"] <= wide["uniques"]["value"]


@random_traffic
@given(start=moments(), hours=st.integers(0, 100), tz=st.sampled_from(ZONES))
def test_each_local_day_and_hour_appears_once(asked: Asked, start: datetime, hours: int, tz: str) -> None:
    from zoneinfo import ZoneInfo

    period = Period(start, start + timedelta(hours=hours))
    scope = Scope(asked.website.pk, period, ZoneInfo(tz))
    for unit in (Unit.HOUR, Unit.DAY, Unit.MONTH):
        starts = [point.start_us for point in filled(pageview_series(scope, unit), scope, unit)]
        assert starts == sorted(set(starts))
        assert starts


@random_traffic
@given(rows=traffic(), tz=st.sampled_from(ZONES), unit=st.sampled_from(("hour", "day", "month")))
def test_filling_a_series_loses_no_point(asked: Asked, rows: list[Seen], tz: str, unit: str) -> None:
    from zoneinfo import ZoneInfo

    asked.holds(rows)
    views = v1.pageviews(rows)
    if not views:
        return
    period = Period(min(row.at for row in views), max(row.at for row in views))
    scope = Scope(asked.website.pk, period, ZoneInfo(tz))
    points = pageview_series(scope, Unit(unit))
    whole = filled(points, scope, Unit(unit))
    assert [point for point in whole if point.pageviews] == points
    assert sum(point.pageviews for point in whole) == len(views)
