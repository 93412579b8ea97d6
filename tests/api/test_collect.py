"""`POST /api/collect` (v1 reference 4, with the better things of 7.1)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.db import DatabaseError
from django.test import Client, override_settings
from django.utils import timezone

from tests.conftest import CHROME, HOLDING
from umami_django.api.tokens import Purpose, signing_key
from umami_django.models import Event, EventDocument, Pageview, Session, StoredHit, Website
from umami_django.services.websites import delete_website

PATH = "/api/collect"


@pytest.fixture
def client(collect_client: Client) -> Client:
    """Through all of Django, and through CollectFirst."""
    return collect_client


def message(website: Website, kind: str = "pageview", **payload: Any) -> dict[str, Any]:
    """The message of the user's document."""
    fields = {
        "website": str(website.uuid),
        "url": "/",
        "referrer": "",
        "hostname": "example.com",
        "language": "en-US",
        "screen": "1920x1080",
    }
    return {"type": kind, "payload": fields | payload}


def send(
    client: Client,
    body: Any,
    *,
    user_agent: str | None = CHROME,
    content_type: str = "application/json",
    **extra: Any,
) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    if user_agent is not None:
        extra["HTTP_USER_AGENT"] = user_agent
    return client.generic("POST", PATH, text, content_type=content_type, **extra)


def test_a_pageview_is_stored_as_umami_stores_it(client: Client, website: Website) -> None:
    answer = send(client, message(website, url="/a?b=1", referrer="https://t.co/x"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain")
    assert answer["Access-Control-Allow-Origin"] == "*"
    view = Pageview.objects.select_related(
        "url", "path", "query", "referrer", "referrer_domain", "session"
    ).get()
    assert (view.url.text, view.path.text, view.query.text) == ("/a?b=1", "/a", "b=1")
    assert (view.referrer.text, view.referrer_domain.text) == ("https://t.co/x", "t.co")
    session = Session.objects.select_related(
        "browser", "os", "device", "screen", "language", "hostname"
    ).get()
    assert view.session_id == session.pk
    assert (session.browser.text, session.os.text, session.device.text) == ("chrome", "Windows 10", "desktop")
    assert (session.screen.text, session.language.text, session.hostname.text) == (
        "1920x1080",
        "en-US",
        "example.com",
    )
    assert abs(view.created_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"event_name": "signup"}, "signup"),
        ({"event_type": "click", "event_value": "signup-button"}, "signup-button"),
        ({"event_name": "n" * 80}, "n" * 50),
    ],
)
def test_an_event_in_both_documented_forms(
    client: Client, website: Website, fields: dict[str, str], name: str
) -> None:
    assert send(client, message(website, "event", **fields)).status_code == 200
    event = Event.objects.select_related("event_name").get()
    assert (event.event_name.text, event.referrer_id) == (name, None)
    assert not Pageview.objects.exists()


@pytest.mark.parametrize("data", [{"price": 3, "é": True, "l": ["a", None]}, "text", [1, 2], 7])
def test_event_data_comes_back_as_it_was_sent(client: Client, website: Website, data: Any) -> None:
    send(client, message(website, "event", event_name="buy", event_data=data))
    assert json.loads(EventDocument.objects.get().document) == data


@pytest.mark.parametrize("data", [0, "", False, None])
def test_empty_event_data_is_dropped(client: Client, website: Website, data: Any) -> None:
    assert send(client, message(website, "event", event_name="buy", event_data=data)).status_code == 200
    assert not EventDocument.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "text/plain;charset=UTF-8", "", "application/octet-stream"],
)
def test_the_content_type_does_not_matter(client: Client, website: Website, content_type: str) -> None:
    assert send(client, message(website), content_type=content_type).status_code == 200
    assert Pageview.objects.count() == 1


def test_one_visitor_is_one_session_however_often_they_come(client: Client, website: Website) -> None:
    for url in ("/", "/a", "/b"):
        send(client, message(website, url=url))
    send(client, message(website), REMOTE_ADDR="192.0.2.9")
    send(client, message(website), user_agent=CHROME.replace("126", "125"))
    assert (Pageview.objects.count(), Session.objects.count()) == (5, 3)


def test_the_token_keeps_session_and_visit_when_the_address_changes(client: Client, website: Website) -> None:
    token = send(client, message(website)).content.decode()
    send(client, message(website), REMOTE_ADDR="192.0.2.9", HTTP_X_UMAMI_CACHE=token)
    send(client, message(website, cache=token), REMOTE_ADDR="192.0.2.10")
    hits = StoredHit.objects.values_list("session_id", "visit_id")
    assert (len(hits), len(set(hits))) == (3, 1)


def forged(website: Website, **claims: Any) -> dict[str, Any]:
    return {
        "website_id": website.pk,
        "session_uuid": str(uuid4()),
        "visit_id": "5",
        "iat": int(timezone.now().timestamp()),
        "aud": "umami:collect",
    } | claims


def test_a_token_of_ours_is_honoured_and_any_other_ignored(client: Client, website: Website) -> None:
    key = signing_key(Purpose.COLLECT)
    send(client, message(website))
    own = Session.objects.get().pk
    tokens = {
        "unsigned": jwt.encode(forged(website), "", algorithm="none"),
        "other key": jwt.encode(forged(website), "x" * 64, algorithm="HS256"),
        "other algorithm": jwt.encode(forged(website), key, algorithm="HS512"),
        "other audience": jwt.encode(forged(website, aud="umami:login"), key, algorithm="HS256"),
        "other website": jwt.encode(forged(website, website_id=website.pk + 1), key, algorithm="HS256"),
        "old month": jwt.encode(forged(website, iat=1_600_000_000), key, algorithm="HS256"),
        "garbage": "garbage",
        "no uuid": jwt.encode(forged(website, session_uuid=5), key, algorithm="HS256"),
    }
    for name, token in tokens.items():
        assert send(client, message(website), HTTP_X_UMAMI_CACHE=token).status_code == 200, name
    assert Pageview.objects.count() == 1 + len(tokens)
    assert set(StoredHit.objects.values_list("session_id", flat=True)) == {own}
    good = jwt.encode(forged(website), key, algorithm="HS256")
    send(client, message(website), HTTP_X_UMAMI_CACHE=good)
    assert Session.objects.count() == 2


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "curl/8.1.2",
        "python-requests/2.31",
    ],
)
def test_a_bot_is_refused_and_told_why(client: Client, website: Website, user_agent: str) -> None:
    answer = send(client, message(website), user_agent=user_agent)
    assert (answer.status_code, answer.content) == (401, b"401 Unauthorized")
    assert answer["X-Umami-Dropped"] == "bot"
    assert not StoredHit.objects.exists()


def test_bots_are_stored_when_asked_for(client: Client, website: Website) -> None:
    with override_settings(UMAMI={"RECORD": True, "DISABLE_BOT_CHECK": True}):
        assert send(client, message(website), user_agent="curl/8.1.2").status_code == 200
    assert Session.objects.select_related("browser").get().browser.text == "curl"


def test_a_missing_user_agent_is_answered_but_not_registered(client: Client, website: Website) -> None:
    answer = send(client, message(website), user_agent=None)
    assert (answer.status_code, answer["X-Umami-Dropped"]) == (200, "no-user-agent")
    assert not StoredHit.objects.exists()


def test_a_missing_user_agent_is_registered_when_asked_for(client: Client, website: Website) -> None:
    with override_settings(UMAMI={"RECORD": True, "REQUIRE_USER_AGENT": False}):
        assert send(client, message(website), user_agent=None).status_code == 200
    session = Session.objects.get()
    assert (session.browser_id, session.os_id) == (None, None)


def test_a_blocked_address_is_403(client: Client, website: Website) -> None:
    with override_settings(UMAMI={"RECORD": True, "IGNORE_IP": ["192.0.2.0/24", "2001:db8::1"]}):
        for address in ("192.0.2.77", "2001:db8::1", "::ffff:192.0.2.1"):
            answer = send(client, message(website), REMOTE_ADDR=address)
            assert (answer.status_code, answer.content) == (403, b"403 Forbidden")
        assert send(client, message(website), REMOTE_ADDR="198.51.100.1").status_code == 200
    assert Pageview.objects.count() == 1


def test_the_country_comes_from_a_trusted_proxy_only(client: Client, website: Website) -> None:
    headers = {"HTTP_CF_IPCOUNTRY": "NL", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}
    send(client, message(website), REMOTE_ADDR="203.0.113.1", **headers)
    with override_settings(UMAMI={"RECORD": True, "TRUSTED_PROXIES": ["10.0.0.0/8"]}):
        send(client, message(website), REMOTE_ADDR="10.1.2.3", **headers)
    countries = Session.objects.values_list("country__text", flat=True)
    assert sorted(countries, key=str) == ["NL", None]


BAD: list[tuple[Any, int, str]] = [
    ("", 400, "Invalid request"),
    ("null", 400, "Invalid request"),
    ("[]", 400, "Invalid request"),
    ('{"type":', 400, "Invalid JSON"),
    ('{"type": "pageview", "payload": {"url": NaN}}', 400, "Invalid JSON"),
    ("[" * 100_000, 400, "Invalid JSON"),
    (b"\xff\xfe", 400, "Invalid JSON"),
    ({"type": "pageview"}, 400, "Invalid request"),
    ({"type": "pageview", "payload": []}, 400, "Invalid request"),
    ({"type": "pageview", "payload": {"url": "/"}}, 400, "400 Bad Request"),
    ({"type": "pageview", "payload": {"website": 5, "url": "/"}}, 400, "400 Bad Request"),
    ({"type": "pageview", "payload": {"website": "x" * 36, "url": "/"}}, 400, "400 Bad Request"),
]


@pytest.mark.parametrize(("body", "status", "text"), BAD, ids=range(len(BAD)))
def test_what_is_no_message_is_named(client: Client, db: None, body: Any, status: int, text: str) -> None:
    answer = send(client, body)
    assert (answer.status_code, answer.content.decode()) == (status, text)
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        (None, {}, "400 Bad Request"),
        ("click", {}, "400 Bad Request"),
        ("pageview", {"url": None}, "url: is required"),
        ("pageview", {"url": 5}, "url: must be a text"),
        ("pageview", {"referrer": []}, "referrer: must be a text"),
        ("pageview", {"screen": 1920}, "screen: must be a text"),
        ("event", {}, "event_name: is required"),
        ("event", {"event_name": {"a": 1}}, "event_name: must be a text"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_stored(
    client: Client, website: Website, kind: str | None, fields: dict[str, Any], text: str
) -> None:
    body = message(website, **fields)
    body["type"] = kind
    answer = send(client, body)
    assert (answer.status_code, answer.content.decode()) == (400, text)
    assert not StoredHit.objects.exists()
    assert not Session.objects.exists()


def test_an_unknown_or_deleted_website_is_named(client: Client, website: Website) -> None:
    delete_website(website, timezone.now())
    answer = send(client, message(website))
    assert (answer.status_code, answer.content.decode()) == (400, f"Website not found: {website.uuid}")
    assert answer["X-Umami-Dropped"] == "unknown-website"


def test_the_uuid_may_be_written_in_capitals(client: Client, website: Website) -> None:
    body = message(website)
    body["payload"]["website"] = str(website.uuid).upper()
    assert send(client, body).status_code == 200


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"url": "/nul\x00l"}, "/null"),
        ({"url": "/\ud800x"}, "/x"),
        ({"url": "/" + "u" * 600}, "/" + "u" * 499),
        ({"url": "/emoji/😀"}, "/emoji/😀"),
        ({"url": ""}, ""),
        ({"language": "l" * 40}, "/"),
        ({"hostname": "h" * 300}, "/"),
        ({"screen": "very wide"}, "/"),
    ],
)
def test_odd_texts_lose_no_hit(client: Client, website: Website, fields: dict[str, str], url: str) -> None:
    assert send(client, message(website, **fields)).status_code == 200
    assert Pageview.objects.select_related("url").get().url.text == url


def test_a_body_over_a_megabyte_is_413(client: Client, website: Website) -> None:
    answer = send(client, message(website, url="u" * 1_100_000))
    assert (answer.status_code, answer.content) == (413, b"Body exceeded 1mb limit")
    assert send(client, message(website, title="t" * 900_000)).status_code == 200


def test_a_preflight_is_answered_without_looking_further(client: Client, db: None) -> None:
    answer = client.options(
        PATH,
        headers={
            "origin": "https://example.com",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,x-umami-cache",
        },
    )
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
    assert answer["Access-Control-Allow-Headers"] == "content-type,x-umami-cache"
    assert answer["Vary"] == "Access-Control-Request-Headers"


def test_get_without_a_body_is_an_invalid_request(client: Client, db: None) -> None:
    answer = client.get(PATH, headers={"user-agent": CHROME})
    assert (answer.status_code, answer.content) == (400, b"Invalid request")


def test_other_methods_work_as_in_umami(client: Client, website: Website) -> None:
    answer = client.generic(
        "PUT", PATH, json.dumps(message(website)), content_type="application/json", HTTP_USER_AGENT=CHROME
    )
    assert answer.status_code == 200


def test_a_final_slash_is_removed_when_asked_for(client: Client, website: Website) -> None:
    with override_settings(UMAMI={"RECORD": True, "REMOVE_TRAILING_SLASH": True}):
        for url in ("/a/", "/", "/a/?x=1"):
            send(client, message(website, url=url))
    assert list(Pageview.objects.order_by("id").values_list("url__text", flat=True)) == ["/a", "/", "/a/?x=1"]


def test_query_budget(client: Client, website: Website, django_assert_num_queries: Any) -> None:
    """Cold: website, salt and terms as well; warm: savepoint, terms, session, hit, release."""
    send(client, message(website))
    with django_assert_num_queries(5 + HOLDING):
        send(client, message(website))


def test_a_database_error_is_503_and_asks_to_come_again(
    client: Client, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("umami_django.api.collect.views.store", broken)
    answer = send(client, message(website))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"gone" not in answer.content


def test_nothing_is_recorded_in_a_hosts_own_tests(client: Client, website: Website) -> None:
    with override_settings(UMAMI={}):
        answer = send(client, message(website))
    assert (answer.status_code, answer["X-Umami-Dropped"]) == (200, "not-recording")
    assert not StoredHit.objects.exists()


def test_months_are_utc(client: Client, website: Website) -> None:
    from umami_django.ingest.identity import month_number

    assert month_number(datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == 12 * 2026 + 2
