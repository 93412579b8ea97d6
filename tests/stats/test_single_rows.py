"""Lists of the dashboards: events with their data, sessions, what happens now, hours of the week, websites."""

from datetime import UTC, timedelta

import pytest

from tests.traffic import START, Traffic
from umami_django.domain.answers import Summary
from umami_django.domain.filters import Filter
from umami_django.domain.periods import Period
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import DataType, HitKind, Metric, Unit
from umami_django.models import Website
from umami_django.stats.events import event_properties, event_totals, property_numbers, property_values
from umami_django.stats.heat import HeatCell, heat_grid
from umami_django.stats.overview import life, summary
from umami_django.stats.realtime import feed, minutes, pulse
from umami_django.stats.sessions import one_session, session_data, session_list, timeline
from umami_django.stats.totals import overview_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_events_and_their_data(story: None, scope: Scope) -> None:
    totals = event_totals(scope)
    assert (totals.events, totals.visitors, totals.visits, totals.names) == (2, 2, 2, 1)
    assert [(row.key, row.data_type, row.events) for row in event_properties(scope, "buy")] == [
        ("plan", DataType.STRING, 2),
        ("price", DataType.NUMBER, 2),
        ("gift", DataType.BOOLEAN, 1),
    ]
    assert event_properties(scope, "Buy") == []
    values = property_values(scope, "buy", "plan")
    assert [(row.value, row.count) for row in values.rows] == [("free", 1), ("pro", 1)]
    numbers = property_numbers(scope, "buy", "price")
    assert numbers is not None
    assert (numbers.count, numbers.sum, numbers.average) == (2, 9.5, 4.75)
    assert (numbers.smallest, numbers.largest) == (0.0, 9.5)
    assert property_numbers(scope, "buy", "plan") is None
    only_ana = scope.filtered(Filter(Metric.BROWSER, ("chrome",)))
    assert [row.value for row in property_values(only_ana, None, "plan").rows] == ["pro"]


def test_sessions_newest_first(story: None, scope: Scope) -> None:
    page = session_list(scope)
    assert [(row.who.browser, row.visits, row.pageviews, row.events) for row in page.rows] == [
        (None, 1, 1, 1),
        ("chrome", 1, 3, 1),
        ("firefox", 1, 1, 0),
    ]
    ana = page.rows[1]
    assert (ana.first_at, ana.last_at) == (START, START + timedelta(minutes=1))
    assert (ana.who.country, ana.who.city, ana.who.hostname) == ("FR", "Paris", "example.com")
    assert [row.who.country for row in session_list(scope, search="pARIS").rows] == ["FR", "US"]
    assert session_list(scope, search="fox").total == 1
    assert session_list(scope, search="_").total == 0


def test_who_only_triggers_events_is_in_the_list(traffic: Traffic, scope: Scope) -> None:
    traffic.visitor("bot").does("ping")
    assert [(row.visits, row.pageviews, row.events) for row in session_list(scope).rows] == [(0, 0, 1)]
    assert summary(scope).visitors == 0


def test_one_session_and_its_timeline(story: None, scope: Scope, website: Website) -> None:
    listed = session_list(scope).rows[1]
    assert one_session(website.pk, listed.uuid) == listed
    assert one_session(website.pk + 1, listed.uuid) is None
    assert one_session(website.pk, listed.uuid, since=START + DAY) is None
    page = timeline(website.pk, listed.id)
    assert page.total == 4
    assert [(moment.kind, moment.path, moment.event_name) for moment in page.rows] == [
        (HitKind.PAGEVIEW, "/", None),
        (HitKind.PAGEVIEW, "/pricing", None),
        (HitKind.PAGEVIEW, "/Über", None),
        (HitKind.EVENT, "/pricing", "buy"),
    ]
    assert page.rows[0].referrer_domain == "google.com"
    assert [(leaf.key, leaf.value) for leaf in page.rows[3].data] == [
        ("gift", "false"),
        ("plan", "pro"),
        ("price", "9.5000"),
    ]
    assert session_data(website.pk, listed.id) == []


def test_hours_of_the_week(story: None, scope: Scope) -> None:
    grid = heat_grid(scope)
    assert grid.cells[1][13] == HeatCell(pageviews=4, visitors=2), (
        "Tuesday, noon UTC is one o'clock in Berlin"
    )
    assert grid.cells[2][13] == HeatCell(pageviews=1, visitors=1)
    assert (grid.most_pageviews, grid.most_visitors) == (4, 2)
    assert sum(cell.pageviews for day in grid.cells for cell in day) == 5


def test_what_happens_now(story: None, website: Website) -> None:
    now = START + timedelta(minutes=5, seconds=20)
    beat = pulse(website.pk, now)
    assert (beat.visitors, beat.hits) == (1, 5), "Bob's only page is older than five minutes"
    points = minutes(website.pk, now)
    assert [(len(points), points[-6].numbers.pageviews, points[-1].is_unfinished)] == [(31, 3, True)]
    items = feed(website.pk, now, limit=2)
    assert [(item.path, item.event_name, item.country) for item in items] == [
        ("/pricing", "buy", "FR"),
        ("/Über", None, "FR"),
    ]
    assert pulse(website.pk, now, since=now).hits == 0


def test_the_pulse_changes_when_the_page_does(story: None, traffic: Traffic, website: Website) -> None:
    now = START + timedelta(minutes=5, seconds=20)
    before = pulse(website.pk, now).etag
    assert pulse(website.pk, now + timedelta(seconds=5)).etag == before
    assert pulse(website.pk, now + timedelta(minutes=1)).etag != before
    traffic.visitor("dan").at(now - timedelta(minutes=20)).sees("/late")
    assert pulse(website.pk, now).etag != before


def test_the_list_of_websites(story: None, website: Website) -> None:
    now = START + DAY + timedelta(minutes=1)
    found = overview_of({website.pk: None, 99: None}, Period(now - DAY, now), Unit.HOUR, UTC, now)
    line = found[website.pk]
    assert (line.current.pageviews, line.current.visitors, line.active) == (2, 2, 1)
    assert (line.previous.pageviews, line.previous.visitors) == (4, 2)
    assert (len(line.spark), line.spark[0], line.spark[-1]) == (25, 1, 1)
    assert found[99].current == Summary()
    assert set(found[99].spark) == {0}
    after_reset = overview_of({website.pk: now}, Period(now - DAY, now), Unit.HOUR, UTC, now)
    assert after_reset[website.pk].current == Summary()


def test_a_website_without_hits_has_no_life(website: Website) -> None:
    assert life(website.pk) is None
