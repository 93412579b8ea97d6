"""PyPI's `umami-analytics`, unmodified: pageviews and events; who is who by their own address and id."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import CHROME
from tests.factories import PASSWORD, make_account
from umami_django.models import Event, Pageview, Session, StoredHit, Website

umami: Any = importlib.import_module("umami")

pytestmark = [pytest.mark.clients, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _client(live_server: Any, website: Website) -> Iterator[None]:
    umami.set_url_base(live_server.url)
    umami.set_website_id(str(website.uuid))
    umami.set_hostname("example.com")
    yield
    umami.impl.auth_token = None


def test_pageviews_and_events() -> None:
    umami.new_page_view(
        "Home", "/home?x=1", referrer="https://news.example/", language="fr-FR", screen="1280x720"
    )
    umami.new_event("signup", url="/join", title="Join", custom_data={"plan": "pro", "seats": 3})
    view, event = Pageview.objects.get(), Event.objects.get()
    assert (view.path.text, view.title.text, view.hostname.text) == ("/home", "Home", "example.com")
    assert (view.session.language.text, view.session.screen.text) == ("fr-FR", "1280x720")
    assert (event.event_name.text, event.path.text) == ("signup", "/join")


def test_revenue() -> None:
    umami.new_revenue_event(19.99, "EUR")
    assert Event.objects.get().event_name.text == "revenue"


def test_the_same_person_by_a_distinct_id() -> None:
    for agent in (CHROME, CHROME.replace("126", "127")):
        umami.new_page_view("Home", "/", ua=agent, distinct_id=42)
    assert (StoredHit.objects.count(), Session.objects.count()) == (2, 1)
    assert Session.objects.get().distinct_id == "42"


def test_the_server_is_alive() -> None:
    assert umami.heartbeat() is True


@pytest.mark.parametrize("logged_in", [False, True])
def test_an_address_counts_from_those_who_may_write(website: Website, logged_in: bool) -> None:
    ana = make_account("ana")
    Website.objects.filter(pk=website.pk).update(owner=ana)
    if logged_in:
        umami.impl.auth_token = umami_token(ana.user.get_username())
    for address in ("9.9.9.9", "8.8.8.8"):
        umami.new_page_view("Home", "/", ip_address=address)
    assert Session.objects.count() == (2 if logged_in else 1)


def umami_token(username: str) -> str:
    """A login token, by the documented route."""
    import httpx2

    answer = httpx2.post(
        f"{umami.impl.url_base}/api/auth/login", json={"username": username, "password": PASSWORD}
    )
    token: str = answer.json()["token"]
    return token
