"""The dashboards as people use them: by mouse, by keys alone, without JavaScript, at every width.

The test site sends a strict Content-Security-Policy; whatever it blocks is an error on the console and fails here.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.factories import make_website
from tests.traffic import Traffic
from umami_django.models import Session, Website

from .test_story import console_errors, eventually, log_in, server  # noqa: F401  a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (390, 800, 1400, 2000)


@pytest.fixture
def seen(traffic: Traffic) -> Traffic:
    """Ten days: Chrome in Germany, Firefox in France; and somebody right now."""
    now = timezone.now()
    for day in range(10):
        at = now - timedelta(days=day, minutes=2)
        ana = traffic.visitor(f"ana{day}").using(
            browser="chrome", os="Windows 10", device="desktop", country="DE", city="Berlin", language="de-DE"
        )
        ana.at(at).sees("/", "/pricing", gap=20, referrer="https://www.google.com/").does(
            "signup", data={"plan": "pro"}
        )
        bob = traffic.visitor(f"bob{day}").using(browser="firefox", os="Linux", device="laptop", country="FR")
        bob.at(at).sees("/blog?utm_source=mail&utm_medium=email")
    return traffic


@pytest.fixture
def page(browser: Any, server: str, seen: Traffic) -> Iterator[Any]:  # noqa: F811
    """The browser on the dashboard, its panels loaded; nothing may have been blocked or failed in the end."""
    log_in(browser, server)
    browser.get(f"{server}/admin/umami_django/website/{seen.website.pk}/overview/")
    loaded(browser)
    yield browser
    assert console_errors(browser) == []


def loaded(browser: Any) -> None:
    """Wait for all six panels."""
    eventually(
        lambda: len(browser.find_elements(By.CSS_SELECTOR, ".umami-panels > [data-umami-full]")) == 6,
        "the panels are there",
    )


def text(browser: Any, selector: str) -> str:
    """The text of an element in one line; asked again when a panel was replaced in between."""
    try:
        return " ".join(browser.find_element(By.CSS_SELECTOR, selector).text.split())
    except StaleElementReferenceException:
        return text(browser, selector)


def press(browser: Any, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def address_has(browser: Any, part: str) -> None:
    eventually(lambda: part in browser.current_url, f"{part} in {browser.current_url}")


def test_cards_chart_and_tooltip(page: Any) -> None:
    assert "20" in text(page, ".umami-card[aria-current] .umami-card-value")
    plot = page.find_element(By.CSS_SELECTOR, "#umami-plot .u-over")
    ActionChains(page).move_to_element(plot).perform()
    eventually(lambda: "Visitors: " in text(page, ".umami-tip"), "the tooltip shows the number")
    page.find_element(By.XPATH, "//a[contains(@class, 'umami-card')][contains(., 'Pageviews')]").click()
    address_has(page, "card=pageviews")
    assert text(page, ".umami-numbers summary") == "Pageviews as a table"
    page.find_element(By.CSS_SELECTOR, ".umami-numbers summary").click()
    assert "3" in text(page, ".umami-table tbody tr:last-child td")


def test_dragging_over_the_chart_zooms_in(page: Any) -> None:
    plot = page.find_element(By.CSS_SELECTOR, "#umami-plot .u-over")
    width = plot.size["width"]
    drag = ActionChains(page).move_to_element_with_offset(plot, int(width * 0.2), 0)
    drag.click_and_hold().move_by_offset(int(width * 0.2), 5).release().perform()
    address_has(page, "range=custom&from=")


def test_tabs_open_in_place_and_are_in_the_address(page: Any) -> None:
    page.find_element(By.CSS_SELECTOR, "#umami-devices").find_element(By.LINK_TEXT, "Systems").click()
    eventually(lambda: "Windows 10/11" in text(page, "#umami-devices"), "the tab is open")
    page.find_element(By.CSS_SELECTOR, "#umami-sources summary").click()
    page.find_element(By.LINK_TEXT, "UTM source").click()
    eventually(lambda: "mail" in text(page, "#umami-sources .umami-rows"), "the campaign is there")
    assert "devices=systems" in page.current_url and "sources=utm_source" in page.current_url
    page.refresh()
    loaded(page)
    assert "Windows 10/11" in text(page, "#umami-devices")
    assert page.switch_to.active_element.tag_name == "body"


def test_a_row_is_a_filter_a_chip_edits_it_and_escape_clears_all(page: Any) -> None:
    page.find_element(By.LINK_TEXT, "/pricing").click()
    address_has(page, "path=%2Fpricing")
    loaded(page)
    assert text(page, ".umami-chip").startswith("Page is /pricing")
    assert "Firefox" not in text(page, "#umami-devices")
    assert "10" in text(page, ".umami-card[aria-current] .umami-card-value")
    page.find_element(By.LINK_TEXT, "Chrome").click()
    address_has(page, "browser=chrome")
    assert len(page.find_elements(By.CSS_SELECTOR, ".umami-chip")) == 2

    page.find_element(By.CSS_SELECTOR, ".umami-chip summary").click()
    form = page.find_element(By.CSS_SELECTOR, ".umami-chip form")
    form.find_element(By.CSS_SELECTOR, "option[value=not]").click()
    form.find_element(By.CSS_SELECTOR, "input[type=text]").send_keys("/other")
    form.find_element(By.TAG_NAME, "button").click()
    address_has(page, "path__not=%2Fpricing&path__not=%2Fother")
    assert "is not" in text(page, ".umami-chips")
    press(page, Keys.ESCAPE)
    eventually(
        lambda: "browser" not in page.current_url and "path" not in page.current_url, "no filter is left"
    )
    loaded(page)


def test_the_map_filters_by_a_click(page: Any) -> None:
    german = page.find_element(By.CSS_SELECTOR, ".umami-map a[href*='country=DE'] path")
    page.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", german)
    address_has(page, "country=DE")
    assert "Germany" in text(page, ".umami-chip")
    loaded(page)


def test_everything_by_keys(page: Any) -> None:
    press(page, "w")
    address_has(page, "range=7d")
    press(page, Keys.ARROW_LEFT)
    address_has(page, "step=-1")
    press(page, Keys.ARROW_RIGHT)
    eventually(lambda: "step" not in page.current_url, "back in the present")
    press(page, "x")
    address_has(page, "compare=off")
    press(page, "/")
    eventually(lambda: page.switch_to.active_element.get_attribute("name") == "edit", "the form is open")
    press(page, Keys.ESCAPE)
    eventually(lambda: not page.find_elements(By.CSS_SELECTOR, "#umami-add[open]"), "the form is closed")
    press(page, "c")
    eventually(lambda: page.switch_to.active_element.get_attribute("name") == "from", "the calendar is open")
    press(page, Keys.ESCAPE)
    press(page, "?")
    eventually(lambda: "Comparison on or off" in text(page, "#umami-keys"), "the map of the keys is there")
    press(page, Keys.ESCAPE)
    press(page, "r")
    address_has(page, "/realtime/")
    press(page, "v")
    address_has(page, "/sessions/")
    press(page, "s")
    eventually(lambda: page.switch_to.active_element.get_attribute("name") == "q", "the search has the focus")
    press(page, "berlin", Keys.ENTER)
    address_has(page, "q=berlin")
    assert "Berlin, Germany" in text(page, ".umami-rows")
    press(page, "g")
    eventually(lambda: page.current_url.split("?")[0].endswith("/overview/"), "the dashboard again")
    loaded(page)


def test_numbers_lead_to_other_websites(page: Any, seen: Traffic) -> None:
    other = make_website(name="Aaa")
    page.refresh()
    loaded(page)
    press(page, "1")
    address_has(page, f"/website/{other.pk}/overview/")
    loaded(page)
    assert "Nothing was counted in this time" in page.page_source


def zones(page: Any) -> list[str]:
    """Open the menu: the time zones in it that can be seen, in their order."""
    page.find_element(By.CSS_SELECTOR, "#umami-range summary").click()
    links = page.find_elements(By.CSS_SELECTOR, "#umami-range form ~ a")
    return [" ".join(link.text.split()) for link in links if link.is_displayed()]


def test_the_zone_of_the_reader_is_offered_first(page: Any) -> None:
    page.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    page.refresh()
    loaded(page)
    assert zones(page)[:2] == ["Yours: Asia/Tokyo", "Website's: the server's"]
    page.find_element(By.PARTIAL_LINK_TEXT, "Asia/Tokyo").click()
    address_has(page, "tz=Asia%2FTokyo")
    loaded(page)
    assert zones(page)[:2] == ["Asia/Tokyo", "Website's: the server's"]
    page.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


def test_without_javascript_all_is_there(page: Any) -> None:
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.get(page.current_url)
        eventually(lambda: "panels=all" in page.current_url, "the page asks for its panels itself")
        shown = page.find_element(By.CSS_SELECTOR, "#umami").text
        for part in ("/pricing", "Chrome", "Organic search", "signup", "Mon"):
            assert part in shown, part
        assert page.find_element(By.CSS_SELECTOR, "svg.umami-lines").is_displayed()
        page.find_element(By.LINK_TEXT, "Entry").click()
        eventually(lambda: "pages=entries" in page.current_url, "a tab is a link")
        assert "/blog" in text(page, "#umami-pages")
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_realtime_follows_what_happens(page: Any, server: str, seen: Traffic) -> None:  # noqa: F811
    page.find_element(By.LINK_TEXT, "Realtime").click()
    address_has(page, "/realtime/")
    before = int(text(page, ".umami-live-count b"))
    seen.visitor("new").at(timezone.now()).sees("/just-now")

    def has_come() -> bool:
        return "/just-now" in text(page, "#umami-live")

    for _ in range(3):
        try:
            eventually(has_come, "the new hit is shown")
            break
        except AssertionError:
            continue
    assert has_come()
    assert int(text(page, ".umami-live-count b")) == before + 1


def test_the_light_turns_green_by_itself(browser: Any, server: str) -> None:  # noqa: F811
    website = make_website(name="New")
    log_in(browser, server)
    browser.get(f"{server}/admin/umami_django/website/{website.pk}/change/")
    assert text(browser, "#umami-waiting") == "Waiting for the first visit…"
    Traffic(website).visitor("ana").at(timezone.now()).sees("/")
    eventually(lambda: text(browser, "#umami-waiting") == "Visits arrive.", "the light is green")
    assert browser.find_elements(By.CSS_SELECTOR, ".umami-light-on")
    assert console_errors(browser) == []


def test_a_share_with_a_password(browser: Any, server: str, seen: Traffic) -> None:  # noqa: F811
    seen.website.shares.create(slug="locked", password=make_password("sesame"))
    browser.get(f"{server}/share/locked")
    browser.find_element(By.NAME, "password").send_keys("sesame", Keys.ENTER)
    eventually(lambda: bool(browser.find_elements(By.CSS_SELECTOR, ".umami-cards")), "the numbers are there")
    loaded(browser)
    assert "Chrome" in text(browser, "#umami-devices")
    assert console_errors(browser) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_every_width(page: Any, server: str, seen: Traffic, theme: str) -> None:  # noqa: F811
    start = f"/admin/umami_django/website/{seen.website.pk}/overview/"
    session = Session.objects.filter(country__text="DE").first()
    assert session is not None
    Website.objects.get(pk=seen.website.pk).shares.create(slug="public")
    addresses = [
        *(
            f"{start}?path__contains=/&country=DE&browser=chrome",
            f"{start}?range=24h&tz=Mars",
            f"{start}table/paths/",
        ),
        *(f"{start}realtime/", f"{start}sessions/", f"{start}sessions/{session.uuid}/", f"{start}events/"),
        *("/admin/umami_django/website/all/", "/stats/", f"/stats/{seen.website.pk}/", "/share/public"),
    ]
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    )
    for width in WIDTHS:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        for address in addresses:
            page.get(server + address)
            assert page.execute_script("return document.documentElement.scrollWidth") <= width, (
                address,
                width,
            )
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
