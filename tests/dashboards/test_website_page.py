"""The dashboard of one website: numbers, chart, filters, at each of the three doors."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from tests.admin.markup import inline_code
from tests.conftest import BOUNDED
from tests.factories import make_account, make_website
from tests.traffic import Traffic, hit
from umami_django.exceptions import TooSlow
from umami_django.models import Website
from umami_django.services.pruning import prune
from umami_django.services.retention import cut
from umami_django.writers import write

from .conftest import Visitor


def card(html: str, title: str) -> list[str]:
    """Value and change of the card called *title*."""
    found = re.search(
        rf'card-title">{title}</span>\s*<span[^>]*>([^<]*)</span>\s*<span[^>]*>([^<]*)</span>', html
    )
    assert found, title
    return list(found.groups())


def chart(html: str) -> Any:
    found = re.search(r'<script id="umami-chart-data" type="application/json">(.*?)</script>', html, re.S)
    assert found
    return json.loads(found.group(1))


def labels(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><svg.*?umami-cut">([^<]*)<', html, re.S)


@pytest.fixture
def seen(traffic: Traffic) -> Traffic:
    """Today: ana from Germany reads two pages and signs up; bob from France reads one. Four weeks ago: carl."""
    now = timezone.now() - timedelta(minutes=1)
    if now.minute < 2:  # a visit ends with the hour
        now = now.replace(minute=0, second=0) - timedelta(seconds=1)
    ana = traffic.visitor("ana").using(
        browser="crios", os="Mac OS", device="mobile", country="DE", city="Berlin"
    )
    ana.at(now - timedelta(seconds=40)).sees("/", "/pricing?x=1", gap=30, referrer="https://t.co/a")
    ana.does("signup", data={"plan": "pro"})
    bob = traffic.visitor("bob").using(browser="firefox", os="Linux", device="desktop", country="FR")
    bob.at(now).sees("/", referrer="https://www.example.com/")
    traffic.visitor("carl").using(country="DE").at(now - timedelta(days=28)).sees("/")
    return traffic


def test_cards_and_chart_show_the_same_numbers(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get().content.decode()
    assert card(html, "Visitors") == ["2", "+100 %"]
    assert card(html, "Visits") == ["2", "+100 %"]
    assert card(html, "Pageviews") == ["3", "+200 %"]
    assert card(html, "Pages per visit") == ["1.50", "+50 %"]
    assert card(html, "Bounce rate") == ["50 %", "−50 pp"]
    assert card(html, "Visit duration") == ["15s", "new"]
    data = chart(html)
    assert (len(data["values"]), sum(data["values"]), sum(data["before"])) == (28, 2, 1)
    assert data["unfinished"] is True
    pageviews = chart(visitor.get(query={"card": "pageviews"}).content.decode())
    assert (pageviews["title"], sum(pageviews["values"])) == ("Pageviews", 3)


def test_panels_are_in_the_same_answer_where_they_are_asked_for(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get(
        query={"panels": "all", "sources": "referrers", "locations": "countries"}
    ).content.decode()
    assert labels(html) == [
        *("t.co",),
        *("/", "/pricing"),
        *("Germany", "France"),
        *("Chrome (iOS)", "Firefox"),
        *("signup",),
    ]
    assert "http-equiv" not in html
    assert inline_code(html) == []


def test_without_javascript_the_page_asks_for_its_panels(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get(query={"range": "7d"}).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="0;url=' in html
    assert "range=7d&amp;panels=all" in html
    assert inline_code(html) == []


@pytest.mark.parametrize(
    ("panel", "query", "expected"),
    [
        ("sources", {}, ["Direct", "Organic social"]),
        ("sources", {"sources": "referrers"}, ["t.co"]),
        ("pages", {}, ["/", "/pricing"]),
        ("pages", {"pages": "entries"}, ["/"]),
        ("pages", {"pages": "exits"}, ["/", "/pricing"]),
        ("pages", {"pages": "queries"}, ["x=1"]),
        ("locations", {"locations": "cities"}, ["Berlin", "Unknown"]),
        ("devices", {"devices": "types"}, ["Desktop", "Mobile"]),
        ("devices", {"devices": "systems"}, ["Linux", "macOS"]),
        ("events", {}, ["signup"]),
    ],
)
def test_each_panel_alone(
    visitor: Visitor, seen: Traffic, panel: str, query: dict[str, str], expected: list[str]
) -> None:
    html = visitor.get(f"panel/{panel}/", query).content.decode()
    assert html.lstrip().startswith("<section")
    assert labels(html) == expected
    assert inline_code(html) == []


def test_map_heat_and_properties(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get("panel/locations/").content.decode()
    assert "<title>Germany: 1 (50 %)</title>" in html
    assert "country=DE" in html
    assert "<title>Spain</title>" in html
    assert visitor.get("panel/times/").content.decode().count('<td class="umami-level-') == 7 * 24
    html = visitor.get("panel/events/", {"events": "properties"}).content.decode()
    assert "plan" in html and "pro" in html
    assert visitor.get("panel/nothing/").status_code == 404


def test_every_row_is_a_filter_and_all_numbers_follow_it(visitor: Visitor, seen: Traffic) -> None:
    row = re.search(
        r'<a href="([^"]*country=DE[^"]*)"',
        visitor.get("panel/locations/", {"locations": "countries"}).content.decode(),
    )
    assert row
    html = visitor.client.get(row.group(1).replace("&amp;", "&")).content.decode()
    assert card(html, "Visitors") == ["1", ""] or card(html, "Visitors") == ["1", "±0"]
    assert card(html, "Pageviews") == ["2", "+100 %"]
    assert sum(chart(html)["values"]) == 1
    assert re.search(r'Country <span class="umami-quiet">is</span> <b class="umami-cut">Germany</b>', html)
    assert labels(visitor.get("panel/devices/", {"country": "DE"}).content.decode()) == ["Chrome (iOS)"]
    event = visitor.get("panel/pages/", {"event": "signup"}).content.decode()
    assert labels(event) == ["/", "/pricing"]


def test_a_form_about_a_filter_leads_to_its_address(visitor: Visitor, seen: Traffic) -> None:
    query = {"range": "7d", "edit": "path", "edit_how": "contains", "edit_value": ["/pri", ""]}
    answer = visitor.get(query=query)
    assert answer.status_code == 302
    assert answer["Location"] == f"{visitor.start}?range=7d&path__contains=%2Fpri"


def test_shares_are_of_the_visitors_that_the_page_above_has_counted(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get("panel/pages/", {"visitors": "4", "visits": "4"}).content.decode()
    assert re.findall(r'umami-share">([^<]*)<', html) == ["50 %", "25 %"]
    for wrong in ("-1", "x", "9" * 20, "²"):
        html = visitor.get("panel/pages/", {"visitors": wrong, "visits": "4"}).content.decode()
        assert re.findall(r'umami-share">([^<]*)<', html) == ["100 %", "50 %"]


def test_what_is_wrong_in_the_address_is_said_and_left_out(visitor: Visitor, seen: Traffic) -> None:
    answer = visitor.get(query={"tz": "Mars/<b>", "range": "x", "unit": "eon", "path__contains": "\0"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "“Mars/&lt;b&gt;” is not the name of a time zone" in html
    assert html.count("umami-problem") == 4
    assert card(html, "Visitors")[0] == "2"


def test_no_comparison_a_year_ago_and_one_of_ones_own(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get(query={"compare": "off"}).content.decode()
    assert card(html, "Visitors") == ["2", ""]
    assert chart(html)["before"] == []
    assert card(visitor.get(query={"compare": "year"}).content.decode(), "Visitors") == ["2", "new"]
    day = (timezone.now() - timedelta(days=28)).date().isoformat()
    query = {"compare": "custom", "compare_from": day, "compare_to": day}
    assert card(visitor.get(query=query).content.decode(), "Visitors") == ["2", "+100 %"]


@pytest.mark.parametrize(
    ("query", "buckets"),
    [
        ({"range": "1h"}, {60, 61}),
        ({"range": "24h"}, {24, 25}),
        ({"range": "7d"}, {7}),
        ({"range": "7d", "unit": "hour"}, set(range(145, 169))),
        ({"range": "12mo"}, {12}),
        ({"range": "12mo", "unit": "week"}, {49, 50, 51, 52, 53, 54}),
        ({"range": "all"}, {29}),
        ({"range": "custom", "from": "2026-01-01", "to": "2026-01-31"}, {31}),
    ],
)
def test_ranges_and_units(boss: Client, seen: Traffic, query: dict[str, str], buckets: set[int]) -> None:
    html = boss.get(f"/admin/umami_django/website/{seen.website.pk}/overview/", query).content.decode()
    assert len(chart(html)["values"]) in buckets


def test_days_begin_in_the_zone_of_the_website_unless_the_reader_says_otherwise(
    boss: Client, website: Website
) -> None:
    path = f"/admin/umami_django/website/{website.pk}/overview/"
    Website.objects.filter(pk=website.pk).update(time_zone="Asia/Kolkata")
    assert "Asia/Kolkata" in boss.get(path).content.decode()
    html = boss.get(path, {"tz": "america/new_york"}).content.decode()
    assert "· America/New_York" in html
    Website.objects.filter(pk=website.pk).update(time_zone="Gone/Away")
    assert "· UTC" in boss.get(path).content.decode()


def test_a_question_that_takes_too_long_is_said_so(visitor: Visitor, seen: Traffic) -> None:
    with patch("umami_django.dashboards.website_page.summary", side_effect=TooSlow):
        answer = visitor.get()
    assert answer.status_code == 503
    assert "This takes the database too long." in answer.content.decode()


def test_an_empty_website_gets_help(boss: Client, website: Website) -> None:
    html = boss.get(f"/admin/umami_django/website/{website.pk}/overview/").content.decode()
    assert "Nothing was counted in this time" in html
    assert f"/admin/umami_django/website/{website.pk}/change/" in html


@pytest.mark.parametrize("visitors", [1, 30])
@pytest.mark.parametrize(("query", "queries"), [({}, 14), ({"panels": "all"}, 32), ({"compare": "off"}, 8)])
def test_query_count_is_constant(
    at_door: Callable[[str], Visitor],
    traffic: Traffic,
    django_assert_num_queries: Any,
    visitors: int,
    query: dict[str, str],
    queries: int,
) -> None:
    """The share, two summaries, two series, who is there; and one for each panel, events and properties two more. Most
    of them first ask whether there are summaries, and columns."""
    now = timezone.now() - timedelta(minutes=1)
    for number in range(visitors):
        ana = traffic.visitor(f"v{number}").using(browser="chrome", os="Linux", country="DE")
        ana.at(now).sees(f"/{number}", referrer="https://t.co/").does("x")
    visitor = at_door("share")
    with django_assert_num_queries(queries + BOUNDED):
        visitor.get(query=query)


def test_panels_take_one_query_where_the_page_has_counted(
    at_door: Callable[[str], Visitor], seen: Traffic, django_assert_num_queries: Any
) -> None:
    visitor = at_door("share")
    with django_assert_num_queries(4 + BOUNDED):  # the share itself, and whether there are summaries, columns
        visitor.get("panel/pages/", {"visitors": "2", "visits": "2"})
    with django_assert_num_queries(7 + BOUNDED):
        visitor.get("panel/pages/")


@pytest.mark.usefixtures("german")
def test_grouped_digits_stay_out_of_the_drawing(visitor: Visitor, traffic: Traffic) -> None:
    now = timezone.now() - timedelta(minutes=1)
    write([hit(traffic.website.pk, f"v{n}", "/", at=now + timedelta(microseconds=n)) for n in range(1234)])
    html = visitor.get(query={"panels": "all", "locations": "countries"}).content.decode()
    assert "<td>1.234</td>" in html
    drawn = re.findall(r"<(?:rect|circle|polyline|svg)[^>]*>", html)
    numbers = [
        value for tag in drawn for value in re.findall(r' (?:x|y|width|height|points|cx|cy|r)="([^"]*)"', tag)
    ]
    assert numbers
    assert [
        value
        for value in numbers
        if not re.fullmatch(r"[\d. ,]*", value) or re.search(r"\d\.\d{3}(?!\d)\b", value)
    ] == []


def test_names_are_escaped(boss: Client, traffic: Traffic) -> None:
    website = make_website(name="<script>x</script>")
    now = timezone.now() - timedelta(minutes=1)
    write([hit(website.pk, "ana", "/</script><script>alert(1)</script>", at=now)])
    html = boss.get(f"/admin/umami_django/website/{website.pk}/overview/", {"panels": "all"}).content.decode()
    assert "<script>x" not in html
    assert "<script>alert" not in html
    assert inline_code(html) == []


def test_owners_see_their_own_and_customers_nothing(client: Client, website: Website) -> None:
    path = f"/stats/{website.pk}/"
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    client.force_login(make_account("olaf").user)
    assert client.get(path).status_code == 404
    customer = make_account("carla").user
    customer.umami_account.delete() if hasattr(
        customer, "umami_account"
    ) else website.owner.__class__.objects.filter(user=customer).delete()
    client.force_login(customer)
    assert client.get(path).status_code == 403
    assert client.get("/stats/").status_code == 403
    client.force_login(website.owner.user)
    html = client.get("/stats/").content.decode()
    assert f'href="{path}"' in html
    assert "/admin/" not in html
    html = client.get(path).content.decode()
    assert "/admin/" not in html and 'href="/stats/"' in html


def test_own_referrers_are_left_out_with_and_without_www(visitor: Visitor, seen: Traffic) -> None:
    html = visitor.get("panel/sources/", {"sources": "referrers"}).content.decode()
    assert "example.com" not in "".join(labels(html))


def test_it_says_from_when_on_there_are_single_hits(boss: Client, website: Website) -> None:
    now = timezone.now()
    kept_from = cut(now, 2)
    write(
        [hit(website.pk, "ana", "/", at=kept_from - timedelta(days=3)), hit(website.pk, "bob", "/", at=now)]
    )
    page = f"/admin/umami_django/website/{website.pk}/overview/"
    sentence = "Single hits are kept from"
    assert sentence not in boss.get(page, {"range": "12mo"}).content.decode()
    Website.objects.update(keep_months=2)
    prune(now)
    for range_ in ("12mo", "all"):
        html = boss.get(page, {"range": range_}).content.decode()
        assert f"{sentence} {date_format(kept_from, 'DATE_FORMAT')} on (UTC)" in html, range_
        assert card(html, "Pageviews")[0] == "2", range_
    assert sentence not in boss.get(page, {"range": "7d"}).content.decode()


@pytest.mark.parametrize(
    ("tz", "wanted"),
    [
        (None, [("Website's: Europe/Berlin", True), ("UTC", False)]),
        ("UTC", [("Website's: Europe/Berlin", False), ("UTC", True)]),
        ("Asia/Tokyo", [("Asia/Tokyo", True), ("Website's: Europe/Berlin", False), ("UTC", False)]),
    ],
)
def test_the_menu_of_time_zones_shows_the_chosen_one(
    visitor: Visitor, website: Website, tz: str | None, wanted: list[tuple[str, bool]]
) -> None:
    Website.objects.update(time_zone="Europe/Berlin")
    answer = visitor.get(query={"tz": tz} if tz else {})
    assert [(zone.label, zone.is_chosen) for zone in answer.context["menus"].zones] == wanted
    assert answer.context["menus"].tz_name == (tz or "Europe/Berlin")
