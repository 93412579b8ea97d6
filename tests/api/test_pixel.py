"""The picture that counts a visit without JavaScript."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client, override_settings

from tests.conftest import CHROME
from umami_django.models import StoredHit, Website

PAGE = "https://www.example.com/shop/?q=1"


def get(client: Client, website: Website | None, page: str | None = PAGE, **query: str) -> Any:
    uuid = website.uuid if website else uuid4()
    headers = {"user-agent": CHROME} | ({"referer": page} if page else {})
    return client.get(f"/api/pixel/{uuid}.gif?{urlencode(query)}", headers=headers)


def test_the_page_that_shows_it_is_counted(collect_client: Client, website: Website) -> None:
    answer = get(collect_client, website)
    assert (answer.status_code, answer["Content-Type"], len(answer.content)) == (200, "image/gif", 43)
    assert answer.content.startswith(b"GIF89a") and answer.content.endswith(b";")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    hit = StoredHit.objects.get()
    assert (hit.url.text, hit.hostname.text, int(hit.kind)) == ("/shop/?q=1", "www.example.com", 1)


def test_the_query_says_more(client: Client, website: Website) -> None:
    get(client, website, url="/a?b=c", referrer="https://news.example/x", title="Shop", name="seen")
    hit = StoredHit.objects.get()
    assert (hit.url.text, hit.title.text, hit.event_name.text) == ("/a?b=c", "Shop", "seen")


@pytest.mark.parametrize(
    ("page", "query", "reason"),
    [
        (None, {}, "bad-request"),
        ("https://[half", {}, "bad-request"),
        (PAGE, {"url": "https://[::1"}, "bad-request"),
    ],
)
def test_a_page_that_has_no_address_is_not_counted(
    client: Client, website: Website, page: str | None, query: dict[str, str], reason: str
) -> None:
    answer = get(client, website, page, **query)
    assert (answer.status_code, answer["X-Umami-Dropped"], len(answer.content)) == (200, reason, 43)
    assert not StoredHit.objects.exists()


def test_whoever_is_not_counted_gets_the_picture_all_the_same(client: Client, website: Website) -> None:
    assert get(client, None)["X-Umami-Dropped"] == "unknown-website"
    bot = client.get(f"/api/pixel/{website.uuid}.gif", headers={"user-agent": "Googlebot", "referer": PAGE})
    assert (bot.status_code, bot["X-Umami-Dropped"]) == (200, "bot")
    with override_settings(UMAMI={"RECORD": True, "COLLECT_RATE": "1/60s"}):
        last = [get(client, website) for _ in range(2)][-1]
    assert (last.status_code, last["X-Umami-Dropped"]) == (200, "rate-limited")
    assert StoredHit.objects.count() == 1


def test_head_counts_nothing(client: Client, website: Website) -> None:
    answer = client.head(f"/api/pixel/{website.uuid}.gif", headers={"user-agent": CHROME, "referer": PAGE})
    assert answer.status_code == 200
    assert not StoredHit.objects.exists()


def test_what_is_no_uuid_is_not_found(client: Client, db: None) -> None:
    assert client.get("/api/pixel/x.gif").status_code == 404
