"""`POST /api/send` and `/api/batch` (v3 reference 4.1 to 4.5; 8.3)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.test import Client, override_settings
from django.utils import timezone

from tests.conftest import CHROME, HOLDING, Api
from tests.factories import make_account
from umami_django.models import Account, Event, EventData, Pageview, Session, SessionData, StoredHit, Website

SEND, BATCH = "/api/send", "/api/batch"


@pytest.fixture
def client(collect_client: Client) -> Client:
    """Through all of Django, and through CollectFirst."""
    return collect_client


def message(website: Website, kind: str = "event", **fields: Any) -> dict[str, Any]:
    payload = {
        "website": str(website.uuid),
        "hostname": "example.com",
        "screen": "1920x1080",
        "language": "en-US",
        "title": "Home",
        "url": "https://example.com/?utm_source=mail",
        "referrer": "https://t.co/x",
    }
    return {"type": kind, "payload": payload | fields}


def post(client: Client, body: Any, path: str = SEND, **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.generic(
        "POST", path, text, content_type="application/json", headers={"user-agent": CHROME} | headers
    )


def test_a_pageview(client: Client, website: Website) -> None:
    answer = post(client, message(website))
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    body = answer.json()
    assert sorted(body) == ["cache", "sessionId", "visitId"]
    view = Pageview.objects.select_related(
        "url", "path", "title", "utm_source", "referrer_domain", "session"
    ).get()
    assert (view.url.text, view.path.text, view.title.text) == ("/?utm_source=mail", "/", "Home")
    assert (view.utm_source.text, view.referrer_domain.text) == ("mail", "t.co")
    assert UUID(body["sessionId"]) == view.session.uuid
    assert UUID(body["visitId"]).int == view.visit_id


def test_an_event_with_data(client: Client, website: Website) -> None:
    post(client, message(website, name="signup", data={"plan": "pro", "price": 3}, tag="beta"))
    event = Event.objects.select_related("event_name", "tag").get()
    assert (event.event_name.text, event.tag.text) == ("signup", "beta")
    assert sorted(EventData.objects.values_list("key", "string_value")) == [
        ("plan", "pro"),
        ("price", "3.0000"),
    ]


def test_both_doors_know_the_same_visitor(client: Client, website: Website) -> None:
    post(client, message(website))
    post(
        client,
        {"type": "pageview", "payload": {"website": str(website.uuid), "url": "/a"}},
        "/api/collect",
    )
    assert (StoredHit.objects.count(), Session.objects.count()) == (2, 1)


def test_an_identified_visitor_is_the_same_on_every_device(client: Client, website: Website) -> None:
    post(client, message(website, id="ann"))
    post(client, message(website, id="ann"), **{"user-agent": CHROME.replace("126", "125")})
    post(client, message(website, id="bob"))
    assert sorted(Session.objects.values_list("distinct_id", flat=True)) == ["ann", "bob"]
    assert Pageview.objects.count() == 3


def test_identify_stores_session_data_and_overwrites_it(client: Client, website: Website) -> None:
    first = post(
        client, message(website, "identify", id="ann", data={"plan": "free", "Plan": "other", "age": 5})
    )
    assert first.status_code == 200
    post(client, message(website, "identify", id="ann", data={"plan": "pro"}))
    assert not StoredHit.objects.exists()
    rows = SessionData.objects.values_list("session__distinct_id", "key", "string_value")
    assert sorted(rows) == [("ann", "Plan", "other"), ("ann", "age", "5.0000"), ("ann", "plan", "pro")]


def test_the_token_keeps_the_visit_when_the_address_changes(client: Client, website: Website) -> None:
    first = post(client, message(website)).json()
    headers = {"x-umami-cache": first["cache"]}
    second = client.generic(
        "POST",
        SEND,
        json.dumps(message(website)),
        headers={"user-agent": CHROME} | headers,
        REMOTE_ADDR="192.0.2.9",
    ).json()
    assert (second["sessionId"], second["visitId"]) == (first["sessionId"], first["visitId"])
    assert post(client, message(website), **{"x-umami-cache": "garbage"}).status_code == 200


def test_a_bot_gets_its_answer_and_is_not_stored(client: Client, website: Website) -> None:
    answer = post(client, message(website), **{"user-agent": "curl/8.0"})
    assert (answer.status_code, answer.json(), answer["X-Umami-Dropped"]) == (200, {"beep": "boop"}, "bot")
    assert not StoredHit.objects.exists()


def test_a_blocked_address_is_403(client: Client, website: Website) -> None:
    with override_settings(UMAMI={"RECORD": True, "IGNORE_IP": ["127.0.0.1"]}):
        answer = post(client, message(website))
    assert answer.status_code == 403
    assert answer.json() == {"error": {"message": "Forbidden", "code": "forbidden", "status": 403}}


CLAIMS = {
    "ip": "8.8.8.8",
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
}


def test_a_strangers_claims_are_ignored(client: Client, website: Website) -> None:
    post(client, message(website))
    post(client, message(website, **CLAIMS))
    assert Session.objects.count() == 1
    assert Session.objects.select_related("browser").get().browser.text == "chrome"


def test_the_owners_claims_are_believed(
    client: Client, owner_api: Api, owner: Account, website: Website, api: Api
) -> None:
    long_ago = datetime(2025, 1, 5, 12, tzinfo=UTC)
    claims = CLAIMS | {"timestamp": int(long_ago.timestamp())}
    post(client, message(website, **claims), authorization=owner_api.headers["authorization"])
    assert Pageview.objects.get().created_at == long_ago
    assert Session.objects.select_related("browser").get().browser.text == "firefox"
    stranger = api.login(make_account("stranger"))
    post(client, message(website, **claims), authorization=stranger.headers["authorization"])
    assert Pageview.objects.order_by("id").last().created_at > long_ago


@pytest.mark.parametrize(
    ("ago", "believed"),
    [
        (timedelta(hours=23), True),
        (timedelta(hours=25), False),
        (timedelta(minutes=-4), True),
        (timedelta(hours=-1), False),
    ],
)
def test_a_strangers_time_counts_within_a_day(
    client: Client, website: Website, ago: timedelta, believed: bool
) -> None:
    claimed = (timezone.now() - ago).replace(microsecond=0)
    post(client, message(website, timestamp=int(claimed.timestamp())))
    assert (Pageview.objects.get().created_at == claimed) is believed


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "pageview"}, ["type"]),
    ({"type": None}, ["type"]),
    ({"payload": None}, ["payload"]),
    ({"payload": []}, ["payload"]),
]


@pytest.mark.parametrize(("fields", "path"), WRONG)
def test_a_wrong_message_is_named(
    client: Client, website: Website, fields: dict[str, Any], path: list[str]
) -> None:
    answer = post(client, message(website) | fields)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["message"], error["code"], error["status"]) == ("Bad request", "bad-request", 400)
    assert list(error["properties"]) == path


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", "x"),
        ("website", 5),
        ("url", 5),
        ("name", {"a": 1}),
        ("data", [1]),
        ("data", "text"),
        ("timestamp", "soon"),
        ("timestamp", True),
        ("timestamp", 10**30),
        ("id", 5),
        ("hostname", []),
    ],
)
def test_a_wrong_field_is_named(client: Client, website: Website, field: str, value: Any) -> None:
    body = message(website, name="x")
    body["payload"][field] = value
    answer = post(client, body)
    assert answer.status_code == 400
    nested = answer.json()["error"]["properties"]["payload"]["properties"]
    assert list(nested) == [field]
    assert nested[field]["errors"]
    assert not StoredHit.objects.exists()


def test_an_unknown_website_is_named(client: Client, db: None) -> None:
    answer = post(client, {"type": "event", "payload": {"website": str(uuid4()), "url": "/"}})
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Website not found.")
    assert answer["X-Umami-Dropped"] == "unknown-website"


@pytest.mark.parametrize("body", ["", "{", "NaN", "[" * 100_000, '"\\ud800"', "5", "null"])
@pytest.mark.parametrize("path", [SEND, BATCH])
def test_no_body_is_a_500(client: Client, db: None, path: str, body: str) -> None:
    assert post(client, body, path).status_code == 400


def test_texts_are_cut(client: Client, website: Website) -> None:
    answer = post(
        client,
        message(
            website,
            url="/" + "u" * 5000,
            title="t" * 900,
            name="n" * 90,
            tag="g" * 90,
            id="i" * 90,
            hostname="h" * 900,
        ),
    )
    assert answer.status_code == 200
    event = Event.objects.select_related("url", "event_name", "session").get()
    assert (len(event.url.text), len(event.event_name.text), len(event.session.distinct_id)) == (500, 50, 50)


def test_a_url_without_path_and_hostname(client: Client, website: Website) -> None:
    post(client, message(website, url="https://www.shop.example:8443", hostname=None))
    view = Pageview.objects.select_related("url", "hostname").get()
    assert (view.url.text, view.hostname.text) == ("/", "shop.example")


def test_a_preflight_is_answered(client: Client, db: None) -> None:
    for path in (SEND, BATCH):
        answer = client.options(path, headers={"access-control-request-headers": "x-umami-cache"})
        assert (answer.status_code, answer["Access-Control-Allow-Headers"]) == (204, "x-umami-cache")


def test_a_batch_stores_what_is_right_and_names_what_is_wrong(client: Client, website: Website) -> None:
    body = [
        message(website),
        message(website, name=5),
        {"type": "event", "payload": {"website": str(uuid4()), "url": "/"}},
        message(website, "identify", id="ann", data={"plan": "pro"}),
        message(website, name="signup"),
        "nonsense",
    ]
    answer = post(client, body, BATCH).json()
    assert (answer["size"], answer["processed"], answer["errors"]) == (6, 3, 3)
    assert [detail["index"] for detail in answer["details"]] == [1, 2, 5]
    assert answer["cache"].count(".") == 2
    assert (Pageview.objects.count(), Event.objects.count(), SessionData.objects.count()) == (1, 1, 1)


def test_a_batch_takes_few_statements(
    client: Client, website: Website, django_assert_max_num_queries: Any
) -> None:
    body = [message(website, url=f"/{number}") for number in range(40)]
    with django_assert_max_num_queries(17 + HOLDING):
        assert post(client, body, BATCH).json()["processed"] == 40


@pytest.mark.parametrize(("body", "status"), [([], 200), ({}, 400), ([{}] * 1001, 400)])
def test_the_size_of_a_batch(client: Client, db: None, body: Any, status: int) -> None:
    answer = post(client, body, BATCH)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"size": 0, "processed": 0, "errors": 0, "details": [], "cache": None}


def test_a_database_error_is_503(client: Client, website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError("secret details")

    monkeypatch.setattr("umami_django.api.collect.send.store", broken)
    answer = post(client, message(website))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"secret" not in answer.content


def test_nothing_is_recorded_in_a_hosts_own_tests(client: Client, website: Website) -> None:
    with override_settings(UMAMI={}):
        answer = post(client, message(website))
    assert (answer.status_code, answer["X-Umami-Dropped"]) == (200, "not-recording")
    assert not StoredHit.objects.exists()


def test_a_body_over_a_megabyte_is_413(client: Client, website: Website) -> None:
    answer = post(client, message(website, title="t" * 1_100_000))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body-too-large")
