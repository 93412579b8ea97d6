"""What every test may use: accounts, a website, its traffic, a client that speaks JSON."""

import json
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from umami_django.models import Account, Website
from umami_django.services import directory, rate, refusals, salts
from umami_django.writers import sessions, terms

from .factories import PASSWORD, make_account, make_admin, make_website
from .traffic import Traffic

# the browser and client tests need packages of their own; `tox -e browser` and `tox -e clients` have them
collect_ignore = [] if find_spec("selenium") else ["browser"]
collect_ignore += [] if find_spec("umami") else ["clients"]

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)


HOLDING = 2 if connection.vendor == "postgresql" else 1
"""Statements by which a writer looks at what is summarised already (writers/marks.py)."""


BOUNDED = 5 if connection.vendor == "postgresql" else 0
"""Statements by which an answer is bounded in time within a transaction, as tests are (databases/patience.py)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: workers share what is left while one of them is busy."""
    items.sort(key=lambda item: "properties/test_rollups" not in item.nodeid)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Memory that outlives a test's rows is emptied around it."""
    cache.clear()
    for memory in (terms, sessions, salts, directory, refusals, rate):
        memory.forget()
    salts._looked_ahead_at = (
        time.monotonic()
    )  # else tests would take more queries in the last week of a month
    yield
    for memory in (terms, sessions, salts, directory, refusals, rate):
        memory.forget()


class Api:
    """A client of the HTTP API: sends JSON, logs in with a token."""

    def __init__(self, client: Client, token: str | None = None, **headers: str) -> None:
        self.client = client
        self.headers = dict(headers)
        if token is not None:
            self.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(path, query or {}, headers=self.headers | headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(path, headers=self.headers | headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self.headers | headers,
        )

    def login(self, account: Account) -> "Api":
        """The same client, logged in as *account*."""
        answer = self.post("/api/auth/login", {"username": str(account), "password": PASSWORD})
        assert answer.status_code == 200, answer.content
        return Api(self.client, answer.json()["token"])

    def with_headers(self, **headers: str) -> "Api":
        return Api(self.client, **(self.headers | headers))


@pytest.fixture
def api(client: Client) -> Api:
    """The API as nobody sees it."""
    return Api(client)


@pytest.fixture
def owner(db: None) -> Account:
    return make_account("olga")


@pytest.fixture
def admin_account(db: None) -> Account:
    return make_admin("ada")


@pytest.fixture
def website(owner: Account) -> Website:
    return make_website(owner)


@pytest.fixture
def traffic(website: Website) -> Traffic:
    return Traffic(website)


@pytest.fixture
def owner_api(api: Api, owner: Account) -> Api:
    return api.login(owner)


@pytest.fixture
def admin_api(api: Api, admin_account: Account) -> Api:
    return api.login(admin_account)
