"""The statistics routes: answers, query counts, bad input (v1 reference 2.5, 2.6, 3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import BOUNDED, Api
from tests.factories import make_website
from tests.traffic import START, Traffic, hit
from umami_django.models import Account, Website
from umami_django.writers import write


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


DAY = {"start_at": ms(datetime(2026, 3, 10, tzinfo=UTC)), "end_at": ms(datetime(2026, 3, 11, tzinfo=UTC))}


@pytest.fixture
def path(website: Website) -> str:
    return f"/api/website/{website.pk}"


def test_stats_of_two_visitors(owner_api: Api, traffic: Traffic, path: str) -> None:
    traffic.visitor("ana").sees("/", "/pricing", gap=30)
    traffic.visitor("bob").sees("/")
    assert owner_api.get(f"{path}/stats", DAY).json() == {
        "pageviews": {"value": 3, "change": 3},
        "uniques": {"value": 2, "change": 2},
        "bounces": {"value": 1, "change": 1},
        "totaltime": {"value": 30, "change": 30},
    }


def test_stats_count_visits_by_clock_hour(owner_api: Api, traffic: Traffic, path: str) -> None:
    """A visitor with one view in each of three hours gives three bounces (reference 3.2)."""
    traffic.visitor("ana").sees("/", "/", "/", gap=3600)
    answer = owner_api.get(f"{path}/stats", DAY).json()
    assert (answer["uniques"]["value"], answer["bounces"]["value"]) == (1, 3)


def test_both_ends_of_the_range_count(owner_api: Api, traffic: Traffic, path: str) -> None:
    traffic.visitor("ana").sees("/")
    exactly = {"start_at": ms(START), "end_at": ms(START)}
    answer = owner_api.get(f"{path}/stats", exactly).json()
    assert answer["pageviews"] == {"value": 1, "change": 0}  # the previous range shares the instant
    after = {"start_at": ms(START) + 1, "end_at": ms(START) + 1000}
    assert owner_api.get(f"{path}/stats", after).json()["pageviews"]["value"] == 0


def test_pageviews_by_hour_in_a_half_hour_zone(owner_api: Api, traffic: Traffic, path: str) -> None:
    traffic.visitor("ana").sees("/", "/a", gap=2400)
    query = DAY | {"unit": "hour", "tz": "asia/kolkata"}
    assert owner_api.get(f"{path}/pageviews", query).json() == {
        "pageviews": [{"t": "2026-03-10 17:00:00", "y": 1}, {"t": "2026-03-10 18:00:00", "y": 1}],
        "sessions": [{"t": "2026-03-10 17:00:00", "y": 1}, {"t": "2026-03-10 18:00:00", "y": 1}],
    }


@pytest.mark.parametrize(
    ("unit", "labels"),
    [("day", ["2026-03-10"]), ("month", ["2026-03-01"]), ("year", ["2026-01-01"])],
)
def test_pageviews_by_wider_units(
    owner_api: Api, traffic: Traffic, path: str, unit: str, labels: list[str]
) -> None:
    traffic.visitor("ana").sees("/", "/a", gap=5)
    answer = owner_api.get(f"{path}/pageviews", DAY | {"unit": unit, "tz": "UTC"}).json()
    assert [row["t"] for row in answer["pageviews"]] == labels
    assert [row["y"] for row in answer["pageviews"]] == [2]
    assert [row["y"] for row in answer["sessions"]] == [1]


def test_the_two_hours_of_an_autumn_night_are_one_bucket(owner_api: Api, traffic: Traffic, path: str) -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 summer time
    traffic.visitor("ana").at(first).sees("/")
    traffic.visitor("ana").at(first + timedelta(hours=1)).sees("/")  # 02:30 winter time
    traffic.visitor("ana").at(first + timedelta(hours=2)).sees("/")
    query = {"start_at": ms(first), "end_at": ms(first + timedelta(hours=3))}
    answer = owner_api.get(f"{path}/pageviews", query | {"unit": "hour", "tz": "Europe/Berlin"}).json()
    assert answer["pageviews"] == [{"t": "2026-10-25 02:00:00", "y": 2}, {"t": "2026-10-25 03:00:00", "y": 1}]
    assert answer["sessions"] == [{"t": "2026-10-25 02:00:00", "y": 1}, {"t": "2026-10-25 03:00:00", "y": 1}]


def test_all_of_time_by_month_and_year(owner_api: Api, traffic: Traffic, path: str) -> None:
    traffic.visitor("ana").at(datetime(2021, 12, 31, 23, 30, tzinfo=UTC)).sees("/")
    traffic.visitor("ana").at(datetime(2026, 3, 1, tzinfo=UTC)).sees("/")
    query = {"start_at": 0, "end_at": 8_640_000_000_000_000, "tz": "Europe/Berlin"}
    by_month = owner_api.get(f"{path}/pageviews", query | {"unit": "month"}).json()["pageviews"]
    assert by_month == [{"t": "2022-01-01", "y": 1}, {"t": "2026-03-01", "y": 1}]
    by_year = owner_api.get(f"{path}/pageviews", query | {"unit": "year"}).json()["pageviews"]
    assert by_year == [{"t": "2022-01-01", "y": 1}, {"t": "2026-01-01", "y": 1}]


def test_events_by_hour(owner_api: Api, traffic: Traffic, path: str) -> None:
    traffic.visitor("ana").does("signup").does("download").does("signup", on="/x")
    query = DAY | {"unit": "hour", "tz": "UTC"}
    assert owner_api.get(f"{path}/events", query).json() == [
        {"x": "download", "t": "2026-03-10 12:00:00", "y": 1},
        {"x": "signup", "t": "2026-03-10 12:00:00", "y": 2},
    ]
    only = owner_api.get(f"{path}/events", query | {"url": "/x", "event_name": "signup"}).json()
    assert only == [{"x": "signup", "t": "2026-03-10 12:00:00", "y": 1}]


METRICS: list[tuple[str, list[dict[str, Any]]]] = [
    ("url", [{"x": "/", "y": 2}, {"x": "/docs?page=2", "y": 1}]),
    ("query", [{"x": "/docs?page=2", "y": 1}]),
    ("referrer", [{"x": "", "y": 1}, {"x": "https://t.co/a", "y": 1}]),
    ("browser", [{"x": "chrome", "y": 1}, {"x": "firefox", "y": 1}]),
    ("os", [{"x": "Linux", "y": 1}, {"x": None, "y": 1}]),
    ("device", [{"x": None, "y": 2}]),
    ("screen", [{"x": "1920x1080", "y": 1}, {"x": None, "y": 1}]),
    ("country", [{"x": "DE", "y": 2}]),
    ("language", [{"x": "en", "y": 2}]),
    ("event", [{"x": "buy", "y": 1}]),
]


@pytest.fixture
def metric_story(traffic: Traffic) -> None:
    ana = traffic.visitor("ana").using(browser="chrome", country="DE", language="en-US", screen="1920x1080")
    ana.sees("/", referrer="https://t.co/a").sees("/docs?page=2", referrer="https://example.com/").does("buy")
    traffic.visitor("bob").using(browser="firefox", os="Linux", country="DE", language="en-GB").sees("/")


@pytest.mark.parametrize(("metric", "rows"), METRICS, ids=[name for name, _ in METRICS])
def test_metrics(
    owner_api: Api, metric_story: None, path: str, metric: str, rows: list[dict[str, Any]]
) -> None:
    assert owner_api.get(f"{path}/metrics", DAY | {"type": metric}).json() == rows


@pytest.mark.parametrize(
    ("query", "pageviews"),
    [
        ({}, 3),
        ({"url": "/"}, 2),
        ({"url": ""}, 0),
        ({"url": "%2F"}, 2),
        ({"url": "/docs%3Fpage=2"}, 1),
        ({"url": "%zz"}, 0),
        ({"referrer": "t.co"}, 1),
        ({"referrer": "T.CO"}, 0),
        ({"referrer": "%25"}, 0),
        ({"referrer": "_"}, 0),
        ({"referrer": ""}, 3),
        ({"browser": "chrome"}, 2),
        ({"browser": "Chrome"}, 0),
        ({"browser": "chrome", "url": "/"}, 1),
        ({"os": ""}, 3),
        ({"country": "DE", "device": "desktop"}, 0),
        ({"language": "fr"}, 3),
    ],
)
def test_filters(
    owner_api: Api, metric_story: None, path: str, query: dict[str, str], pageviews: int
) -> None:
    answer = owner_api.get(f"{path}/stats", DAY | query).json()
    assert answer["pageviews"]["value"] == pageviews
    series = owner_api.get(f"{path}/pageviews", DAY | query | {"unit": "day", "tz": "UTC"}).json()
    assert sum(row["y"] for row in series["pageviews"]) == pageviews


HOSTILE = [
    "\x00",
    "\x00x",
    "%00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "'",
    "x" * 20_000,
    "😀",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_filter_is_a_500(owner_api: Api, metric_story: None, path: str, value: str) -> None:
    filters = dict.fromkeys(("url", "referrer", "os", "browser", "device", "country", "event_name"), value)
    for route, extra in (
        ("stats", {}),
        ("pageviews", {"unit": "day", "tz": "UTC"}),
        ("metrics", {"type": "url"}),
    ):
        for name, text in filters.items():
            assert owner_api.get(f"{path}/{route}", DAY | extra | {name: text}).status_code == 200
    assert owner_api.get(f"{path}/pageviews", DAY | {"unit": value, "tz": value}).status_code == 400
    body = DAY | {"columns": {value: "sum"}, "filters": {value: value}, "event_name": value}
    website = owner_api.get(path).json()["website_uuid"]
    assert owner_api.post(f"/api/websites/{website}/eventdata", body).status_code == 200


def test_metrics_of_sessions_ignore_page_filters(owner_api: Api, metric_story: None, path: str) -> None:
    rows = owner_api.get(f"{path}/metrics", DAY | {"type": "browser", "url": "/docs?page=2"}).json()
    assert [row["x"] for row in rows] == ["chrome", "firefox"]


@pytest.mark.parametrize("kind", ["", "eventdata", "URL"])
def test_an_unknown_metric_is_405(owner_api: Api, path: str, kind: str) -> None:
    answer = owner_api.get(f"{path}/metrics", DAY | {"type": kind})
    assert (answer.status_code, answer.content) == (405, b"405 Method Not Allowed")


def test_active_counts_the_last_five_minutes(owner_api: Api, traffic: Traffic, path: str) -> None:
    now = timezone.now()
    traffic.visitor("ana").at(now - timedelta(minutes=4)).sees("/")
    traffic.visitor("bob").at(now - timedelta(minutes=6)).sees("/")
    traffic.visitor("cid").at(now).does("click")
    assert owner_api.get(f"{path}/active").json() == [{"x": 1}]


@pytest.mark.parametrize(
    ("route", "query", "queries"),
    [
        ("stats", {}, 2),
        ("stats", {"url": "/", "browser": "chrome", "referrer": "t"}, 10),
        ("pageviews", {"unit": "day", "tz": "Europe/Berlin"}, 1),
        ("events", {"unit": "month", "tz": "UTC"}, 2),
        ("metrics", {"type": "url"}, 1),
        ("metrics", {"type": "browser"}, 2),
        ("metrics", {"type": "referrer"}, 1),
        ("metrics", {"type": "event"}, 1),
        ("active", {}, 1),
    ],
)
def test_query_counts(
    owner_api: Api,
    metric_story: None,
    path: str,
    django_assert_num_queries: Any,
    route: str,
    query: dict[str, str],
    queries: int,
) -> None:
    """Three for the token and the website, one for the texts of each filter each time; the same however much there is.
    One more for a period that is not of the last two months: are its hits pruned? And one where columns may tell."""
    pruned = 0 if route == "active" else 1
    with django_assert_num_queries(3 + queries + pruned + BOUNDED):
        owner_api.get(f"{path}/{route}", DAY | query)


BAD_RANGES: list[tuple[dict[str, Any], str]] = [
    ({"end_at": 5}, "start_at: is required"),
    ({"start_at": 5}, "end_at: is required"),
    ({"start_at": "soon", "end_at": 5}, "start_at: must be a time in milliseconds since 1970"),
    ({"start_at": 5, "end_at": "8640000000000001"}, "end_at: must be a time in milliseconds since 1970"),
    ({"start_at": 5, "end_at": "Infinity"}, "end_at: must be a time in milliseconds since 1970"),
    ({"start_at": [5, 6], "end_at": 5}, "start_at: must be given once"),
]


@pytest.mark.parametrize(("query", "text"), BAD_RANGES)
@pytest.mark.parametrize(
    "route", ["stats", "pageviews?unit=day&tz=UTC", "events?unit=day&tz=UTC", "metrics?type=url"]
)
def test_a_bad_range_is_named(
    owner_api: Api, path: str, route: str, query: dict[str, Any], text: str
) -> None:
    address, _, rest = route.partition("?")
    extra = dict(part.split("=") for part in rest.split("&") if part)
    answer = owner_api.get(f"{path}/{address}", extra | query)
    assert (answer.status_code, answer.content.decode()) == (400, text)


@pytest.mark.parametrize(
    "start",
    ["0x5", "5e3", " 5 ", "5.9", "", "-1"],
    ids=["hex", "exponent", "blanks", "fraction", "empty", "negative"],
)
def test_numbers_are_read_like_javascript(owner_api: Api, path: str, start: str) -> None:
    assert owner_api.get(f"{path}/stats", {"start_at": start, "end_at": 9000}).status_code == 200


@pytest.mark.parametrize("route", ["pageviews", "events"])
@pytest.mark.parametrize(
    "query",
    [
        {"unit": "day"},
        {"tz": "UTC"},
        {"unit": "minute", "tz": "UTC"},
        {"unit": "week", "tz": "UTC"},
        {"unit": "day", "tz": "+02:00"},
        {"unit": "day", "tz": "Z"},
        {"unit": "day", "tz": "US/Pacific-New"},
        {"unit": "day", "tz": "../etc/passwd"},
    ],
)
def test_a_bad_unit_or_zone_is_400(owner_api: Api, path: str, route: str, query: dict[str, str]) -> None:
    answer = owner_api.get(f"{path}/{route}", DAY | query)
    assert (answer.status_code, answer.content) == (400, b"400 Bad Request")


def test_newer_and_older_zone_names_work(owner_api: Api, path: str) -> None:
    for name in ("Europe/Kyiv", "US/Pacific", "GMT", "EST"):
        query = DAY | {"unit": "day", "tz": name}
        assert owner_api.get(f"{path}/pageviews", query).status_code == 200


def test_a_reversed_range_is_nothing(owner_api: Api, traffic: Traffic, path: str) -> None:
    traffic.visitor("ana").sees("/").does("x")
    query = {"start_at": DAY["end_at"], "end_at": DAY["start_at"], "unit": "hour", "tz": "UTC", "type": "url"}
    assert owner_api.get(f"{path}/stats", query).json()["pageviews"] == {"value": 0, "change": 0}
    assert owner_api.get(f"{path}/pageviews", query).json() == {"pageviews": [], "sessions": []}
    assert owner_api.get(f"{path}/events", query).json() == []
    assert owner_api.get(f"{path}/metrics", query).json() == []


def test_realtime_shows_the_last_half_hour(owner_api: Api, traffic: Traffic, website: Website) -> None:
    now = timezone.now()
    traffic.visitor("ana").using(browser="safari").at(now - timedelta(minutes=10)).sees("/", referrer=None)
    traffic.visitor("ana").at(now - timedelta(minutes=9)).does("buy", on="/shop")
    traffic.visitor("old").at(now - timedelta(minutes=40)).sees("/")
    body = owner_api.get("/api/realtime/init").json()
    assert [row["website_id"] for row in body["websites"]] == [website.pk]
    data = body["data"]
    assert [(row["url"], row["referrer"]) for row in data["pageviews"]] == [("/", None)]
    assert [(row["url"], row["event_name"]) for row in data["events"]] == [("/shop", "buy")]
    assert [row["browser"] for row in data["sessions"]] == ["safari"]
    session = data["sessions"][0]
    assert session["__id"] == f"s{session['session_id']}"
    assert data["pageviews"][0]["session_id"] == session["session_id"] < 2**53
    assert abs(data["timestamp"] - ms(now)) < 60_000

    polled = owner_api.get(
        "/api/realtime/update",
        {"start_at": ms(now - timedelta(minutes=9, seconds=30))},
        **{"x-umami-share-token": body["token"]},
    ).json()
    assert (polled["pageviews"], len(polled["events"])) == ([], 1)


def test_realtime_wants_its_token(owner_api: Api, website: Website) -> None:
    token = owner_api.get("/api/realtime/init").json()["token"]
    path = "/api/realtime/update"
    assert owner_api.get(path, {"start_at": 0}).status_code == 400
    assert owner_api.get(path, {"start_at": 0}, **{"x-umami-share-token": "bad"}).status_code == 401
    missing = owner_api.get(path, **{"x-umami-share-token": token})
    assert (missing.status_code, missing.content) == (400, b"start_at: is required")


def test_realtime_forgets_a_website_that_was_given_away(
    owner_api: Api, traffic: Traffic, website: Website, admin_account: Account
) -> None:
    traffic.visitor("ana").at(timezone.now()).sees("/")
    token = owner_api.get("/api/realtime/init").json()["token"]
    website.owner = admin_account
    website.save()
    body = owner_api.get("/api/realtime/update", {"start_at": 0}, **{"x-umami-share-token": token}).json()
    assert body["pageviews"] == body["sessions"] == []


def test_realtime_of_nobodys_websites_is_empty(owner_api: Api, db: None) -> None:
    other = make_website()
    write([hit(other.pk, "eve", "/", at=timezone.now())])
    data = owner_api.get("/api/realtime/init").json()["data"]
    assert (data["pageviews"], data["sessions"], data["events"]) == ([], [], [])


def test_event_data_of_139(owner_api: Api, traffic: Traffic, website: Website) -> None:
    ana = traffic.visitor("ana")
    ana.does("buy", data={"price": 3, "plan": "pro"}).does("buy", data={"price": 4.5, "plan": "free"})
    ana.does("look", data={"price": 100, "plan": "pro"})
    path = f"/api/websites/{website.uuid}/eventdata"
    body = DAY | {"timezone": "UTC", "event_name": "buy", "columns": {"price": "sum", "plan": "count"}}
    assert owner_api.post(path, body).json() == [{"x": "sum(price)", "y": 7.5}, {"x": "count(plan)", "y": 2}]
    body["filters"] = {"plan": "pro"}
    assert owner_api.post(path, body).json() == [{"x": "sum(price)", "y": 3}, {"x": "count(plan)", "y": 1}]
    answer = owner_api.post(path, body | {"columns": {"price": "median"}})
    assert (answer.status_code, answer.content) == (400, b"columns: aggregates are count, sum, avg, min, max")
    assert owner_api.post("/api/websites/nonsense/eventdata", body).status_code == 401
