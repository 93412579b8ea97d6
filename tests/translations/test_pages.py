"""Every text that a person sees can be translated, and is, in German."""

import re
from datetime import UTC, timedelta
from html import escape as html_escape
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings
from django.utils import timezone

from tests.admin.markup import inline_code
from tests.dashboards.test_website_page import chart
from tests.traffic import Traffic
from umami_django.domain.reports import ReportPeriod, finished_days
from umami_django.exceptions import TooSlow
from umami_django.ingest.pipeline import Reason
from umami_django.mails.content import answers
from umami_django.mails.links import token
from umami_django.mails.message import Reader, message
from umami_django.mails.page import TROUBLES
from umami_django.models import Exclusion, Session, StoredHit, Website
from umami_django.services import refusals
from umami_django.services.base_url import NoBaseUrl

from .pseudo import bare_words, speak

DATA = frozenset(
    # what the story below tells, names of programs and places
    "boss olga ada org Example Firefox Linux Chrome Berlin DE de desktop firefox buy bought plan pro price t co x "
    "example com https http www testserver share AbCdEfGh locked admin Mozilla Windows NT Win "
    # codes and file formats, and what Django's admin has not marked
    "UTC CSV Search".split()
)
ENGLISH = frozenset(
    "Visitors visitors Visits visits Pageviews pageviews Sessions sessions Events events Settings Today Yesterday Last "
    "Germany Unknown Week Mon Monday Tuesday January March days the and this is not".split()
)
"""Words that only an English page would have."""
LIST = "/admin/umami_django/"


@pytest.fixture
def story(traffic: Traffic) -> Traffic:
    """Ana reads, buys and is told about; a bot is turned away; some pages are excluded; a link is shared."""
    now = timezone.now() - timedelta(seconds=50)
    ana = traffic.visitor("ana").using(
        browser="firefox", os="Linux", device="desktop", country="DE", city="Berlin", language="de"
    )
    ana.at(now - timedelta(days=2)).sees("/", "/buy?x=1", gap=5, referrer="https://t.co/")
    ana.at(now).sees("/").does("bought", data={"plan": "pro", "price": 9.5})
    website = traffic.website
    website.shares.create(slug="AbCdEfGh")
    website.shares.create(slug="locked", password=make_password("x"))
    for period in ("weekly", "monthly"):
        website.report_subscriptions.create(email="ada@example.org", period=period)
        website.report_subscriptions.create(account=website.owner, period=period)
    Exclusion.objects.create(website=website, kind="path", value="/x/*")
    refusals.note(website.pk, Reason.BOT, now, 3)
    return traffic


def dashboards(start: str, parts: str, *, is_shared: bool = False) -> list[str]:
    """Every page at a door, with every panel and tab."""
    tabs = (
        ("referrers", "utm_source"),
        ("entries", "exits"),
        ("countries", "languages"),
        ("names", "properties"),
    )
    pages = [
        f"{start}?panels=all&compare=year",
        f"{start}?panels=all&range=24h&browser=firefox&path__contains=x&country=DE&country=FR&country=AT&country=CH",
        f"{start}?panels=all&range=custom&from=2026-01-01&to=2025-01-01&card=visit_duration&unit=month",
        f"{start}?range=bad&step=x&from=x&tz=x&browser__x=1&path=%00&card=bounce_rate&compare=custom",
        *(f"{parts}panel/{panel}/?{panel}={tab}" for panel, both in zip(
            ("sources", "pages", "locations", "events"), tabs, strict=True) for tab in both),
        f"{parts}panel/times/",
        f"{parts}table/paths/?q=b",
        f"{parts}table/names/",
        f"{parts}table/countries/?q=nothing",
    ]  # fmt: skip
    if not is_shared:
        pages += [
            f"{parts}{page}"
            for page in ("realtime/", "reports/", "sessions/", "sessions/?q=nothing", "events/")
        ]
        pages += [f"{parts}sessions/{Session.objects.get().uuid}/", f"{parts}events/?range=1h&step=-9"]
    return pages


def admin_pages(website: Website) -> list[str]:
    hit = StoredHit.objects.filter(event_name=None).first()
    event = StoredHit.objects.exclude(event_name=None).first()
    session = Session.objects.get()
    assert hit is not None and event is not None
    own = f"{LIST}website/{website.pk}/"
    return [
        "/admin/",
        f"{LIST}website/",
        f"{LIST}website/add/",
        f"{own}change/",
        f"{own}history/",
        *(f"{own}{page}/" for page in ("filtered", "export", "erase", "reset", "delete")),
        f"{own}export/?since=2026-02-01&until=2026-01-01",
        f"{own}erase/?session={session.uuid}",
        f"{own}erase/?distinct_id=nobody",
        f"{own}erase/?distinct_id=nobody&session={session.uuid}",
        f"{LIST}website/filtered/",
        f"{LIST}website/you/",
        f"{LIST}website/all/",
        f"{LIST}website/all/?q=nothing",
        *(f"{LIST}{model}/" for model in ("account", "exclusion", "apikey")),
        *(f"{LIST}{model}/add/" for model in ("account", "exclusion", "apikey")),
        *(f"{LIST}{model}/?day=7days" for model in ("session", "pageview", "event")),
        f"{LIST}session/{session.pk}/change/",
        f"{LIST}pageview/{hit.pk}/change/",
        f"{LIST}event/{event.pk}/change/",
    ]


def addresses(story: Traffic) -> dict[str, list[str]]:
    pk = story.website.pk
    door = f"{LIST}website/{pk}/overview/"
    return {
        "admin": admin_pages(story.website) + dashboards(door, door),
        "owner": ["/stats/", *dashboards(f"/stats/{pk}/", f"/stats/{pk}/")],
        "share": [
            *dashboards("/share/AbCdEfGh", "/share/AbCdEfGh/-/", is_shared=True),
            "/share/locked",
            *(f"/reports/unsubscribe/{token(row)}" for row in story.website.report_subscriptions.all()),
        ],
    }


@pytest.mark.parametrize("door", ["admin", "owner", "share"])
def test_no_visible_word_stands_outside_of_a_translation(
    at_door: Any,
    story: Traffic,
    door: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = at_door(door).client if door != "share" else Client()
    pages = addresses(story)[door]
    speak(monkeypatch)
    found = {}
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        bare = bare_words(answer.content.decode()) - DATA
        if bare:
            found[address] = sorted(bare)
    assert found == {}


def mails(website: Website) -> list[EmailMultiAlternatives]:
    """Reports of a busy and of two quiet times, as subscription and as test."""
    now, subscription = timezone.now(), website.report_subscriptions.first()
    found = []
    for period in ReportPeriod:
        for at in (now, now + timedelta(days=40), now + timedelta(days=400)):
            told = answers(website, period, finished_days(period, at, UTC), at)
            found.append(message(told, Reader("ada@example.org", "de", subscription=subscription)))
    return [*found, message(told, Reader("ada@example.org", "de"))]


def test_reports_by_mail_are_marked_and_german(
    story: Traffic, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UMAMI = {**settings.UMAMI, "BASE_URL": "https://stats.example.org"}
    # seven weeks of the past, so that each period has somebody in one report and nobody in another
    for days in range(50):
        story.visitor("bob").at(timezone.now() - timedelta(days=days)).sees("/buy")
    for mail in mails(story.website):
        told = f"{mail.subject} {mail.body} {mail.alternatives[0][0]}"
        assert set(re.findall(r"\w+", re.sub(r"https?://\S+|<[^>]*>", " ", told))) & ENGLISH == set(), told
        assert "Besucher" in mail.subject
    speak(monkeypatch)
    for mail in mails(story.website):
        html = str(mail.alternatives[0][0])
        body = re.sub(r"https?://\S+", " ", str(mail.body))
        for text in (html, f"<p>{html_escape(body)}</p>", f"<p>{html_escape(mail.subject)}</p>"):
            assert bare_words(text) - DATA == set(), text


def test_what_errors_say_on_the_page_of_reports_can_be_translated() -> None:
    assert (NoBaseUrl().message, TooSlow().message) == TROUBLES


@pytest.mark.parametrize("door", ["admin", "owner", "share"])
def test_every_page_speaks_german(at_door: Any, story: Traffic, door: str) -> None:
    client = at_door(door).client if door != "share" else Client()
    with override_settings(LANGUAGE_CODE="de"):
        for address in addresses(story)[door]:
            answer = client.get(address)
            html = answer.content.decode()
            assert answer.status_code == 200, address
            assert inline_code(html) == [], address
            if "/panel/" not in address:
                assert '<html lang="de"' in html, address
                assert bare_words(html) & ENGLISH == set(), address


def test_a_share_page_speaks_as_its_visitor_does(story: Traffic, settings: Any) -> None:
    settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", *settings.MIDDLEWARE]
    client = Client()
    for path, english, german in (
        ("/share/AbCdEfGh?panels=all", "Bounce rate", "Absprungrate"),
        ("/share/AbCdEfGh/-/panel/pages/", "Entry", "Einstieg"),
        ("/share/locked", "These statistics are protected", "Diese Statistik ist geschützt"),
    ):
        for accepted, language, there, away in (
            ("de-AT,de;q=0.9,en;q=0.5", "de", german, english),
            ("en", "en", english, german),
            ("tlh", "en", english, german),
        ):
            answer = client.get(path, headers={"accept-language": accepted})
            html = answer.content.decode()
            assert there in html and away not in html, (path, accepted)
            assert answer["Content-Language"].startswith(language)
            assert "Accept-Language" in answer["Vary"]


@pytest.mark.usefixtures("story")
def test_numbers_and_dates_read_as_germans_write_them(website: Website, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    client, day = Client(), "range=custom&from=2026-03-09&to=2026-05-11"
    html = client.get(f"/share/AbCdEfGh?{day}&unit=week").content.decode()
    assert "9. März – 11. Mai 2026" in html
    assert "Woche ab 9. März 2026" in html
    data = chart(html)
    assert data["marks"][:2] == ["9. März", "16. März"]
    assert data["language"] == "de"
    assert data["words"] == {
        "percent": "{}\xa0%",
        "thousands": "{}\xa0Tsd.",
        "millions": "{}\xa0Mio.",
        "seconds": "{}\xa0s",
        "minutes": "{}\xa0min",
    }
    html = client.get(f"/share/AbCdEfGh?{day}&unit=month").content.decode()
    assert chart(html)["labels"] == ["März 2026", "April 2026", "Mai 2026"]
    html = client.get("/share/AbCdEfGh?range=custom&from=2026-03-10&to=2026-03-10&unit=day").content.decode()
    assert chart(html)["labels"] == ["Di, 10. März 2026"]
    html = client.get("/share/AbCdEfGh/-/panel/times/").content.decode()
    assert 'scope="row">Mo</th>' in html and 'title="Mo, 00 Uhr: ' in html


def test_countries_and_languages_have_german_names(story: Traffic, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    client = Client()
    assert (
        "Deutschland" in client.get("/share/AbCdEfGh/-/panel/locations/?locations=countries").content.decode()
    )
    assert "Deutsch<" in client.get("/share/AbCdEfGh/-/panel/locations/?locations=languages").content.decode()
