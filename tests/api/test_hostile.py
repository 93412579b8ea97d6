"""Whatever is sent to a collect door: never a 5xx, never half a hit, and an answer that says what was wrong."""

import json
from typing import Any

import pytest
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import CHROME
from umami_django.models import EventData, EventDocument, SessionData, StoredHit, Website

from .hostile import HEADERS, bodies

OPEN = {
    "RECORD": True,
    "LOGIN_RATE": None,
    "COLLECT_RATE": None,
    "COLLECT_PATH": "x/hello",
    "TRUSTED_PROXIES": ["127.0.0.1"],
}
DOORS = ("/api/collect", "/api/send", "/api/batch", "/x/hello")


@pytest.fixture(autouse=True)
def _open() -> Any:
    with override_settings(UMAMI=OPEN):
        yield


def stored() -> tuple[int, int]:
    return StoredHit.objects.count(), SessionData.objects.values("session").distinct().count()


def send(client: Client, path: str, body: bytes, **environ: str) -> Any:
    usual = {"content_type": "application/json", "HTTP_USER_AGENT": CHROME}
    return client.generic("POST", path, body, **usual | environ)


def is_all_or_nothing(answer: Any, before: tuple[int, int], after: tuple[int, int], path: str) -> bool:
    """A refusal stores nothing; what is accepted stores one hit, or session data."""
    hits = after[0] - before[0]
    if answer.status_code >= 400 or "X-Umami-Dropped" in answer:
        return before == after
    if path == "/api/batch":
        return hits <= json.loads(answer.content)["processed"]
    return hits in (0, 1)


@pytest.mark.parametrize("path", DOORS)
def test_bodies(collect_client: Client, website: Website, path: str) -> None:
    before = stored()
    for name, body in bodies(str(website.uuid)).items():
        texts = [body, b"[" + body + b"]"] if path == "/api/batch" else [body]
        for text in texts:
            answer = send(collect_client, path, text)
            assert answer.status_code < 500, name
            assert answer.headers.get("Set-Cookie") is None, name
            after = stored()
            assert is_all_or_nothing(answer, before, after, path), (name, answer.status_code, before, after)
            before = after
    assert EventDocument.objects.count() <= StoredHit.objects.count()
    assert not EventData.objects.exclude(hit_id__in=StoredHit.objects.values("pk")).exists()


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("number", range(len(HEADERS)))
def test_headers(collect_client: Client, website: Website, path: str, number: int) -> None:
    payload = {"website": str(website.uuid), "url": "/", "event_name": "x", "ip": "1.1.1.1"}
    message = {"type": "event", "payload": payload}
    body = json.dumps([message] if path == "/api/batch" else message).encode()
    before = stored()
    answer = send(collect_client, path, body, **HEADERS[number])
    assert answer.status_code < 500
    assert is_all_or_nothing(answer, before, stored(), path)


@pytest.mark.parametrize("path", [*DOORS, "/api/pixel/8f2f4a1e-0000-4000-8000-000000000000.gif"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "OPTIONS"])
def test_methods(collect_client: Client, db: None, path: str, method: str) -> None:
    answer = collect_client.generic(method, path, b"", HTTP_USER_AGENT=CHROME)
    assert answer.status_code < 500
    assert stored() == (0, 0)


@pytest.mark.parametrize("number", range(len(HEADERS)))
def test_the_pixel(collect_client: Client, website: Website, number: int) -> None:
    path = f"/api/pixel/{website.uuid}.gif"
    for query in (
        "",
        "?url=%00",
        "?url=http://[::1",
        "?url=%ff%fe",
        "?url=/&name=" + "x" * 5000,
        "?url=" + "a" * 9000,
    ):
        answer = collect_client.generic(
            "GET", path + query, b"", **{"HTTP_USER_AGENT": CHROME} | HEADERS[number]
        )
        assert answer.status_code == 200, query


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "url",
    "referrer",
    "hostname",
    "screen",
    "language",
    "title",
    "event_name",
    "event_data",
    "name",
    "data",
]
FIELDS += ["tag", "id", "timestamp", "ip", "userAgent", "cache"]


@pytest.mark.parametrize("path", DOORS)
@given(
    kind=st.sampled_from(["pageview", "event", "identify"]) | values,
    fields=st.dictionaries(st.sampled_from(FIELDS), values),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_that_json_can_hold(
    client: Client, website: Website, path: str, kind: Any, fields: dict[str, Any]
) -> None:
    message = {"type": kind, "payload": {"website": str(website.uuid), "url": "/"} | fields}
    body = json.dumps([message] if path == "/api/batch" else message).encode()
    before = stored()
    answer = send(client, path, body)
    assert answer.status_code < 500
    assert is_all_or_nothing(answer, before, stored(), path)


@pytest.mark.parametrize("path", DOORS)
@given(body=st.binary(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(client: Client, website: Website, path: str, body: bytes) -> None:
    assert send(client, path, body).status_code < 500
