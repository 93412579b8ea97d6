"""What programs read is English whatever language the site and the reader speak."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone, translation

import umami_django
from tests.conftest import CHROME, Api
from tests.traffic import Traffic
from umami_django.models import Website

APP = Path(umami_django.__file__).parent
LOCALE = "django.middleware.locale.LocaleMiddleware"


def answers(api: Api, website: Website) -> list[tuple[int, str, str]]:
    """Good and bad questions at every door, with bodies and kinds of content."""
    key = "/api/me/api-keys"
    one = f"/api/website/{website.pk}"
    asked: list[Any] = [
        api.get("/api/websites"),
        api.get(f"{one}/stats", {"start_at": 0, "end_at": 2_000_000_000_000}),
        api.get(f"{one}/stats", {"start_at": "x"}),
        api.get(f"{one}/metrics", {"type": "country", "start_at": 0, "end_at": 2_000_000_000_000}),
        api.get(f"{one}/metrics", {"type": "nonsense", "start_at": 0, "end_at": 2_000_000_000_000}),
        api.get(f"{one}/pageviews", {"start_at": 0, "end_at": 1, "unit": "day", "tz": "Nowhere"}),
        api.get("/api/website/999999"),
        api.post("/api/website", {}),
        api.send("PATCH", "/api/websites", {}),
        api.post("/api/account", {"username": "neu", "password": "1234"}),
        api.post("/api/account", {"username": "a/b", "password": "correct horse 8"}),
        api.get(key),
        api.post(key, {}),
        api.get(f"/api/websites/{website.uuid}/export", {"format": "nonsense"}),
        api.delete(f"/api/websites/{website.uuid}/visitors"),
        api.post("/api/collect", {"type": "pageview", "payload": {"website": str(website.uuid), "url": 7}}),
        api.post("/api/collect", {"type": "pageview", "payload": {"website": "x", "url": "/"}}),
        api.post("/api/send", {"type": "event", "payload": {"website": "x"}}),
        api.post("/api/batch", [{"type": "event", "payload": {}}]),
        api.post("/api/auth/login", {"username": "ada", "password": "wrong"}),
        api.get("/api/health"),
    ]
    return [
        (
            answer.status_code,
            answer["Content-Type"] if answer.has_header("Content-Type") else "",
            body(answer),
        )
        for answer in asked
    ]


def body(answer: Any) -> str:
    text: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return text.decode()


@pytest.mark.parametrize(("site", "reader"), [("de", "de"), ("en", "de"), ("de", "en")])
def test_the_apis_answer_the_same_in_every_language(
    admin_api: Api, website: Website, settings: Any, site: str, reader: str
) -> None:
    asking = admin_api.with_headers(**{"user-agent": CHROME, "accept-language": reader})
    settings.MIDDLEWARE = [LOCALE, *settings.MIDDLEWARE]
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}
    ]
    english = answers(admin_api.with_headers(**{"user-agent": CHROME, "accept-language": "en"}), website)
    # these two are Django's own words
    assert "too short" in str(english) and "Enter a valid username" in str(english)
    with override_settings(LANGUAGE_CODE=site):
        assert answers(asking, website) == english


def test_what_answers_programs_translates_nothing() -> None:
    rooms = ("api", "stats", "domain", "services", "writers", "moving", "logs")
    translated = [
        path.name
        for room in rooms
        for path in (APP / room).rglob("*.py")
        if "gettext" in path.read_text() or "from django.utils.translation" in path.read_text()
    ]
    assert translated == ["base.py"]  # which switches to English


def test_a_table_for_programs_has_english_headings(
    at_door: Any,
    traffic: Traffic,
    settings: Any,
) -> None:
    settings.LANGUAGE_CODE = "de"
    now = timezone.now() - timedelta(minutes=1)
    traffic.visitor("ana").using(country="DE").at(now).sees("/")
    traffic.visitor("bob").at(now).sees("/")
    visitor = at_door("share")
    lines = visitor.get("table/countries/", {"format": "csv"}).content.decode().splitlines()
    assert lines[0] == "Country,Visitors,Visits,Pageviews,Bounce rate,Visit duration"
    assert sorted(line.split(",")[0] for line in lines[1:]) == ["DE", "Unknown"]
    lines = visitor.get("table/names/", {"format": "csv"}).content.decode().splitlines()
    assert lines[0] == "Event,Events,Visitors"


def test_nothing_stays_switched_to_english(client: Client, website: Website) -> None:
    with translation.override("de"):
        client.get("/api/websites")
        assert translation.get_language() == "de"
