"""What an asker has already is not sent again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import Api
from tests.traffic import Traffic
from umami_django.models import Website

QUESTIONS = ["stats", "pageviews?unit=day&tz=UTC", "events?unit=day&tz=UTC", "metrics?type=url"]


def question(website: Website, route: str) -> str:
    """About the last ten days but the last hour."""
    end = datetime.now(UTC) - timedelta(hours=1)
    first, last = (int(moment.timestamp() * 1000) for moment in (end - timedelta(days=10), end))
    path, _, query = route.partition("?")
    return f"/api/website/{website.pk}/{path}?start_at={first}&end_at={last}&{query}"


@pytest.mark.parametrize("route", QUESTIONS)
def test_the_same_answer_is_sent_once(website: Website, traffic: Traffic, owner_api: Api, route: str) -> None:
    traffic.visitor("ana").sees("/")
    path = question(website, route)
    first = owner_api.get(path)
    assert first["Cache-Control"] == "private, no-cache"
    again = owner_api.get(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Access-Control-Allow-Origin"]) == (first["ETag"], "*")
    other = owner_api.get(path, **{"If-None-Match": '"something else"'})
    assert (other.status_code, other.content, other["ETag"]) == (200, first.content, first["ETag"])


def test_a_late_hit_changes_the_tag(website: Website, traffic: Traffic, owner_api: Api) -> None:
    path = question(website, "stats")
    tag = owner_api.get(path)["ETag"]
    traffic.visitor("ana").at(datetime.now(UTC) - timedelta(days=2)).sees("/")
    answer = owner_api.get(path, **{"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["pageviews"]["value"] == 1


def test_whoever_may_not_ask_learns_nothing(website: Website, owner_api: Api, api: Any) -> None:
    path = question(website, "stats")
    tag = owner_api.get(path)["ETag"]
    refused = api.get(path, **{"If-None-Match": tag})
    assert refused.status_code == 401
    assert not refused.has_header("ETag")


def test_a_wrong_question_has_no_tag(website: Website, owner_api: Api) -> None:
    wrong = owner_api.get(f"/api/website/{website.pk}/stats?start_at=x&end_at=1")
    assert wrong.status_code == 400
    assert not wrong.has_header("ETag")
