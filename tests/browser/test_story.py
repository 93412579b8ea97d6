"""From the admin's login to a visit on the chart, as a person would do it."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from selenium.webdriver.common.by import By

from tests.factories import PASSWORD, make_admin
from tests.traffic import Traffic
from umami_django.fake.traffic import fill
from umami_django.ingest.pipeline import Reason
from umami_django.models import (
    Account,
    Event,
    EventDocument,
    Exclusion,
    Pageview,
    Session,
    SessionData,
    Website,
)
from umami_django.services import refusals
from umami_django.services.api_keys import create_api_key
from umami_django.services.sharing import enable_sharing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENSHOTS = Path(__file__).parent / "screenshots"
PAGE = """<!DOCTYPE html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,">
<script async defer data-website-id="{website}" src="{server}/umami.js"></script></head>
<body><h1>Shop</h1>
<button id="buy" class="umami--click--old-style" data-umami-event="buy" data-umami-event-plan="pro">Buy</button>
</body></html>"""


@pytest.fixture
def server(live_server: Any) -> str:
    """The address of the running server; static files are served, too."""
    return str(live_server.url)


def eventually(check: Callable[[], bool], what: str) -> None:
    """Wait up to five seconds for something that a browser does on its own time."""
    deadline = time.monotonic() + 5
    while not check():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def log_in(browser: Any, server: str) -> None:
    make_admin("ada")
    browser.get(f"{server}/admin/")
    browser.find_element(By.NAME, "username").send_keys("ada")
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
    eventually(lambda: "Log out" in browser.page_source, "logged in")


def console_errors(browser: Any) -> list[str]:
    """What went wrong in the page; that the test site has no icon is not."""
    messages = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    return [message for message in messages if "favicon.ico" not in message]


def test_a_website_is_made_visited_and_seen(
    browser: Any, server: str, strangers_page: Callable[[str], str]
) -> None:
    log_in(browser, server)
    browser.get(f"{server}/admin/umami_django/website/add/")
    browser.find_element(By.NAME, "name").send_keys("Shop")
    browser.find_element(By.NAME, "domain").send_keys("localhost")
    browser.find_element(By.NAME, "_save").click()
    eventually(lambda: Website.objects.exists(), "the website is stored")
    website = Website.objects.get()

    shop = strangers_page(PAGE.format(website=website.uuid, server=server))
    browser.get(f"{shop}?utm_source=mail")
    eventually(lambda: Pageview.objects.count() == 1, "the pageview is stored")
    browser.find_element(By.ID, "buy").click()
    eventually(lambda: Event.objects.count() == 2, "both events are stored")
    browser.execute_script("history.pushState({}, '', '/checkout')")
    eventually(lambda: Pageview.objects.count() == 2, "the move inside the page is stored")
    browser.execute_script("history.replaceState({}, '', '/checkout')")
    browser.execute_script("return umami.trackEvent('done', {total: 5}, '/thanks')")
    eventually(lambda: Event.objects.count() == 3, "the event from a script is stored")
    assert console_errors(browser) == []

    assert Session.objects.count() == 1
    assert list(Pageview.objects.order_by("id").values_list("url__text", "utm_source__text")) == [
        ("/?utm_source=mail", "mail"),
        ("/checkout", None),
    ]
    events = Event.objects.order_by("id").values_list("event_name__text", "url__text")
    assert set(events) == {
        ("buy", "/?utm_source=mail"),
        ("old-style", "/?utm_source=mail"),
        ("done", "/thanks"),
    }
    assert set(EventDocument.objects.values_list("document", flat=True)) == {'{"plan":"pro"}', '{"total":5}'}

    browser.get(f"{server}/admin/umami_django/website/{website.pk}/overview/")

    def text() -> str:
        shown: str = browser.find_element(By.ID, "umami").text
        return shown

    assert "1 current visitor" in text()
    for seen in ("/checkout", "buy", "Chrome", "Direct"):
        eventually(lambda seen=seen: seen in text(), f"{seen} is in a panel")
    assert console_errors(browser) == []


MODERN_PAGE = """<!DOCTYPE html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,">
<script async defer data-website-id="{website}" data-tag="beta" data-exclude-hash="true"
 src="{server}/script.js"></script></head><body>
<a id="go" href="#x" data-umami-event="go" data-umami-event-to="x"><span id="inner">Go</span></a></body></html>"""


def test_the_tracker_of_today(
    browser: Any, server: str, website: Website, strangers_page: Callable[[str], str]
) -> None:
    browser.get(strangers_page(MODERN_PAGE.format(website=website.uuid, server=server)) + "start?x=1#top")
    eventually(lambda: Pageview.objects.count() == 1, "the pageview is stored")
    browser.find_element(By.ID, "inner").click()
    eventually(lambda: Event.objects.count() == 1, "the click is stored")
    browser.execute_script("history.pushState({}, '', '/next')")
    eventually(lambda: Pageview.objects.count() == 2, "the move inside the page is stored")
    browser.execute_script("return umami.identify('ann', {plan: 'pro'})")
    eventually(lambda: SessionData.objects.count() == 1, "what was told is stored")
    browser.execute_script("return umami.track('paid', {total: 5})")
    browser.execute_script("return umami.track(function (p) { p.url = '/own'; return p; })")
    eventually(lambda: Pageview.objects.count() == 3 and Event.objects.count() == 2, "both calls are stored")
    assert console_errors(browser) == []
    views = Pageview.objects.order_by("id").values_list("url__text", "tag__text", "session__distinct_id")
    assert list(views) == [("/start?x=1", "beta", None), ("/next", "beta", None), ("/own", "beta", "ann")]
    assert set(EventDocument.objects.values_list("document", flat=True)) == {'{"to":"x"}', '{"total":5}'}
    assert set(Session.objects.values_list("distinct_id", flat=True)) == {None, "ann"}


def test_an_opted_out_visitor_sends_nothing(
    browser: Any, server: str, website: Website, strangers_page: Callable[[str], str]
) -> None:
    shop = strangers_page(PAGE.format(website=website.uuid, server=server))
    browser.get(shop)
    eventually(lambda: Pageview.objects.count() == 1, "counted before")
    browser.execute_script("localStorage.setItem('umami.disabled', '1')")
    browser.get(f"{shop}again")
    browser.find_element(By.ID, "buy").click()
    time.sleep(0.5)
    assert (Pageview.objects.count(), Event.objects.count()) == (1, 0)
    browser.execute_script("localStorage.clear()")


def test_the_copy_button_copies(browser: Any, server: str, website: Website) -> None:
    log_in(browser, server)
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.get(f"{server}/admin/umami_django/website/{website.pk}/change/")
    button = browser.find_element(By.CSS_SELECTOR, "[data-umami-copy]")
    button.click()
    eventually(lambda: button.text == "Copied", "the button says so")
    assert console_errors(browser) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_every_page_fits_its_window(
    browser: Any, server: str, traffic: Traffic, theme: str, width: int
) -> None:
    website = traffic.website
    now = timezone.now()
    fill([(website, 1)], pageviews=16_000, start=now - timedelta(days=32), end=now)
    share = enable_sharing(website)
    for back, reason in enumerate([*Reason, Reason.BOT, Reason.BOT]):
        refusals.note(website.pk, reason, timezone.now() - timedelta(days=3 * back), 40 * (back + 1))
    Exclusion.objects.create(website=website, kind="path", value="/admin/*", note="the panel")
    Exclusion.objects.create(kind="address", value="192.0.2.0/24")
    log_in(browser, server)
    create_api_key(Account.objects.get(user__username="ada"), "mobile app")
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    SCREENSHOTS.mkdir(exist_ok=True)
    visitor = Session.objects.order_by("-created_at").first()
    assert visitor is not None
    site = f"/admin/umami_django/website/{website.pk}"
    pages = {
        "export": f"{site}/export/",
        "export-wrong": f"{site}/export/?format=x&since=2026-02-01&until=2026-01-01",
        "erase": f"{site}/erase/",
        "erase-wrong": f"{site}/erase/?distinct_id=nobody",
        "erase-sure": f"{site}/erase/?session={visitor.uuid}",
        "session": f"/admin/umami_django/session/{visitor.pk}/change/",
        "overview": f"/admin/umami_django/website/{website.pk}/overview/?range=30d",
        "overview-24h": f"/admin/umami_django/website/{website.pk}/overview/",
        "websites": "/admin/umami_django/website/",
        "website": f"/admin/umami_django/website/{website.pk}/change/",
        "reset": f"/admin/umami_django/website/{website.pk}/reset/",
        "pageviews": "/admin/umami_django/pageview/?day=7days",
        "filtered": f"/admin/umami_django/website/{website.pk}/filtered/",
        "you": "/admin/umami_django/website/you/",
        "exclusions": "/admin/umami_django/exclusion/",
        "keys": "/admin/umami_django/apikey/",
        "share": f"/share/{share.slug}?range=7d",
    }
    for name, path in pages.items():
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        browser.get(server + path)
        height = browser.execute_script("return document.documentElement.scrollHeight")
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": max(1000, height), "deviceScaleFactor": 1, "mobile": width < 500},
        )
        browser.save_screenshot(str(SCREENSHOTS / f"{name}-{width}-{theme}.png"))
        # the admin's own wide tables scroll inside their box; our pages must not be wider than the window
        if name not in ("websites", "pageviews", "exclusions", "keys", "session"):
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width, name
        assert console_errors(browser) == [], name
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


LEAVING_PAGE = """<!DOCTYPE html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,">
<script async defer data-website-id="{website}" data-outbound="true" src="{server}/{script}"></script></head><body>
<a id="out" href="{elsewhere}">Elsewhere</a><a id="in" href="/inside">Inside</a></body></html>"""


@pytest.mark.parametrize("script", ["umami.js", "script.js"])
def test_what_is_clicked_while_the_page_is_left_arrives(
    browser: Any, server: str, website: Website, strangers_page: Callable[[str], str], script: str
) -> None:
    elsewhere = f"{server}/umami.js"
    page = LEAVING_PAGE.format(website=website.uuid, server=server, script=script, elsewhere=elsewhere)
    browser.get(strangers_page(page))
    eventually(lambda: Pageview.objects.count() == 1, "the pageview is stored")
    browser.find_element(By.ID, "in").click()
    eventually(lambda: Pageview.objects.count() == 2, "the next page is stored")
    assert not Event.objects.exists()
    browser.find_element(By.ID, "out").click()
    eventually(
        lambda: Event.objects.count() == 1, "the click on the link is stored, although the page is gone"
    )
    event = Event.objects.get()
    assert event.event_name.text == "outbound-link-click"
    assert EventDocument.objects.get().document == f'{{"url":"{elsewhere}"}}'


@pytest.mark.parametrize("script", ["umami.js", "script.js"])
def test_a_page_that_comes_back_from_the_browsers_cache_is_counted_again(
    browser: Any, server: str, website: Website, strangers_page: Callable[[str], str], script: str
) -> None:
    address = strangers_page(
        LEAVING_PAGE.format(website=website.uuid, server=server, script=script, elsewhere="/")
    )
    browser.get(address)
    eventually(lambda: Pageview.objects.count() == 1, "the pageview is stored")
    browser.execute_script("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    eventually(lambda: Pageview.objects.count() == 2, "the page that is shown again is stored")


def test_a_page_without_javascript_is_counted_by_the_picture(
    browser: Any, server: str, website: Website, strangers_page: Callable[[str], str]
) -> None:
    picture = f'<img src="{server}/api/pixel/{website.uuid}.gif" alt="" referrerpolicy="no-referrer-when-downgrade">'
    browser.get(strangers_page(f"<!DOCTYPE html><title>Plain</title>{picture}") + "plain?x=1")
    eventually(lambda: Pageview.objects.count() == 1, "the picture is counted")
    assert Pageview.objects.get().url.text == "/plain?x=1"
