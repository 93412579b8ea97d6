"""The overview page and the share page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tests.traffic import Traffic, hit
from umami_django.dashboards.charts import bar_chart, round_up
from umami_django.dashboards.overview import cards, duration
from umami_django.dashboards.ranges import period_of, range_of
from umami_django.domain.answers import Comparison, Point, Summary
from umami_django.domain.hits import Client as VisitorClient
from umami_django.domain.periods import DAY_US
from umami_django.domain.vocabulary import Unit
from umami_django.models import Website
from umami_django.writers import write

from .markup import inline_code


@pytest.fixture
def path(website: Website) -> str:
    return f"/admin/umami_django/website/{website.pk}/overview/"


def card(html: str, title: str) -> list[str]:
    """Value and change of the card called *title*."""
    found = re.search(
        rf'card-title">{title}</span>\s*<span[^>]*>([^<]*)</span>\s*<span[^>]*>([^<]*)</span>', html
    )
    assert found, title
    return list(found.groups())


def test_numbers_are_by_visit(boss: Client, traffic: Traffic, path: str) -> None:
    """One visit over an hour's end counts once, although v1 would count two groups."""
    now = timezone.now()
    ana = hit(traffic.website.pk, "ana", "/", at=now - timedelta(minutes=90))
    again = hit(traffic.website.pk, "ana", "/a", at=now - timedelta(minutes=70))
    write([ana, again._replace(visit_id=ana.visit_id)])
    traffic.visitor("bob").at(now - timedelta(minutes=5)).sees("/")
    html = boss.get(path).content.decode()
    assert card(html, "Visitors") == ["2", "new"]
    assert card(html, "Visits") == ["2", "new"]
    assert card(html, "Pageviews") == ["3", "new"]
    assert card(html, "Bounce rate") == ["50 %", "±0"]
    assert card(html, "Visit duration") == ["10m 0s", "new"]


def test_panels_show_what_was_seen(boss: Client, traffic: Traffic, path: str) -> None:
    now = timezone.now() - timedelta(minutes=1)
    client = VisitorClient(browser="crios", os="Mac OS", device="mobile", country="DE")
    write(
        [
            hit(traffic.website.pk, "ana", "/pricing?x=1", at=now, referrer="https://t.co/a", client=client),
            hit(traffic.website.pk, "ana", "/", at=now, referrer="https://www.example.com/", client=client),
            hit(traffic.website.pk, "ana", "/", at=now, event="signup", client=client),
        ]
    )
    html = boss.get(path).content.decode()
    names = re.findall(r'umami-row-name" title="([^"]*)"', html)
    assert names == ["/", "/pricing", "t.co", "Chrome (iOS)", "macOS", "Mobile", "Germany", "signup"]


@pytest.mark.parametrize(
    ("choice", "bars"), [("24h", 25), ("7d", 7), ("30d", 30), ("12mo", 12), ("junk", 25)]
)
def test_ranges(boss: Client, path: str, choice: str, bars: int) -> None:
    html = boss.get(path, {"range": choice}).content.decode()
    assert html.count('class="umami-pageviews"') in {bars, bars - 1}


def test_an_unknown_time_zone_is_400(boss: Client, path: str) -> None:
    answer = boss.get(path, {"tz": "Mars/<b>"})
    assert answer.status_code == 400
    assert "“Mars/&lt;b&gt;” is not the name of a time zone" in answer.content.decode()
    assert inline_code(answer.content.decode()) == []
    assert "Asia/Kolkata" in boss.get(path, {"tz": "asia/kolkata"}).content.decode()


def test_an_empty_website_gets_help(boss: Client, path: str, website: Website) -> None:
    html = boss.get(path).content.decode()
    assert "Waiting for the first visit" in html
    assert str(website.uuid) in html


@pytest.mark.parametrize("visitors", [1, 30])
def test_query_count_is_constant(
    boss: Client, traffic: Traffic, path: str, django_assert_num_queries: Any, visitors: int
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    for number in range(visitors):
        ana = traffic.visitor(f"v{number}").using(
            browser="chrome", os="Linux", device="desktop", country="DE"
        )
        ana.at(now).sees(f"/{number}", referrer="https://t.co/").does("x")
    with django_assert_num_queries(17):
        boss.get(path)


def test_the_share_page_shows_the_same_without_login(
    client: Client, traffic: Traffic, website: Website
) -> None:
    traffic.visitor("ana").at(timezone.now() - timedelta(minutes=1)).sees("/secret-page")
    website.shares.create(slug="AbCdEfGh")
    for path in ("/share/AbCdEfGh", "/share/AbCdEfGh/", "/share/AbCdEfGh/Example"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "/secret-page" in answer.content.decode()
        assert answer["X-Robots-Tag"] == "noindex"
    html = client.get("/share/AbCdEfGh", {"range": "7d"}).content.decode()
    assert inline_code(html) == []
    assert "/admin/" not in html


def test_the_share_page_dies_with_its_link(client: Client, website: Website) -> None:
    share = website.shares.create(slug="AbCdEfGh")
    assert client.get("/share/abcdefgh").status_code == 404
    share.delete()
    assert client.get("/share/AbCdEfGh").status_code == 404
    assert client.post("/share/AbCdEfGh").status_code == 405


def test_periods_begin_at_local_midnight_and_month() -> None:
    now = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # 00:30 on April 1st in Berlin
    berlin = ZoneInfo("Europe/Berlin")
    assert period_of(range_of("24h"), now, berlin).start == now - timedelta(hours=24)
    assert period_of(range_of("7d"), now, berlin).start == datetime(2026, 3, 26, tzinfo=berlin)
    assert period_of(range_of("12mo"), now, berlin).start == datetime(2025, 5, 1, tzinfo=berlin)
    december = datetime(2026, 12, 5, tzinfo=UTC)
    assert period_of(range_of("12mo"), december, UTC).start == datetime(2026, 1, 1, tzinfo=UTC)


def test_bars_fill_the_box() -> None:
    chart = bar_chart([Point(0, 4, 2), Point(DAY_US, 0, 0)], Unit.DAY)
    first, second = chart.bars
    assert (chart.top, chart.half, chart.marks) == (4, 2, ("Thu, 01 Jan", "Fri, 02 Jan"))
    assert (first.pageviews_height, first.pageviews_y) == (240, 0)
    assert (first.visitors_height, first.visitors_y) == (120, 120)
    assert second.pageviews_height == 0


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 2), (2, 2), (3, 4), (5, 6), (9, 10), (11, 20), (61, 80), (401, 600)]
)
def test_axes_end_at_round_numbers(highest: int, top: int) -> None:
    assert round_up(highest) == top


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (59.6, "1m 0s"), (185, "3m 5s")])
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_fewer_bounces_are_good() -> None:
    now, before = Summary(10, 5, 5, 1, 50), Summary(20, 10, 10, 5, 50)
    found = {card.title: (card.change, card.good) for card in cards(Comparison(now, before))}
    assert found["Bounce rate"] == ("-30 pp", True)
    assert found["Visitors"] == ("-50 %", False)
    assert found["Visit duration"] == ("+100 %", True)


def test_the_share_page_names_an_unknown_time_zone_too(client: Client, website: Website) -> None:
    website.shares.create(slug="AbCdEfGh")
    answer = client.get("/share/AbCdEfGh", {"tz": "Mars"})
    assert answer.status_code == 400
    assert "“Mars” is not the name of a time zone" in answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("slug", ["a%00b", "a%20b", "%C3%A4", "x" * 500])
def test_an_impossible_share_link_is_404(client: Client, db: None, slug: str) -> None:
    assert client.get(f"/share/{slug}").status_code == 404


@override_settings(USE_THOUSAND_SEPARATOR=True, LANGUAGE_CODE="de")
def test_grouped_digits_stay_out_of_the_drawing(boss: Client, traffic: Traffic, path: str) -> None:
    now = timezone.now() - timedelta(minutes=1)
    write([hit(traffic.website.pk, "ana", "/", at=now + timedelta(microseconds=n)) for n in range(1234)])
    html = boss.get(path).content.decode()
    assert 'viewBox="0 0 1000 240"' in html
    assert 'umami-row-count">1.234<' in html
    page = html[html.index("<svg viewBox") : html.rindex("</ol>")]
    drawn = re.findall(r' (?:x|y|width|height)="([^"]*)"', page)
    assert drawn
    assert [number for number in drawn if not re.fullmatch(r"\d{1,4}(\.\d)?", number)] == []


def test_counts_are_grouped_alike_everywhere(boss: Client, traffic: Traffic, path: str) -> None:
    now = timezone.now() - timedelta(minutes=1)
    write([hit(traffic.website.pk, "ana", "/", at=now + timedelta(microseconds=n)) for n in range(1234)])
    html = boss.get(path).content.decode()
    assert card(html, "Pageviews")[0] == "1,234"
    assert 'umami-row-count">1,234<' in html
    assert "<span>2,000</span><span>1,000</span><span>0</span>" in html


def test_a_change_that_rounds_to_nothing_is_neither_good_nor_bad() -> None:
    found = {card.title: (card.change, card.good) for card in cards(_almost_alike())}
    assert found["Pageviews"] == ("", None)
    assert found["Visit duration"] == ("", None)


def _almost_alike() -> Comparison:
    return Comparison(Summary(999, 500, 500, 1, 49999), Summary(1000, 500, 500, 1, 50000))
