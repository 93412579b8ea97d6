"""API keys: made once, shown once, as good as a login, and gone when revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import CHROME, HOLDING, Api
from tests.factories import make_account
from umami_django.domain.roles import Role
from umami_django.models import Account, ApiKey, StoredHit, Website
from umami_django.services.api_keys import account_by_key, create_api_key

KEYS = "/api/me/api-keys"


@pytest.fixture
def key(owner: Account) -> str:
    return create_api_key(owner, "app")[1]


def test_made_listed_and_revoked(owner_api: Api, api: Api) -> None:
    made = owner_api.post(KEYS, {"name": " mobile "}).json()
    assert made["key"].startswith("umami_") and len(made["key"]) > 40
    assert made["name"] == "mobile" and made["key"].startswith(made["prefix"])
    listed = owner_api.get(KEYS)
    assert listed.json()["count"] == 1 and made["key"] not in listed.content.decode()
    assert "no-store" in listed["Cache-Control"]
    with_key = api.with_headers(authorization=f"Bearer {made['key']}")
    assert with_key.get("/api/websites").status_code == 200
    assert owner_api.delete(f"{KEYS}/{made['id']}").json() == {"ok": True}
    assert with_key.get("/api/websites").status_code == 401
    assert owner_api.delete(f"{KEYS}/{made['id']}").status_code == 404


def test_only_a_digest_is_kept(key: str) -> None:
    row = ApiKey.objects.values().get()
    assert key not in str(row) and len(row["digest"]) == 64
    assert len(row["prefix"]) < 15


@pytest.mark.parametrize("header", ["authorization", "x-umami-api-key"])
def test_it_is_as_good_as_a_login(api: Api, key: str, website: Website, header: str) -> None:
    headers = {header: f"Bearer {key}" if header == "authorization" else key}
    known = api.with_headers(**headers)
    assert known.get(f"/api/website/{website.pk}").status_code == 200
    assert [row["website_id"] for row in known.get("/api/websites").json()] == [website.pk]
    assert known.get("/api/auth/verify").json()["username"] == "olga"


def test_the_right_of_a_role_is_the_right_of_its_key(api: Api, website: Website) -> None:
    viewer = make_account("vera")
    Account.objects.filter(pk=viewer.pk).update(role=Role.VIEW_ONLY)
    known = api.with_headers(**{"x-umami-api-key": create_api_key(viewer, "k")[1]})
    assert known.delete(f"/api/website/{website.pk}").status_code == 401


def test_with_a_key_somebody_speaks_for_visitors(client: Client, key: str, website: Website) -> None:
    past = timezone.now() - timedelta(days=100)
    payload = {
        "website": str(website.uuid),
        "url": "/",
        "ip": "203.0.113.9",
        "userAgent": CHROME,
        "timestamp": int(past.timestamp()),
    }
    messages = [{"type": "event", "payload": payload | {"url": f"/{number}"}} for number in range(20)]
    answer = client.post(
        "/api/batch",
        messages,
        "application/json",
        headers={"x-umami-api-key": key, "user-agent": "python-requests/2"},
    )
    assert answer.json()["processed"] == 20
    assert StoredHit.objects.filter(created_at__lt=past + timedelta(seconds=2)).count() == 20


def test_a_batch_asks_once_who_sends_it(
    client: Client, key: str, website: Website, django_assert_max_num_queries: Any
) -> None:
    payload = {"website": str(website.uuid), "url": "/", "userAgent": CHROME}
    body = [{"type": "event", "payload": payload}] * 100
    with django_assert_max_num_queries(22 + HOLDING):
        client.post("/api/batch", body, "application/json", headers={"x-umami-api-key": key})


def test_use_is_noted_once_a_minute(owner: Account) -> None:
    row, text = create_api_key(owner, "k")
    now = timezone.now()
    for seconds in (0, 30, 59, 61):
        assert account_by_key(text, now + timedelta(seconds=seconds)) == owner
        row.refresh_from_db()
        assert row.last_used_at == now + timedelta(seconds=61 if seconds == 61 else 0)


@pytest.mark.parametrize(
    "text",
    ["umami_", "umami_x", "umami_" + "a" * 43, "umami_" + "a" * 100_000, "x" * 50, "umami_\udcff\x00", "é"],
)
def test_what_is_no_key_lets_nobody_in(client: Client, key: str, text: str) -> None:
    answer = client.get("/api/websites", HTTP_X_UMAMI_API_KEY=text)
    assert answer.status_code == 401


def test_a_wrong_key_is_not_made_good_by_a_cookie(owner_api: Api, client: Client) -> None:
    token = owner_api.headers["authorization"].removeprefix("Bearer ")
    client.cookies["umami.auth"] = token
    assert client.get("/api/websites").status_code == 200
    assert client.get("/api/websites", headers={"x-umami-api-key": "umami_wrong"}).status_code == 401


def test_it_dies_with_the_access_of_its_account(api: Api, key: str, owner: Account) -> None:
    known = api.with_headers(**{"x-umami-api-key": key})
    user: Any = owner.user
    user.is_active = False
    user.save()
    assert known.get("/api/websites").status_code == 401
    user.is_active = True
    user.save()
    assert known.get("/api/websites").status_code == 200
    owner.delete()
    assert known.get("/api/websites").status_code == 401


def test_a_key_makes_and_revokes_no_keys(api: Api, key: str, owner: Account) -> None:
    known = api.with_headers(**{"x-umami-api-key": key})
    for answer in (
        known.get(KEYS),
        known.post(KEYS, {"name": "x"}),
        known.delete(f"{KEYS}/{ApiKey.objects.get().pk}"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert api.get(KEYS).status_code == 401
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "  "}, {"name": 5}, {"name": "x" * 101}, {"name": "\0"}]
)
def test_a_wrong_name_is_told(owner_api: Api, body: dict[str, Any]) -> None:
    answer = owner_api.post(KEYS, body)
    assert answer.status_code == 400
    assert "name" in answer.json()["error"]["properties"]


def test_somebody_elses_key_cannot_be_revoked(owner_api: Api, key: str) -> None:
    row, _ = create_api_key(make_account("eve"), "k")
    assert owner_api.delete(f"{KEYS}/{row.pk}").status_code == 404
    assert ApiKey.objects.count() == 2
