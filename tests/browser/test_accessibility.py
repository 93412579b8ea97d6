"""axe-core finds nothing that matters on any page, at any door, light and dark, and with every menu open."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.factories import make_website
from tests.traffic import Traffic
from umami_django.ingest.pipeline import Reason
from umami_django.models import Exclusion, Session, Website
from umami_django.services import refusals

from .axe import findings
from .test_story import console_errors, eventually, log_in, server  # noqa: F401  a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADMIN = "/admin/umami_django"
BUSY = ".umami-panels > [data-umami-panel]:not([data-umami-full]), [aria-busy]"


@pytest.fixture
def full(traffic: Traffic) -> Traffic:
    """Four weeks of everything that a page can show; somebody is there right now."""
    website, now = traffic.website, timezone.now()
    for day in range(28):
        at = now - timedelta(days=day, minutes=2)
        ana = traffic.visitor(f"ana{day}").using(browser="chrome", os="Windows 10", device="desktop")
        ana.using(country="DE", region="DE-BE", city="Berlin", language="de-DE", screen="1920x1080")
        ana.at(at).sees("/", "/pricing?plan=pro", gap=20, referrer="https://www.google.com/")
        ana.does("signup", data={"plan": "pro", "price": 5})
        if day % 2:
            bob = traffic.visitor(f"bob{day}").using(browser="firefox", os="Linux", country="FR")
            bob.at(at).sees("/blog?utm_source=mail&utm_medium=email&utm_campaign=spring")
    website.shares.create(slug="public")
    website.shares.create(slug="locked", password=make_password("sesame"))
    for back, reason in enumerate(Reason):
        refusals.note(website.pk, reason, now - timedelta(days=3 * back), 40 * (back + 1))
    Exclusion.objects.create(website=website, kind="path", value="/admin/*", note="the panel")
    return traffic


@pytest.fixture
def empty(full: Traffic) -> Website:
    """Another website, without any traffic."""
    return make_website(full.website.owner, name="Empty")


@pytest.fixture(params=["light", "dark"])
def reader(request: Any, browser: Any, server: str) -> Iterator[Any]:  # noqa: F811
    """The browser of somebody who is logged in, and whose system is light or dark."""
    log_in(browser, server)
    media = {"features": [{"name": "prefers-color-scheme", "value": request.param}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    yield browser
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def somebody() -> Session:
    return Session.objects.filter(country__text="DE").latest("created_at")


def website_pages(root: str) -> list[str]:
    """Every page that lies below the dashboard of a website at *root*."""
    return [
        root,
        f"{root}?country=DE&path__contains=/&card=bounce_rate&range=24h&tz=Mars",
        f"{root}?country=XX&range=yesterday&compare=off",
        f"{root}?sources=utm_source&pages=queries&locations=countries&devices=systems&events=properties",
        *(f"{root}table/paths/", f"{root}table/cities/?q=e&order=name"),
        *(f"{root}realtime/", f"{root}sessions/", f"{root}sessions/{somebody().uuid}/", f"{root}events/"),
    ]


def problems(browser: Any, axe: str, addresses: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with each of the pages; those with which all is well are left out."""
    found = {}
    for address in addresses:
        browser.get(address)
        eventually(
            lambda: not browser.find_elements(By.CSS_SELECTOR, BUSY), f"the panels of {address} are there"
        )
        found[address] = findings(browser, axe) + console_errors(browser)
    return {address: lines for address, lines in found.items() if lines}


def test_the_dashboards_in_the_admin(
    reader: Any,
    server: str,  # noqa: F811
    full: Traffic,
    empty: Website,
    axe: str,
) -> None:
    pages = [
        *website_pages(f"{ADMIN}/website/{full.website.pk}/overview/"),
        *(
            f"{ADMIN}/website/{empty.pk}/overview/{page}"
            for page in ("", "realtime/", "sessions/", "events/")
        ),
        *(f"{ADMIN}/website/all/", f"{ADMIN}/website/all/?q=nobody"),
    ]
    assert problems(reader, axe, [server + page for page in pages]) == {}


def test_the_other_pages_of_the_admin(
    reader: Any,
    server: str,  # noqa: F811
    full: Traffic,
    empty: Website,
    axe: str,
) -> None:
    site = f"{ADMIN}/website/{full.website.pk}"
    pages = [
        *(f"{site}/change/", f"{ADMIN}/website/{empty.pk}/change/", f"{ADMIN}/website/add/"),
        *(f"{site}/filtered/", f"{ADMIN}/website/filtered/", f"{ADMIN}/website/you/"),
        *(f"{site}/export/", f"{site}/export/?format=x", f"{site}/reset/"),
        *(f"{site}/erase/", f"{site}/erase/?distinct_id=nobody", f"{site}/erase/?session={somebody().uuid}"),
        *(f"{ADMIN}/website/", f"{ADMIN}/pageview/?day=7days", f"{ADMIN}/exclusion/", f"{ADMIN}/apikey/add/"),
    ]
    assert problems(reader, axe, [server + page for page in pages]) == {}


def test_the_dashboards_of_owners(reader: Any, server: str, full: Traffic, axe: str) -> None:  # noqa: F811
    pages = ["/stats/", *website_pages(f"/stats/{full.website.pk}/")]
    assert problems(reader, axe, [server + page for page in pages]) == {}


def test_shares(reader: Any, server: str, full: Traffic, axe: str) -> None:  # noqa: F811
    pages = ["/share/public", "/share/public?country=DE", "/share/public/-/table/paths/", "/share/locked"]
    assert problems(reader, axe, [server + page for page in pages]) == {}
    reader.find_element(By.NAME, "password").send_keys("wrong", Keys.ENTER)
    eventually(lambda: bool(reader.find_elements(By.CSS_SELECTOR, "[role=alert]")), "it is refused")
    assert findings(reader, axe) == []


def test_a_new_api_key(reader: Any, server: str, axe: str) -> None:  # noqa: F811
    reader.get(f"{server}{ADMIN}/apikey/add/")
    reader.find_element(By.NAME, "name").send_keys("mobile app", Keys.ENTER)
    eventually(lambda: bool(reader.find_elements(By.ID, "umami-api-key")), "the key is shown")
    assert findings(reader, axe) == []


def test_open_menus(reader: Any, server: str, full: Traffic, empty: Website, axe: str) -> None:  # noqa: F811
    reader.get(f"{server}{ADMIN}/website/{full.website.pk}/overview/?path=/&country=DE")
    eventually(lambda: not reader.find_elements(By.CSS_SELECTOR, BUSY), "the panels are there")
    menus = reader.find_elements(By.CSS_SELECTOR, ".umami details")
    assert (
        len(menus) == 8
    )  # websites, two chips, a new filter, range, comparison, campaigns, the chart's table
    for menu in menus:
        menu.find_element(By.TAG_NAME, "summary").click()
        assert findings(reader, axe) == [], menu.text
        menu.find_element(By.TAG_NAME, "summary").click()
    reader.find_element(By.CSS_SELECTOR, "[data-umami-keys]").click()
    assert findings(reader, axe) == []
