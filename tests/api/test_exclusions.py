"""What is excluded in the admin is refused at every door, with the reason in a header, and counted by day."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from tests.conftest import CHROME
from umami_django.ingest.pipeline import Reason
from umami_django.models import Exclusion, RefusedDay, SessionData, StoredHit, Website
from umami_django.services import refusals
from umami_django.tracking import track


@pytest.fixture
def excluded(website: Website) -> Website:
    Exclusion.objects.create(website=website, kind="path", value="/admin/*")
    Exclusion.objects.create(kind="hostname", value="staging.example.com")
    return website


def payload(website: Website, **fields: Any) -> dict[str, Any]:
    return {"website": str(website.uuid), "url": "/", "hostname": "example.com"} | fields


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(
        path, json.dumps(body), content_type="application/json", headers={"user-agent": CHROME} | headers
    )


def counts() -> dict[str, int]:
    refusals.flush()
    return dict(RefusedDay.objects.values_list("reason", "count"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"url": "/admin/x"}, "excluded-path"), ({"hostname": "staging.example.com"}, "excluded-hostname")],
)
def test_collect_and_send_refuse_and_say_why(
    collect_client: Client, excluded: Website, fields: dict[str, Any], reason: str
) -> None:
    v1 = post(collect_client, "/api/collect", {"type": "pageview", "payload": payload(excluded, **fields)})
    assert (v1.status_code, v1.content, v1["X-Umami-Dropped"]) == (200, b"", reason)
    v3 = post(collect_client, "/api/send", {"type": "event", "payload": payload(excluded, **fields)})
    assert (v3.status_code, v3.json(), v3["X-Umami-Dropped"]) == (200, {"beep": "boop"}, reason)
    told = {"type": "identify", "payload": payload(excluded, **fields, data={"a": 1})}
    assert post(collect_client, "/api/send", told)["X-Umami-Dropped"] == reason
    assert (StoredHit.objects.count(), SessionData.objects.count()) == (0, 0)
    assert counts() == {reason: 3}


def test_a_batch_stores_the_others(client: Client, excluded: Website) -> None:
    messages = [{"type": "event", "payload": payload(excluded, url=url)} for url in ("/a", "/admin/", "/b")]
    answer = post(client, "/api/batch", messages).json()
    assert (answer["size"], answer["processed"], answer["errors"]) == (3, 3, 0)
    assert StoredHit.objects.count() == 2
    assert counts() == {"excluded-path": 1}


def test_track_says_why(excluded: Website) -> None:
    request = RequestFactory(headers={"user-agent": CHROME}).get("/admin/x")
    assert track(request, "signup", website=str(excluded.uuid)) is Reason.EXCLUDED_PATH
    assert counts() == {"excluded-path": 1}


@pytest.mark.parametrize("header", ["dnt", "sec-gpc"])
def test_signals_are_obeyed_where_it_is_switched_on(client: Client, website: Website, header: str) -> None:
    body = {"type": "pageview", "payload": payload(website)}
    assert "X-Umami-Dropped" not in post(client, "/api/collect", body, **{header: "1"})
    rule = Exclusion.objects.create(website=website, kind="signal")
    assert post(client, "/api/collect", body, **{header: "1"})["X-Umami-Dropped"] == "do-not-track"
    assert "X-Umami-Dropped" not in post(client, "/api/collect", body, **{header: "0"})
    rule.delete()
    assert "X-Umami-Dropped" not in post(client, "/api/collect", body, **{header: "1"})


def test_rules_cost_no_query_for_each_hit(
    client: Client, excluded: Website, django_assert_num_queries: Any
) -> None:
    body = {"type": "pageview", "payload": payload(excluded, url="/admin/")}
    post(client, "/api/collect", body)
    with django_assert_num_queries(0):
        post(client, "/api/collect", body)


def test_bots_and_unknown_websites_are_counted(client: Client, website: Website) -> None:
    body = {"type": "pageview", "payload": payload(website)}
    for _ in range(3):
        post(client, "/api/collect", body, **{"user-agent": "Googlebot/2.1"})
    post(client, "/api/collect", {"payload": {"website": "x"}}, **{"user-agent": "Googlebot/2.1"})
    unknown = {"website": "8f2f4a1e-0000-4000-8000-000000000000"}
    post(client, "/api/collect", {"type": "pageview", "payload": payload(website) | unknown})
    post(client, "/api/send", {"type": "event", "payload": payload(website) | unknown})
    refusals.flush()
    rows = set(RefusedDay.objects.values_list("website_id", "reason", "count", "day"))
    today = timezone.now().date()
    assert rows == {
        (website.pk, "bot", 3, today),
        (0, "bot", 1, today),
        (0, "unknown-website", 2, today),
    }


def test_counts_are_added_to_those_of_other_processes(website: Website) -> None:
    day = datetime(2026, 3, 10, 23, 59, tzinfo=UTC)
    for _ in range(2):
        refusals.note(website.pk, Reason.BOT, day, 5)
        refusals.note(website.pk, Reason.EXCLUDED_PATH, day)
        refusals.flush()
        refusals.flush()
    assert counts() == {"bot": 10, "excluded-path": 2}


def test_counts_wait_for_the_database(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(counts: Any) -> None:
        raise OperationalError("away")

    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(refusals, "_write", fail)
        patch.setattr(refusals, "WRITTEN_EVERY_S", 0.0)
        refusals.note(website.pk, Reason.BOT, now)
    assert RefusedDay.objects.count() == 0
    refusals.note(website.pk, Reason.BOT, now)
    assert counts() == {"bot": 2}


def test_counts_are_written_down_every_few_seconds(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(refusals.time, "monotonic", lambda: clock[0])
    refusals.note(website.pk, Reason.BOT, timezone.now())
    assert RefusedDay.objects.count() == 0
    clock[0] += refusals.WRITTEN_EVERY_S
    refusals.note(website.pk, Reason.BOT, timezone.now())
    assert RefusedDay.objects.get().count == 2


def test_the_memory_of_counts_is_bounded(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST_KEYS", 2)
    for website_id in range(1, 5):
        refusals.note(website_id, Reason.BOT, timezone.now())
    refusals.note(1, Reason.BOT, timezone.now())
    refusals.flush()
    assert dict(RefusedDay.objects.values_list("website_id", "count")) == {1: 2, 2: 1}


def test_old_counts_are_dropped(website: Website) -> None:
    refusals.note(website.pk, Reason.BOT, datetime(2025, 1, 1, tzinfo=UTC))
    refusals.note(website.pk, Reason.BOT, datetime(2026, 1, 1, tzinfo=UTC))
    refusals.flush()
    assert refusals.drop_old(datetime(2026, 3, 1, tzinfo=UTC)) == 1
    assert RefusedDay.objects.get().day.year == 2026


@override_settings(UMAMI={"RECORD": True, "DISABLE_BOT_CHECK": True})
def test_settings_go_on_working_beside_the_rules(client: Client, excluded: Website) -> None:
    body = {"type": "pageview", "payload": payload(excluded)}
    assert "X-Umami-Dropped" not in post(client, "/api/collect", body, **{"user-agent": "Googlebot/2.1"})
