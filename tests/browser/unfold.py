"""The pages under django-unfold. Run with its settings: `pytest -m browser --ds tests.settings.unfold`.

Whatever the policy blocks, with what unfold itself needs allowed (tests/hosts/unfold_policy.py), fails here.
"""

from typing import Any

import pytest
from selenium.webdriver.common.by import By

from tests.traffic import Traffic
from umami_django.models import Website

from .axe import findings
from .test_accessibility import ADMIN, BUSY, empty, full, reader, somebody, website_pages  # noqa: F401  fixtures
from .test_story import console_errors, eventually, server  # noqa: F401  a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (390, 1400)


def test_every_page_fits_and_is_accessible(
    reader: Any,  # noqa: F811
    server: str,  # noqa: F811
    full: Traffic,  # noqa: F811
    axe: str,
) -> None:
    site = f"{ADMIN}/website/{full.website.pk}"
    pages = [
        *website_pages(f"{site}/overview/"),
        *(f"{ADMIN}/website/all/", f"{site}/change/", f"{site}/filtered/", f"{ADMIN}/website/you/"),
        *(f"{site}/export/", f"{site}/erase/", f"{site}/erase/?session={somebody().uuid}", f"{site}/reset/"),
    ]
    problems = {}
    for page in pages:
        # the fields of a website, and of its shares and exclusions, are unfold's own markup
        within = ".umami-module" if page.endswith("/change/") else "#content"
        for width in WIDTHS:
            metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
            reader.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            reader.get(server + page)
            eventually(lambda: not reader.find_elements(By.CSS_SELECTOR, BUSY), "the panels are there")
            wide = reader.execute_script("return document.documentElement.scrollWidth")
            problems[page, width] = [
                *console_errors(reader),
                *([f"{wide} pixels wide"] if wide > width else []),
                *(findings(reader, axe, within=within) if width == WIDTHS[-1] else []),
            ]
    reader.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert {place: lines for place, lines in problems.items() if lines} == {}


def test_our_pages_are_light_and_dark_with_unfold(reader: Any, server: str, empty: Website) -> None:  # noqa: F811
    """Also when unfold's own switch says otherwise than the system."""
    reader.get(f"{server}{ADMIN}/website/{empty.pk}/overview/")

    def colours() -> list[str]:
        script = "const s = getComputedStyle(document.querySelector('#umami')); return s.getPropertyValue(arguments[0])"
        return [reader.execute_script(script, name) for name in ("--body-fg", "--umami-accent")]

    for theme, accent in (("dark", "#6fbdf0"), ("light", "#1d6fa5")):
        reader.execute_script(
            "document.documentElement.classList.remove('light', 'dark');"
            "document.documentElement.classList.add(arguments[0])",
            theme,
        )
        text, found = colours()
        assert found == accent
        assert text == reader.execute_script(
            "return getComputedStyle(document.documentElement).getPropertyValue(arguments[0])",
            f"--color-font-default-{theme}",
        )
