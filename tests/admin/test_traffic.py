"""Sessions, pageviews and events in the admin: read only, one day, no full count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tests.factories import make_website
from tests.traffic import START, Traffic
from umami_django.models import Event, Pageview, Session

from .conftest import staff
from .markup import inline_code

ADMIN = "/admin/umami_django"
KINDS = ["session", "pageview", "event"]


@pytest.fixture
def story(traffic: Traffic) -> None:
    now = timezone.now()
    ana = traffic.visitor("ana").using(browser="chrome", country="DE").at(now)
    ana.sees("/today").does("signup", data={"plan": "pro"})
    traffic.visitor("old").at(now - timedelta(days=3)).sees("/older").does("older-event")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_can_be_added_changed_or_deleted(boss: Client, story: None, kind: str) -> None:
    model = {"session": Session, "pageview": Pageview, "event": Event}[kind]
    key = model.objects.first().pk  # type: ignore[attr-defined]
    assert boss.get(f"{ADMIN}/{kind}/add/").status_code == 403
    assert boss.post(f"{ADMIN}/{kind}/{key}/delete/", {"post": "yes"}).status_code == 403
    html = boss.get(f"{ADMIN}/{kind}/{key}/change/").content.decode()
    assert 'name="_save"' not in html
    assert boss.post(f"{ADMIN}/{kind}/{key}/change/", {}).status_code == 403


def test_the_list_is_of_today_unless_said_otherwise(boss: Client, story: None) -> None:
    html = boss.get(f"{ADMIN}/pageview/").content.decode()
    assert "/today" in html
    assert "/older" not in html
    assert "/older" in boss.get(f"{ADMIN}/pageview/", {"day": "7days"}).content.decode()
    day = (timezone.now() - timedelta(days=3)).date().isoformat()
    assert "/older" in boss.get(f"{ADMIN}/pageview/", {"day": day}).content.decode()
    assert "/older" not in boss.get(f"{ADMIN}/pageview/", {"day": "yesterday"}).content.decode()
    assert boss.get(f"{ADMIN}/pageview/", {"day": "nonsense"}).status_code == 200
    assert boss.get(f"{ADMIN}/pageview/", {"day": "9999-12-31"}).status_code == 200


def test_filter_by_website(boss: Client, story: None, traffic: Traffic) -> None:
    other = make_website(name="Other")
    Traffic(other, timezone.now()).visitor("eve").sees("/elsewhere")
    html = boss.get(f"{ADMIN}/pageview/", {"website": other.pk}).content.decode()
    assert "/elsewhere" in html
    assert "/today" not in html
    assert boss.get(f"{ADMIN}/pageview/", {"website": "x"}).status_code == 200


def test_an_event_shows_its_data_as_sent(boss: Client, story: None) -> None:
    key = Event.objects.filter(event_name__text="signup").get().pk
    assert "{&quot;plan&quot;: &quot;pro&quot;}" in boss.get(f"{ADMIN}/event/{key}/change/").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_staff_see_the_traffic_of_their_own_websites(client: Client, story: None, kind: str) -> None:
    anna = staff("anna")
    Traffic(make_website(anna, name="Annas own"), timezone.now()).visitor("eve").sees("/x").does("y")
    client.force_login(anna.user)
    html = client.get(f"{ADMIN}/{kind}/").content.decode()
    assert "Annas own" in html
    assert "Example" not in html


def test_what_was_reset_is_gone(boss: Client, story: None, traffic: Traffic) -> None:
    traffic.website.reset_at = timezone.now() + timedelta(seconds=1)
    traffic.website.save()
    assert "/today" not in boss.get(f"{ADMIN}/pageview/").content.decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 20])
def test_query_counts(
    boss: Client, traffic: Traffic, django_assert_num_queries: Any, kind: str, rows: int
) -> None:
    for number in range(rows):
        visitor = traffic.visitor(f"v{number}").using(browser="chrome", country="DE", os="Linux")
        visitor.at(timezone.now()).sees(f"/{number}", referrer="https://t.co/").does(f"e{number}")
    with django_assert_num_queries(8):
        assert boss.get(f"{ADMIN}/{kind}/").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_no_statement_counts_everything(
    boss: Client, story: None, kind: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12) as captured:
        boss.get(f"{ADMIN}/{kind}/")
    counts = [query["sql"] for query in captured.captured_queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_hold_no_inline_code(boss: Client, story: None, kind: str) -> None:
    key = {"session": Session, "pageview": Pageview, "event": Event}[kind].objects.first().pk  # type: ignore[attr-defined]
    assert inline_code(boss.get(f"{ADMIN}/{kind}/").content.decode()) == []
    assert inline_code(boss.get(f"{ADMIN}/{kind}/{key}/change/").content.decode()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_counts_or_sorts_millions_by_asking(
    boss: Client, story: None, kind: str, django_assert_max_num_queries: Any
) -> None:
    """Neither facets nor a click on a column that no index is ordered by."""
    with django_assert_max_num_queries(12) as captured:
        html = boss.get(f"{ADMIN}/{kind}/", {"_facets": "True", "o": "3"}).content.decode()
    statements = [query["sql"] for query in captured.captured_queries]
    assert all("LIMIT" in sql for sql in statements if "COUNT(" in sql)
    [rows] = [sql for sql in statements if "ORDER BY" in sql and "umami_django_term" in sql]
    ordered = rows.partition("ORDER BY")[2]
    assert "created_at" in ordered.partition(",")[0]
    assert html.count("sortable") == 1


def test_a_day_is_chosen_in_a_form_that_keeps_the_rest(boss: Client, story: None, traffic: Traffic) -> None:
    chosen = {"website": traffic.website.pk, "day": "2026-03-10", "p": "1"}
    html = boss.get(f"{ADMIN}/pageview/", chosen).content.decode()
    assert 'type="date" name="day" value="2026-03-10"' in html
    assert f'<input type="hidden" name="website" value="{traffic.website.pk}">' in html
    assert '<input type="hidden" name="p"' not in html


@pytest.mark.parametrize(
    ("query", "selected"), [({}, "Today"), ({"day": "today"}, "Today"), ({"day": "7days"}, "Past 7 days")]
)
def test_the_chosen_days_are_marked(boss: Client, story: None, query: dict[str, str], selected: str) -> None:
    changelist = boss.get(f"{ADMIN}/event/", query).context["cl"]
    choices = changelist.filter_specs[0].choices(changelist)
    assert [choice["display"] for choice in choices if choice["selected"]] == [selected]


@override_settings(TIME_ZONE="Asia/Kolkata")
def test_days_and_times_are_those_of_the_current_time_zone(boss: Client, traffic: Traffic) -> None:
    traffic.visitor("ana").at(datetime(2026, 3, 9, 18, 30, tzinfo=UTC)).sees("/first")
    traffic.visitor("bob").at(datetime(2026, 3, 10, 18, 29, 59, tzinfo=UTC)).sees("/last")
    traffic.visitor("eve").at(datetime(2026, 3, 10, 18, 30, tzinfo=UTC)).sees("/after")
    html = boss.get(f"{ADMIN}/pageview/", {"day": "2026-03-10"}).content.decode()
    assert "2026-03-10 00:00:00" in html
    assert "2026-03-10 23:59:59" in html
    assert "/after" not in html


def test_names_are_those_of_the_overview(boss: Client, traffic: Traffic) -> None:
    ana = traffic.visitor("ana").using(browser="crios", os="Mac OS", device="mobile", country="DE")
    ana.at(timezone.now()).sees("/")
    sessions = boss.get(f"{ADMIN}/session/").content.decode()
    for name in ("Chrome (iOS)", "macOS", "Mobile", "Germany"):
        assert name in sessions
    pageviews = boss.get(f"{ADMIN}/pageview/").content.decode()
    for name in ("Chrome (iOS)", "Germany"):
        assert name in pageviews


def test_a_day_outside_the_calendar_is_empty(boss: Client, traffic: Traffic) -> None:
    traffic.visitor("ana").at(START).sees("/somewhere")
    assert "/somewhere" not in boss.get(f"{ADMIN}/pageview/", {"day": "2026-13-40"}).content.decode()
