"""A path of one's own, which ad blockers do not know: both trackers' messages are taken in, and the scripts use it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.conftest import CHROME
from umami_django import wsgi
from umami_django.models import SessionData, StoredHit, Website


@pytest.fixture(autouse=True)
def _own_path() -> Iterator[None]:
    wsgi._door_at.cache_clear()
    with override_settings(UMAMI={"RECORD": True, "COLLECT_PATH": "x/hello"}):
        yield
    wsgi._door_at.cache_clear()


def post(client: Client, body: Any, path: str = "/x/hello") -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(path, text, content_type="text/plain", headers={"user-agent": CHROME})


def payload(website: Website, **fields: Any) -> dict[str, Any]:
    return {"website": str(website.uuid), "url": "/"} | fields


def test_messages_of_both_trackers_are_taken_in(collect_client: Client, website: Website) -> None:
    v1 = post(collect_client, {"type": "pageview", "payload": payload(website)})
    assert v1.content.startswith(b"eyJ")
    event = post(
        collect_client, {"type": "event", "payload": payload(website, event_name="a", event_data={})}
    )
    assert event.content.startswith(b"eyJ")
    modern = post(collect_client, {"type": "event", "payload": payload(website, name="b")}, "/x/hello/")
    assert set(modern.json()) == {"cache", "sessionId", "visitId"}
    told = post(collect_client, {"type": "identify", "payload": payload(website, data={"plan": "pro"})})
    assert "cache" in told.json()
    assert (StoredHit.objects.count(), SessionData.objects.count()) == (3, 1)
    if hasattr(collect_client.handler, "answered_first"):
        assert collect_client.handler.answered_first == 4


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"type":"event"}', "x" * 2_000_000])
def test_garbage_is_told(client: Client, db: None, body: str) -> None:
    answer = post(client, body)
    assert answer.status_code in (400, 413)
    assert answer.json()["error"]["status"] == answer.status_code


def test_preflights_are_answered(client: Client, db: None) -> None:
    answer = client.options("/x/hello", headers={"origin": "https://shop.example"})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, "*")


def test_other_paths_stay_the_hosts(client: Client, db: None) -> None:
    assert client.post("/x/hello/there").status_code == 404
    with override_settings(UMAMI={"RECORD": True}):
        assert client.post("/x/hello").status_code == 404


def test_the_scripts_send_there(client: Client) -> None:
    for name in ("umami.js", "script.js"):
        text = client.get(f"/{name}").content.decode()
        assert "'/x/hello'" in text and "/api/" not in text
        tag = client.get(f"/{name}")["ETag"]
        with override_settings(UMAMI={"RECORD": True}):
            usual = client.get(f"/{name}")
            assert "'/api/" in usual.content.decode() and usual["ETag"] != tag
