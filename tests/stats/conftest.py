"""Traffic that can be counted on fingers."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.traffic import START, Traffic
from umami_django.domain.periods import Period
from umami_django.domain.scope import Scope
from umami_django.models import Website

DAY = timedelta(days=1)


@pytest.fixture
def scope(website: Website) -> Scope:
    """Three days around the stories' beginning, a Tuesday at noon UTC."""
    return Scope(website.pk, Period(START - DAY, START + 2 * DAY), ZoneInfo("Europe/Berlin"))


@pytest.fixture
def story(traffic: Traffic) -> None:
    """Ana looks around and buys, Bob bounces, Cy comes the next day."""
    ana = traffic.visitor("ana").using(browser="chrome", os="Linux", country="FR", city="Paris")
    ana.sees("/", "/pricing", "/Über", gap=30, referrer="https://www.google.com/?q=x")
    ana.does("buy", on="/pricing", data={"plan": "pro", "price": 9.5, "gift": False})
    traffic.visitor("bob").using(browser="firefox", country="US", city="Paris").sees("/")
    cy = traffic.visitor("cy").at(START + DAY)
    cy.sees("/pricing?utm_source=news&utm_medium=email").does("buy", data={"plan": "free", "price": 0})
