"""The collect doors are reached in two ways; what is true of one is true of the other."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from umami_django.wsgi import CollectFirst


class Passed(Exception):
    """CollectFirst left the request to Django."""


class CollectFirstHandler(ClientHandler):
    """The test client's way into Django, with CollectFirst in front of it."""

    def __init__(self) -> None:
        super().__init__()
        self.answered_first = 0
        self._first = CollectFirst(self._pass)

    def __call__(self, environ: dict[str, Any]) -> Any:
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            told.extend((status, headers))

        try:
            body = b"".join(self._first(environ, start_response))
        except Passed:
            return super().__call__(environ)
        self.answered_first += 1
        status, headers = told
        response: Any = HttpResponse(body, status=int(status.split()[0]))
        del response["Content-Type"]
        for name, value in headers:
            response[name] = value
        response.wsgi_request = None
        return response

    @staticmethod
    def _pass(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise Passed


@pytest.fixture(params=["Django", "CollectFirst"])
def collect_client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client that reaches the collect doors through all of Django, and one through CollectFirst."""
    client = Client()
    # Django's test client leaves the test's connection open, too
    monkeypatch.setattr("umami_django.databases.opened.close_old_connections", lambda: None)
    if request.param == "CollectFirst":
        client.handler = CollectFirstHandler()
    return client
