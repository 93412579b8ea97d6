"""Too many hits of one address: 429 at each door, but not for those who may write to the website."""

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings

from tests.conftest import CHROME, Api
from tests.factories import make_account, make_website
from umami_django.models import Account, RefusedDay, StoredHit, Website
from umami_django.services import refusals
from umami_django.tracking import track

SLOW = {"RECORD": True, "LOGIN_RATE": None, "COLLECT_RATE": "2/60s"}


@pytest.fixture(autouse=True)
def _slow() -> Any:
    with override_settings(UMAMI=SLOW):
        yield


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(
        path, json.dumps(body), content_type="application/json", headers={"user-agent": CHROME} | headers
    )


def message(website: Website, kind: str = "event", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "payload": {"website": str(website.uuid), "url": "/"} | fields}


def test_collect(collect_client: Client, website: Website) -> None:
    answers = [post(collect_client, "/api/collect", message(website, "pageview")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    last = answers[-1]
    assert (last.content, last["Retry-After"]) == (b"429 Too Many Requests", "30")
    assert (last["X-Umami-Dropped"], last["Access-Control-Allow-Origin"]) == ("rate-limited", "*")
    assert StoredHit.objects.count() == 2
    refusals.flush()
    assert RefusedDay.objects.get().reason == "rate-limited"


def test_send(collect_client: Client, website: Website) -> None:
    answers = [post(collect_client, "/api/send", message(website)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["error"]["code"] == "too-many-requests"
    assert "Retry-After" in answers[-1]


def test_each_message_of_a_batch_counts(client: Client, website: Website) -> None:
    answer = post(client, "/api/batch", [message(website)] * 4)
    assert (answer.status_code, answer["X-Umami-Dropped"]) == (200, "rate-limited")
    told = answer.json()
    assert (told["processed"], told["errors"]) == (2, 2)
    assert [detail["response"]["error"]["status"] for detail in told["details"]] == [429, 429]
    assert post(client, "/api/batch", [message(website)]).status_code == 429
    assert StoredHit.objects.count() == 2


def test_another_address_has_its_own_limit(client: Client, website: Website) -> None:
    for _ in range(3):
        post(client, "/api/send", message(website))
    client.defaults["REMOTE_ADDR"] = "192.0.2.200"
    assert post(client, "/api/send", message(website)).status_code == 200


def test_whoever_may_write_is_not_limited(owner_api: Api, website: Website, owner: Account) -> None:
    headers = owner_api.headers
    batch = post(owner_api.client, "/api/batch", [message(website)] * 10, **headers)
    assert batch.json()["processed"] == 10
    assert post(owner_api.client, "/api/collect", message(website, "pageview"), **headers).status_code == 200


def test_a_stranger_with_a_token_is(owner_api: Api) -> None:
    foreign_website = make_website(make_account("eve"))
    answers = [
        post(owner_api.client, "/api/send", message(foreign_website), **owner_api.headers) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_the_server_itself_is_not_limited(website: Website) -> None:
    request = RequestFactory(headers={"user-agent": CHROME}).get("/")
    assert [track(request, "e", website=str(website.uuid)) for _ in range(5)] == [None] * 5


@pytest.mark.parametrize("rate", [None, "nonsense"])
def test_switched_off_or_wrong_there_is_no_limit(client: Client, website: Website, rate: str | None) -> None:
    with override_settings(UMAMI=SLOW | {"COLLECT_RATE": rate}):
        answers = [post(client, "/api/send", message(website)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
