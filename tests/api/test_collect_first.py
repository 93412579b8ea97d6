"""`CollectFirst` (design, section 6). That it gives the same answers is seen by test_collect.py and test_send.py, which
run through it, too."""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from tests.conftest import CHROME
from umami_django.models import StoredHit, Website
from umami_django.wsgi import CollectFirst


@pytest.fixture(autouse=True)
def _the_tests_connection_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("umami_django.databases.opened.close_old_connections", lambda: None)


class Site:
    """A host's WSGI application that notes what reaches it."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.reached.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"the site"]


def call(application: Any, path: str, body: Any = None, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    text = json.dumps(body).encode()
    answer = application(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(text),
            "wsgi.url_scheme": "http",
            "CONTENT_LENGTH": str(len(text)),
            "HTTP_USER_AGENT": CHROME,
            "REMOTE_ADDR": "198.51.100.7",
        }
        | environ,
        lambda status, headers: told.extend((status, dict(headers))),
    )
    return told[0], told[1], b"".join(answer)


def pageview(website: Website) -> dict[str, Any]:
    return {"type": "pageview", "payload": {"website": str(website.uuid), "url": "/"}}


def test_collect_does_not_reach_the_site(website: Website) -> None:
    site = Site()
    status, headers, body = call(CollectFirst(site), "/api/collect", pageview(website))
    assert (status, site.reached) == ("200 OK", [])
    assert headers["Content-Length"] == str(len(body))
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert StoredHit.objects.count() == 1


@pytest.mark.parametrize("path", ["/", "/api/websites", "/shop/collect", "/" + "a" * 300 + "/collect"])
def test_everything_else_is_the_sites(path: str) -> None:
    site = Site()
    assert call(CollectFirst(site), path)[2] == b"the site"
    assert site.reached == [path]


@pytest.mark.django_db(transaction=True)  # Django's handler closes the connection, transaction and all
def test_a_host_that_is_not_allowed_is_refused_as_django_does(website: Website) -> None:
    evil = {"HTTP_HOST": "evil.example"}
    first = call(CollectFirst(Site()), "/api/collect", pageview(website), **evil)
    django = call(WSGIHandler(), "/api/collect", pageview(website), **evil)
    assert first[0] == django[0] == "400 Bad Request"
    assert StoredHit.objects.count() == 0


def test_an_error_of_ours_is_a_500_and_no_dead_worker(
    website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("umami_django.api.collect.views.visitor_of", lambda _: 1 / 0)
    assert call(CollectFirst(Site()), "/api/collect", pageview(website))[0] == "500 Internal Server Error"


@override_settings(ROOT_URLCONF="tests.hosts.urls_prefix")
def test_the_doors_are_found_under_a_prefix(website: Website) -> None:
    from umami_django import wsgi

    wsgi._door_at.cache_clear()
    site = Site()
    assert call(CollectFirst(site), "/api/collect", pageview(website))[2] == b"the site"
    assert call(CollectFirst(site), "/analytics/api/collect", pageview(website))[0] == "200 OK"
    assert site.reached == ["/api/collect"]
    wsgi._door_at.cache_clear()
