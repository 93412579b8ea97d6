"""Realtime, sessions, events: the pages for those with an account."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.admin.markup import inline_code
from tests.conftest import BOUNDED
from tests.factories import make_website
from tests.traffic import Traffic
from umami_django.models import Session, Website

from .conftest import Visitor
from .test_website_page import chart

DOORS = ("admin", "owner")


@pytest.fixture(params=DOORS)
def visitor(request: Any, at_door: Any) -> Visitor:
    return at_door(request.param)


@pytest.fixture
def there(traffic: Traffic) -> Traffic:
    """Ana reads two pages and buys, a minute ago; bob was there two days ago."""
    now = timezone.now() - timedelta(seconds=50)
    ana = traffic.visitor("ana").using(
        browser="firefox", os="Linux", device="desktop", country="DE", city="Berlin"
    )
    ana.at(now).sees("/", "/buy?x=1", gap=5, referrer="https://t.co/")
    ana.does("bought", data={"plan": "pro", "price": 9.5})
    traffic.visitor("bob").using(country="FR").at(now - timedelta(days=2)).sees("/")
    return traffic


def test_realtime_shows_who_is_there(visitor: Visitor, there: Traffic) -> None:
    ana = there.visitor("ana").at(timezone.now() - timedelta(seconds=55))
    ana.sees("/before", referrer="https://www.example.com/")
    html = visitor.get("realtime/").content.decode()
    assert "from example.com" not in html
    assert "<b>1</b> current visitor" in html
    what = re.findall(r'umami-what">(.*?)</span>\s*<span class="umami-from', html, re.S)
    assert len(what) == 4
    assert "bought" in what[0] and "/buy" in what[1]
    assert "from t.co" in html and "Berlin, Germany" in html
    assert html.count('class="umami-minute"') == 31
    assert inline_code(html) == []


def test_the_pulse_answers_304_until_something_happens(
    visitor: Visitor, there: Traffic, django_assert_max_num_queries: Any
) -> None:
    first = visitor.get("realtime/pulse/")
    assert first.status_code == 200 and "current visitor" in first.content.decode()
    with django_assert_max_num_queries(5 + BOUNDED):  # session, user, account, website; and the pulse
        again = visitor.get("realtime/pulse/", headers={"if-none-match": first["ETag"]})
    minute_is_over = timezone.now().second < 2
    assert again.status_code == 304 or minute_is_over
    there.visitor("carl").at(timezone.now()).sees("/new")
    third = visitor.get("realtime/pulse/", headers={"if-none-match": first["ETag"]})
    assert third.status_code == 200 and "/new" in third.content.decode()
    assert "no-cache" in third["Cache-Control"]


def test_sessions_are_listed_filtered_and_searched(visitor: Visitor, there: Traffic) -> None:
    def places(query: dict[str, str]) -> list[str]:
        html = visitor.get("sessions/", query).content.decode()
        assert inline_code(html) == []
        return re.findall(r'umami-cut">([^<]*)</span> <small>', html)

    assert places({}) == ["Berlin, Germany", "France"]
    assert places({"range": "24h"}) == ["Berlin, Germany"]
    assert places({"country": "FR"}) == ["France"]
    assert places({"event": "bought"}) == ["Berlin, Germany"]
    assert places({"q": "berlin"}) == ["Berlin, Germany"]
    assert places({"q": "nobody"}) == []
    assert places({"page": "7"}) == []


def test_one_session_tells_all_that_a_visitor_did(visitor: Visitor, there: Traffic) -> None:
    uuid = Session.objects.get(city__text="Berlin").uuid
    html = visitor.get(f"sessions/{uuid}/").content.decode()
    for text in (
        "/buy?x=1",
        "bought",
        "from t.co",
        "<b>plan</b> pro",
        "<b>price</b> 9.5",
        "Firefox",
        str(uuid),
    ):
        assert text in html, text
    assert html.count("umami-begins") == 1
    assert inline_code(html) == []
    assert visitor.get("sessions/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_a_session_of_another_website_is_404(visitor: Visitor, there: Traffic) -> None:
    other = Traffic(make_website(name="Other"))
    other.visitor("eve").at(timezone.now()).sees("/")
    uuid = Session.objects.get(website_id=other.website.pk).uuid
    assert visitor.get(f"sessions/{uuid}/").status_code == 404


def test_events_with_series_and_properties(visitor: Visitor, there: Traffic) -> None:
    there.visitor("ana").at(timezone.now()).does("shared")
    html = visitor.get("events/").content.decode()
    assert sum(chart(html)["values"]) == 1
    assert re.findall(r'umami-cut">([^<]*)</span></a></th><td>', html) == ["bought", "shared"]
    assert "plan" in html and "price" in html
    html = visitor.get("events/", {"property": "price"}).content.decode()
    assert "9.5" in html and "Average" in html
    html = visitor.get("events/", {"name": "shared"}).content.decode()
    assert chart(html)["title"] == "shared"
    assert "No event carried data" in html
    assert "event=shared" in html
    assert inline_code(html) == []


def test_no_events_help_to_make_some(visitor: Visitor, website: Website) -> None:
    assert "data-umami-event" in visitor.get("events/").content.decode()


def test_all_websites_take_the_same_queries_for_many(
    boss: Client, traffic: Traffic, django_assert_num_queries: Any
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    traffic.visitor("ana").at(now).sees("/", "/a")
    page = "/admin/umami_django/website/all/"
    with django_assert_num_queries(6):  # session, user, account; websites and two questions
        boss.get(page)
    for number in range(30):
        Traffic(make_website(name=f"w{number}"), now).visitor("bob").sees("/")
    with django_assert_num_queries(6):
        html = boss.get(page).content.decode()
    assert html.count('class="umami-tile"') == 31
    assert html.count("umami-dot") == 31
    html = boss.get(page, {"q": "w1"}).content.decode()
    assert html.count('class="umami-tile"') == 11
    assert "range=7d&amp;q=w1" in html
    assert inline_code(html) == []
