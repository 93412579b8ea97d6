"""Every statistics route of v1, asked about a website and about the plain rows that it came from."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from tests.conftest import Api
from tests.twin import v1
from tests.twin.v1 import Seen

from .stories import ANCHORS, GAPS_MIN

ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York")
UNITS = ("hour", "day", "month", "year")
KINDS = ("url", "referrer", "query", "browser", "os", "device", "screen", "country", "language", "event")
FILTERS: dict[str, tuple[str, ...]] = {
    "url": ("/", "/a", "/A", "/a "),
    "referrer": ("", "t.co", "%_"),
    "browser": ("chrome",),
    "os": ("Linux",),
    "device": ("desktop",),
    "country": ("DE",),
}
QUESTIONS = 40
ALWAYS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def assert_answers_like_its_rows(api: Api, website_id: int, rows: list[Seen], domain: str | None) -> None:
    """Ask everything, of all time and of random times, with random filters."""
    chance = random.Random(len(rows))
    for number in range(QUESTIONS):
        start, end = (moment(chance), moment(chance)) if number else ALWAYS
        filters = {} if number < 5 else some_filters(chance)
        unit, tz, kind = chance.choice(UNITS), chance.choice(ZONES), KINDS[number % len(KINDS)]
        query = {name: value.replace("%", "%25") for name, value in filters.items()}
        query |= {"start_at": str(to_ms(start)), "end_at": str(to_ms(end))}
        buckets = {"unit": unit, "tz": tz}
        asked = partial(answer, api, website_id, query)
        assert asked("stats") == v1.stats(rows, start, end, filters)
        assert asked("pageviews", **buckets) == v1.series(rows, start, end, unit, tz, filters)
        assert asked("events", **buckets) == v1.event_series(rows, start, end, unit, tz, filters)
        assert asked("metrics", type=kind) == v1.metrics(rows, start, end, kind, filters, domain)
    for now in ANCHORS:
        with patch("umami_django.api.v1.views.websites.timezone.now", return_value=now):
            assert answer(api, website_id, {}, "active") == v1.active(rows, now)
        assert_realtime_is_like_its_rows(api, website_id, rows, now)


def assert_realtime_is_like_its_rows(api: Api, website_id: int, rows: list[Seen], since: datetime) -> None:
    token = api.get("/api/realtime/init").json()["token"]
    told = api.get(
        "/api/realtime/update", {"start_at": to_ms(since)}, **{"x-umami-share-token": token}
    ).json()
    wanted = [row for row in rows if row.at >= since]
    for kind, found, names in (
        ("pageviews", v1.pageviews(wanted), ("url", "referrer")),
        ("events", v1.events(wanted), ("url", "event_name")),
    ):
        ours = [tuple(row[name] for name in names) for row in told[kind] if row["website_id"] == website_id]
        theirs = [(row.url, row.referrer if kind == "pageviews" else row.event) for row in found]
        assert Counter(ours) == Counter(theirs)


def answer(api: Api, website_id: int, query: dict[str, str], route: str, **extra: str) -> Any:
    found = api.get(f"/api/website/{website_id}/{route}", query | extra)
    assert found.status_code == 200, found.content
    return found.json()


def moment(chance: random.Random) -> datetime:
    return chance.choice(ANCHORS) + timedelta(minutes=chance.choice(GAPS_MIN))


def some_filters(chance: random.Random) -> dict[str, str]:
    names = chance.sample(sorted(FILTERS), chance.randint(0, 2))
    return {name: chance.choice(FILTERS[name]) for name in names}


def to_ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
