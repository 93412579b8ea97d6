"""Who may do what: every route and verb of v1, for everybody who might ask (v1 reference 1.3, 2; 7.1)."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import Api
from tests.factories import make_account, make_admin, make_website
from umami_django.api.authentication import login_token, share_token
from umami_django.domain.roles import Role

pytestmark = pytest.mark.django_db

RANGE = "start_at=0&end_at=1000"
NOBODY, STRANGER, VIEWER, OWNER, ADMIN, SHARE, OTHER_SHARE = ASKERS = (
    "nobody",
    "another user",
    "the owner, view only",
    "the owner",
    "an administrator",
    "a share token of the website",
    "a share token of another website",
)
READERS = {VIEWER, OWNER, ADMIN, SHARE}
CHANGERS = {OWNER, ADMIN}
PEOPLE = {STRANGER, VIEWER, OWNER, ADMIN}

ROUTES: list[tuple[str, str, Any, set[str]]] = [
    ("GET", "/api/auth/verify", None, PEOPLE),
    ("GET", "/api/accounts", None, {ADMIN}),
    ("POST", "/api/account", {"username": "new", "password": "secret 1 secret"}, {ADMIN}),
    ("POST", "/api/account", {"user_id": "{owner}", "password": "secret 1 secret"}, {ADMIN, OWNER, VIEWER}),
    ("GET", "/api/account/{owner}", None, {ADMIN}),
    ("DELETE", "/api/account/{owner}", None, {ADMIN}),
    ("GET", "/api/websites", None, PEOPLE),
    ("GET", "/api/websites?user_id={owner}", None, {OWNER, VIEWER, ADMIN}),
    ("POST", "/api/website", {"name": "New"}, {STRANGER, OWNER, ADMIN}),
    ("POST", "/api/website", {"name": "New", "owner": "{owner}"}, {OWNER, ADMIN}),
    ("POST", "/api/website", {"website_id": "{website}", "name": "Other"}, CHANGERS),
    ("GET", "/api/website/{website}", None, READERS),
    ("DELETE", "/api/website/{website}", None, CHANGERS),
    ("POST", "/api/website/{website}/reset", None, CHANGERS),
    ("GET", f"/api/website/{{website}}/stats?{RANGE}", None, READERS),
    ("GET", f"/api/website/{{website}}/pageviews?{RANGE}&unit=day&tz=UTC", None, READERS),
    ("GET", f"/api/website/{{website}}/events?{RANGE}&unit=day&tz=UTC", None, READERS),
    ("GET", f"/api/website/{{website}}/metrics?{RANGE}&type=url", None, READERS),
    ("GET", "/api/website/{website}/active", None, READERS),
    (
        "POST",
        "/api/websites/{uuid}/eventdata",
        {"start_at": 0, "end_at": 9, "columns": {"x": "sum"}},
        READERS,
    ),
    ("GET", "/api/realtime/init", None, PEOPLE),
    ("GET", "/api/share/theshare", None, set(ASKERS)),
    ("GET", "/api/heartbeat", None, set(ASKERS)),
    ("GET", "/api/config", None, set(ASKERS)),
    ("GET", "/telemetry.js", None, set(ASKERS)),
    ("GET", "/umami.js", None, set(ASKERS)),
]


class Case:
    """An owner with a website, and clients for everybody else."""

    def __init__(self) -> None:
        self.owner = make_account("olga")
        self.website = make_website(self.owner)
        self.share = self.website.shares.create(slug="theshare")

    def client(self, asker: str) -> Api:
        now, client = timezone.now(), Client()
        match asker:
            case "nobody":
                return Api(client)
            case "another user":
                return Api(client, login_token(make_account(), now))
            case "the owner, view only":
                self.owner.role = Role.VIEW_ONLY.value
                self.owner.save()
                return Api(client, login_token(self.owner, now))
            case "the owner":
                return Api(client, login_token(self.owner, now))
            case "an administrator":
                return Api(client, login_token(make_admin(), now))
            case "a share token of the website":
                return Api(client, **{"x-umami-share-token": share_token(self.share, now)})
        other = make_website().shares.create(slug="othershare")
        return Api(client, **{"x-umami-share-token": share_token(other, now)})

    def filled(self, value: Any) -> Any:
        """*value* with the ids of this case in it."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        return value.format(owner=self.owner.pk, website=self.website.pk, uuid=self.website.uuid)


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"), ROUTES, ids=[f"{r[0]} {r[1]}" for r in ROUTES]
)
def test_who_may(asker: str, method: str, path: str, body: Any, allowed: set[str]) -> None:
    case = Case()
    api = case.client(asker)
    answer = api.send(method, case.filled(path), case.filled(body))
    assert answer.status_code == (200 if asker in allowed else 401), answer.content
    if asker not in allowed:
        assert answer.content == b"401 Unauthorized"


@pytest.mark.parametrize("asker", ASKERS)
def test_who_may_change_a_password(asker: str) -> None:
    """The current password is asked of everybody; administrators do not know it either."""
    case = Case()
    api = case.client(asker)
    body = {"user_id": case.owner.pk, "current_password": "wrong", "new_password": "secret 1 secret"}
    answer = api.post("/api/account/password", body)
    assert answer.status_code == (400 if asker in {OWNER, VIEWER, ADMIN} else 401)


@pytest.mark.parametrize("asker", ASKERS)
def test_who_may_poll(asker: str) -> None:
    case = Case()
    api = case.client(asker)
    answer = api.get("/api/realtime/update", {"start_at": 0}, **{"x-umami-share-token": "nonsense"})
    assert answer.status_code == 401


WRONG_VERBS = [
    ("POST", "/api/accounts"),
    ("PUT", "/api/account/{owner}"),
    ("GET", "/api/account"),
    ("DELETE", "/api/websites"),
    ("GET", "/api/website"),
    ("PUT", "/api/website/{website}"),
    ("GET", "/api/website/{website}/reset"),
    ("POST", "/api/website/{website}/stats"),
    ("POST", "/api/website/{website}/pageviews"),
    ("POST", "/api/website/{website}/events"),
    ("POST", "/api/website/{website}/metrics"),
    ("DELETE", "/api/website/{website}/active"),
    ("POST", "/api/realtime/init"),
    ("POST", "/api/realtime/update"),
    ("POST", "/api/share/theshare"),
    ("POST", "/api/config"),
]


@pytest.mark.parametrize(("method", "path"), WRONG_VERBS, ids=[f"{m} {p}" for m, p in WRONG_VERBS])
def test_wrong_verbs_are_405(method: str, path: str) -> None:
    case = Case()
    answer = case.client(ADMIN).send(method, case.filled(path), {})
    assert (answer.status_code, answer.content) == (405, b"405 Method Not Allowed")
    assert answer["Allow"]
