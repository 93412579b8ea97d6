"""What a report says: the engine's numbers, in the reader's language, in mail that every program can read."""

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tests.factories import make_admin
from tests.traffic import Traffic
from umami_django.domain.periods import Period
from umami_django.domain.reports import ReportPeriod, finished_days
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Metric, Unit
from umami_django.mails.content import answers, one_line, report_zone
from umami_django.mails.message import Reader, message
from umami_django.models import Account, Website
from umami_django.stats.overview import summary
from umami_django.stats.rankings import ranking
from umami_django.stats.series import traffic_series

from .conftest import MONDAY, Subscribe

WEEK = Period(datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC) - timedelta(microseconds=1))


@pytest.fixture
def busy(traffic: Traffic) -> Traffic:
    """A week of two visitors after one of a single one."""
    traffic.visitor("ana").using(country="DE", device="mobile").sees("/", "/pricing", gap=30)
    traffic.visitor("bob").using(country="FR", device="laptop").sees("/", referrer="https://t.co/x").does(
        "signup"
    )
    traffic.visitor("eve").at(traffic.start - timedelta(days=7)).sees("/")
    return traffic


def mailed(
    website: Website, period: ReportPeriod = ReportPeriod.WEEKLY, reader: Reader | None = None
) -> EmailMultiAlternatives:
    found = answers(website, period, finished_days(period, MONDAY, report_zone(website)), MONDAY)
    return message(found, reader or Reader("ada@example.org", "en"))


def html_of(mail: EmailMultiAlternatives) -> str:
    return str(mail.alternatives[0][0])


def test_the_whole_text(busy: Traffic, website: Website, subscribe: Subscribe) -> None:
    row = subscribe("ada@example.org")
    share = website.shares.create(slug="AbCdEfGh")
    mail = mailed(website, reader=Reader("ada@example.org", "en", subscription=row))
    assert mail.subject == "Example: 2 visitors in the week of March 9, 2026"
    body, link = mail.body.split("No more of these reports:\n")
    assert re.fullmatch(rf"https://stats\.example\.org/reports/unsubscribe/{row.pk}\.[\w-]+\n", link)
    assert (
        body
        == f"""Example: March 9, 2026 to March 15, 2026
========================================
Visitors            2  +100 %
Visits              2  +100 %
Pageviews           3  +200 %
Pages per visit  1.50   +50 %
Bounce rate      50 %  −50 pp
Visit duration    15s     new
(Compared with March 2, 2026 to March 8, 2026)

Visitors by day
---------------
Mon 9 Mar   0
Tue 10 Mar  ██████████████████████████████ 2
Wed 11 Mar  0
Thu 12 Mar  0
Fri 13 Mar  0
Sat 14 Mar  0
Sun 15 Mar  0

Pages (Visitors)
----------------
/         2  100 %
/pricing  1   50 %

Referrers (Visitors)
--------------------
t.co  1  50 %

Channels (Visitors)
-------------------
Direct          1  50 %
Organic social  1  50 %

Countries (Visitors)
--------------------
Germany  1  50 %
France   1  50 %

Devices (Visitors)
------------------
Laptop  1  50 %
Mobile  1  50 %

Events (Events)
---------------
signup  1  100 %

The dashboard of these days:
https://stats.example.org/share/{share.slug}?range=custom&from=2026-03-09&to=2026-03-15&unit=day&tz=UTC

"""
    )


def test_the_html_is_well_formed_and_says_the_same(busy: Traffic, website: Website) -> None:
    website.name = "Me & <You>"
    website.save()
    mail = mailed(website)
    root = ElementTree.fromstring(html_of(mail).partition("<!DOCTYPE html>")[2])
    texts = [text.strip() for text in root.itertext() if text.strip()]
    assert texts[:3] == [mail.subject, "Me & <You>", "March 9, 2026 to March 15, 2026"]
    for line in ("+100 %", "−50 pp", "Tue 10 Mar", "/pricing", "t.co", "Organic social", "Germany", "signup"):
        assert line in texts
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not tags & {"script", "style", "link", "img"}  # nothing is fetched: no mail tells that it was read
    assert "url(" not in html_of(mail)


def test_numbers_are_those_of_the_engine(busy: Traffic, website: Website) -> None:
    found = answers(website, ReportPeriod.WEEKLY, (date(2026, 3, 9), date(2026, 3, 15)), MONDAY)
    scope = Scope(website.pk, WEEK, UTC)
    assert found.question.scope.period == WEEK
    assert found.numbers == summary(scope)
    before = Period(WEEK.start - timedelta(days=7), WEEK.end - timedelta(days=7))
    assert found.before == summary(scope.within(before))
    assert found.series == traffic_series(scope, Unit.DAY, MONDAY, with_visits=False)
    assert found.rankings["names"] == ranking(scope, Metric.EVENT)
    assert found.rankings["countries"] == ranking(scope, Metric.COUNTRY)


def test_the_dashboard_behind_the_link_shows_the_same_numbers(
    busy: Traffic, website: Website, client: Client
) -> None:
    """Also of months, which differ in length, and of a website in another zone than whoever looks."""
    website.time_zone = "Pacific/Auckland"
    website.save()
    busy.visitor("eve").at(datetime(2026, 1, 31, 11, 30, tzinfo=UTC)).sees("/", "/docs")  # February 1st there
    boss = make_admin("boss")
    client.force_login(boss.user)
    for period in ReportPeriod:
        mail = mailed(website, period, Reader("b@example.org", "en", boss))
        (href,) = re.findall(r"https://stats\.example\.org(/admin/\S+)", mail.body)
        page = client.get(href).context["page"]
        found = answers(website, period, finished_days(period, MONDAY, report_zone(website)), MONDAY)
        dots = [point.numbers.visitors for point in found.series]
        assert page.chart.data["values"] == dots
        shown = [(card.exact, card.change.text) for card in page.cards]
        assert [tuple(re.split(r"\s{2,}", line)[1:3]) for line in mail.body.splitlines()[2:8]] == [
            pair if pair[1] else pair[:1] for pair in shown
        ]


def test_days_are_those_of_the_website(traffic: Traffic, website: Website) -> None:
    traffic.visitor("ana").at(datetime(2026, 3, 15, 23, 30, tzinfo=UTC)).sees("/")
    assert mailed(website).subject.startswith("Example: 1 visitor in")
    website.time_zone = "Europe/Berlin"  # where it is Monday already
    website.save()
    assert mailed(website).subject.startswith("Example: 0 visitors in")


def test_a_month_across_the_change_of_clocks(traffic: Traffic, website: Website) -> None:
    website.time_zone = "Europe/Berlin"
    website.save()
    first, last = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)
    for moment in (first, last, first - timedelta(seconds=1), last + timedelta(seconds=1)):
        traffic.visitor(f"at {moment}").at(moment).sees("/")
    found = answers(
        website, ReportPeriod.MONTHLY, (date(2026, 3, 1), date(2026, 3, 31)), datetime(2026, 4, 2, tzinfo=UTC)
    )
    assert (found.numbers.visitors, found.before.visitors) == (2, 1)
    assert [point.numbers.visitors for point in found.series] == [1, *[0] * 29, 1]


def test_without_traffic_it_says_so_kindly(website: Website, traffic: Traffic) -> None:
    mail = mailed(website)
    assert "Example is waiting for its first visitor." in mail.body
    assert "Bounce rate" not in mail.body and "Bounce rate" not in html_of(mail)
    traffic.visitor("eve").at(traffic.start - timedelta(days=7)).sees("/")
    mail = mailed(website)
    assert mail.subject == "Example: 0 visitors in the week of March 9, 2026"
    for text in (mail.body, html_of(mail)):
        assert "A quiet week: nobody came by." in text
        assert "1 visitor came in the time before." in text
    ElementTree.fromstring(html_of(mail).partition("<!DOCTYPE html>")[2])


def test_events_without_a_pageview_are_not_quiet(website: Website, traffic: Traffic) -> None:
    traffic.visitor("ana").does("signup")
    assert "signup" in mailed(website).body


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Shop\r\nBcc: all@example.org", "Shop Bcc: all@example.org"),
        ("A\x00B\x1b[1m\u2028C\u202eD", "A B [1m C D"),
        ("Büro – Größe", "Büro – Größe"),
    ],
)
def test_a_name_cannot_break_out_of_the_subject(
    busy: Traffic, website: Website, name: str, line: str
) -> None:
    website.name = name
    assert one_line(name) == line
    received = message_from_bytes(mailed(website).message().as_bytes(), policy=policy.default)
    assert received["Subject"].strip() == f"{line}: 2 visitors in the week of March 9, 2026"
    assert received["Bcc"] is None
    assert received["To"] == "ada@example.org"


def test_programs_can_unsubscribe_by_themselves(
    busy: Traffic, website: Website, subscribe: Subscribe
) -> None:
    row = subscribe("ada@example.org")
    mail = mailed(website, reader=Reader("ada@example.org", "en", subscription=row))
    raw = mail.message().as_bytes()
    received = message_from_bytes(raw, policy=policy.default)
    link = re.findall(r"https://\S+unsubscribe/\S+", mail.body)[0]
    assert received["List-Unsubscribe"].strip() == f"<{link}>"
    assert link.encode() in raw
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert received["Auto-Submitted"] == "auto-generated"


def test_links_never_come_from_a_request(
    busy: Traffic, website: Website, owner: Account, settings: Any
) -> None:
    settings.UMAMI = {"BASE_URL": "https://example.org/analytics/"}
    assert (
        "https://example.org/analytics/stats/" in mailed(website, reader=Reader("o@x.org", "en", owner)).body
    )


def test_whoever_has_no_way_to_the_dashboard_gets_no_link(busy: Traffic, website: Website) -> None:
    assert "https://" not in mailed(website).body
    website.shares.create(slug="locked", password="x")
    assert "https://" not in mailed(website).body


def test_the_reader_chooses_the_language(busy: Traffic, website: Website) -> None:
    mail = mailed(website, reader=Reader("ada@example.org", "de"))
    assert '<html lang="de"' in html_of(mail)
    assert "März" in mail.subject


def test_number_of_queries(
    busy: Traffic, website: Website, owner: Account, django_assert_num_queries: Any
) -> None:
    days = (date(2026, 3, 9), date(2026, 3, 15))
    now = MONDAY + timedelta(days=90)  # hits of long ago may be pruned: one more
    # nine questions, each after a look at what is summarised and in columns; the website's own name, no referrer
    with django_assert_num_queries(29):
        found = answers(website, ReportPeriod.WEEKLY, days, now)
    with django_assert_num_queries(0):
        message(found, Reader("o@example.org", "en", owner))
