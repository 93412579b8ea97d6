"""The questions of the dashboards about traffic that can be counted on fingers, and how many queries they take."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.traffic import START, Traffic, hit
from umami_django.domain.answers import Summary
from umami_django.domain.filters import Filter, Operator
from umami_django.domain.periods import Period, from_micros
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Metric, Unit
from umami_django.exceptions import InvalidInput
from umami_django.models import Website
from umami_django.rollups.build import build_step
from umami_django.stats import summed
from umami_django.stats.events import event_properties, event_totals, property_numbers, property_values
from umami_django.stats.heat import heat_grid, pageview_grid
from umami_django.stats.overview import comparison, life, summary
from umami_django.stats.rankings import ranking, table
from umami_django.stats.realtime import feed, minutes, pulse
from umami_django.stats.series import one_event_series, traffic_series
from umami_django.stats.sessions import one_session, session_data, session_list, timeline
from umami_django.stats.totals import overview_of
from umami_django.writers import write

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_summary_and_what_follows_from_it(story: None, scope: Scope) -> None:
    numbers = summary(scope)
    assert numbers == Summary(pageviews=5, visitors=3, visits=3, bounces=2, total_seconds=60)
    assert numbers.bounce_rate == pytest.approx(2 / 3)
    assert numbers.pages_per_visit == pytest.approx(5 / 3)
    assert numbers.visit_seconds == 20
    nothing = Summary()
    assert (nothing.bounce_rate, nothing.pages_per_visit, nothing.visit_seconds) == (None, None, None)


def test_compared_with_the_period_before_or_any_other(story: None, scope: Scope) -> None:
    second_day = scope.within(Period(START + DAY, START + 2 * DAY))
    assert comparison(second_day).previous.pageviews == 5, "it shares its last instant, and Cy came just then"
    empty = Period(START - 3 * DAY, START - 2 * DAY)
    assert comparison(second_day, compared=empty).previous == Summary()


FILTERS: list[tuple[tuple[Filter, ...], int, int]] = [
    ((Filter(Metric.BROWSER, ("chrome",)),), 1, 3),
    ((Filter(Metric.BROWSER, ("chrome", "firefox")),), 2, 4),
    ((Filter(Metric.BROWSER, ("chrome",), Operator.NOT_EQUALS),), 2, 2),
    ((Filter(Metric.BROWSER, (None,)),), 1, 1),
    ((Filter(Metric.BROWSER, (None,), Operator.NOT_EQUALS),), 2, 4),
    ((Filter(Metric.BROWSER, ("CHROME",), Operator.CONTAINS),), 1, 3),
    ((Filter(Metric.BROWSER, ("CHROME",), Operator.CONTAINS_EXACTLY),), 0, 0),
    ((Filter(Metric.BROWSER, ("o",), Operator.NOT_CONTAINS),), 1, 1),
    ((Filter(Metric.PATH, ("über",), Operator.CONTAINS),), 1, 1),
    ((Filter(Metric.REFERRER_DOMAIN, ("google.com",)),), 1, 1),
    ((Filter(Metric.UTM_SOURCE, ("news",)),), 1, 1),
    ((Filter(Metric.CHANNEL, ("email",)),), 1, 1),
    ((Filter(Metric.ENTRY, ("/",)),), 2, 4),
    ((Filter(Metric.ENTRY, ("/",), Operator.NOT_EQUALS),), 1, 1),
    ((Filter(Metric.ENTRY, ("/", "/pricing")),), 3, 5),
    ((Filter(Metric.ENTRY, ("/",), Operator.CONTAINS),), 3, 5),
    ((Filter(Metric.EXIT, ("I", "ü"), Operator.CONTAINS),), 2, 4),
    ((Filter(Metric.EXIT, ("/",)),), 1, 1),
    ((Filter(Metric.ENTRY, ("/",)), Filter(Metric.EXIT, ("/",), Operator.NOT_EQUALS)), 1, 3),
    ((Filter(Metric.COMPLETED, ("buy",)),), 2, 4),
    ((Filter(Metric.COMPLETED, ("buy",), Operator.NOT_EQUALS),), 1, 1),
    ((Filter(Metric.COMPLETED, ("buy",)), Filter(Metric.PATH, ("/pricing",))), 2, 2),
    ((Filter(Metric.CITY, ("Paris",)), Filter(Metric.COUNTRY, ("US",))), 1, 1),
    ((Filter(Metric.EVENT, ("buy",)),), 0, 0),
]


@pytest.mark.parametrize(("filters", "visitors", "pageviews"), FILTERS)
def test_filters(
    story: None, scope: Scope, filters: tuple[Filter, ...], visitors: int, pageviews: int
) -> None:
    numbers = summary(scope.filtered(*filters))
    assert (numbers.visitors, numbers.pageviews) == (visitors, pageviews)


def test_an_entry_filter_keeps_events_of_the_visit(story: None, scope: Scope) -> None:
    assert event_totals(scope.filtered(Filter(Metric.ENTRY, ("/",)))).events == 1
    assert event_totals(scope.filtered(Filter(Metric.COMPLETED, ("buy",)))).events == 2
    assert event_totals(scope.filtered(Filter(Metric.COMPLETED, ("look",)))).events == 0


def test_a_series_by_day_with_zeros_and_an_unfinished_end(story: None, scope: Scope) -> None:
    points = traffic_series(scope, Unit.DAY, START + DAY + timedelta(hours=1))
    assert [
        (f"{from_micros(point.start_us):%m-%d}", point.numbers.visitors, point.is_unfinished)
        for point in points
    ] == [("03-09", 0, False), ("03-10", 2, False), ("03-11", 1, True), ("03-12", 0, True)]
    assert points[1].numbers == Summary(pageviews=4, visitors=2, visits=2, bounces=1, total_seconds=60)


def test_a_visit_over_midnight_is_a_visit_of_both_days(website: Website, scope: Scope) -> None:
    midnight = datetime(2026, 3, 10, 23, tzinfo=UTC)  # in Berlin
    seconds = {"ana": (-10, -5), "bob": (-10, 10)}
    write(
        [
            hit(website.pk, who, "/", at=midnight + timedelta(seconds=second))._replace(visit_id=7)
            for who, times in seconds.items()
            for second in times
        ]
    )
    assert summary(scope) == Summary(pageviews=4, visitors=2, visits=2, bounces=0, total_seconds=25)
    days = [point.numbers for point in traffic_series(scope, Unit.DAY, START) if point.numbers.visits]
    assert days == [Summary(3, 2, 2, 1, 5), Summary(1, 1, 1, 1, 0)]


def test_a_series_of_too_many_buckets_is_refused(scope: Scope) -> None:
    century = scope.within(Period(datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)))
    for ask in (traffic_series, lambda *args: one_event_series(args[0], "buy", *args[1:])):
        with pytest.raises(InvalidInput, match="unit: is too narrow"):
            ask(century, Unit.HOUR, START)
    assert len(traffic_series(century, Unit.YEAR, START)) == 101


def test_series_of_one_event(story: None, scope: Scope) -> None:
    points = one_event_series(scope, "buy", Unit.DAY, START + 9 * DAY)
    assert [(point.events, point.visitors) for point in points] == [(0, 0), (1, 1), (1, 1), (0, 0)]
    assert sum(point.events for point in one_event_series(scope, "Buy", Unit.DAY, START)) == 0


def test_a_reversed_range_is_nothing(story: None, scope: Scope) -> None:
    nothing = scope.within(Period(START + DAY, START))
    assert summary(nothing) == Summary()
    assert traffic_series(nothing, Unit.DAY, START) == []
    assert table(nothing, Metric.PATH).rows == ranking(nothing, Metric.ENTRY) == []
    assert session_list(nothing).total == table(nothing, Metric.EXIT).total == 0
    assert event_properties(nothing, None) == property_values(nothing, None, "plan").rows == []
    assert heat_grid(nothing).most_pageviews == 0


def queries(scope: Scope) -> dict[str, tuple[int, Callable[[], Any]]]:
    """Every question, and how many queries it takes however much there is: one for the texts of each filter, too."""
    website, now = scope.website_id, START + timedelta(minutes=2)
    filtered = scope.filtered(
        Filter(Metric.BROWSER, ("x",), Operator.NOT_EQUALS),
        Filter(Metric.ENTRY, ("/none",), Operator.NOT_EQUALS),
        Filter(Metric.COMPLETED, ("x",), Operator.NOT_CONTAINS),
    )
    listed = session_list(scope).rows[0]
    return {
        "summary": (4, lambda: summary(filtered)),
        "comparison": (8, lambda: comparison(filtered)),
        "life": (3, lambda: life(website)),
        "traffic_series": (4, lambda: traffic_series(filtered, Unit.HOUR, now)),
        "one_event_series": (5, lambda: one_event_series(filtered, "buy", Unit.HOUR, now)),
        "ranking": (4, lambda: ranking(filtered, Metric.PATH)),
        "ranking of ends": (4, lambda: ranking(filtered, Metric.EXIT, limit=3)),
        "table": (4, lambda: table(filtered, Metric.CITY, search="a")),
        "event_totals": (5, lambda: event_totals(filtered)),
        "event_properties": (4, lambda: event_properties(filtered, "buy")),
        "property_values": (5, lambda: property_values(filtered, "buy", "plan")),
        "property_numbers": (4, lambda: property_numbers(filtered, "buy", "price")),
        "session_list": (5, lambda: session_list(filtered, search="chrome")),
        "one_session": (3, lambda: one_session(website, listed.uuid)),
        "timeline": (3, lambda: timeline(website, listed.id)),
        "session_data": (1, lambda: session_data(website, listed.id)),
        "heat_grid": (4, lambda: heat_grid(filtered)),
        "pulse": (1, lambda: pulse(website, now)),
        "minutes": (1, lambda: minutes(website, now)),
        "feed": (1, lambda: feed(website, now)),
        "overview_of": (
            2,
            lambda: overview_of(
                dict.fromkeys(range(website, website + 50)), scope.period, Unit.DAY, UTC, now
            ),
        ),
    }


@pytest.mark.parametrize("visitors", [1, 50])
def test_query_counts(traffic: Traffic, scope: Scope, django_assert_num_queries: Any, visitors: int) -> None:
    for number in range(visitors):
        who = traffic.visitor(f"v{number}").using(browser="chrome", city=f"City {number}")
        who.sees(f"/{number}", "/end").does("buy", data={"plan": f"p{number}", "price": number})
    for count, ask in queries(scope).values():
        with django_assert_num_queries(count):
            ask()


def test_a_series_without_visits_has_the_same_pageviews_and_visitors(traffic: Traffic, scope: Scope) -> None:
    traffic.visitor("ana").sees("/", "/a", gap=40)
    traffic.visitor("bob").sees("/")
    now = START + timedelta(minutes=2)
    whole = traffic_series(scope, Unit.HOUR, now)
    part = traffic_series(scope, Unit.HOUR, now, with_visits=False)
    assert sum(point.numbers.visits for point in whole) >= 2
    assert [(point.start_us, point.numbers.pageviews, point.numbers.visitors) for point in part] == [
        (point.start_us, point.numbers.pageviews, point.numbers.visitors) for point in whole
    ]


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_the_pageviews_of_the_week_are_the_same_from_summaries(
    website: Website, django_assert_max_num_queries: Any, name: str
) -> None:
    """Six weeks, across the night in which Berlin's clocks change, counted before and after they are summarised."""
    now = datetime(2026, 4, 20, 12, 34, tzinfo=UTC)
    write([hit(website.pk, f"v{n % 9}", "/", at=now - timedelta(minutes=n * 181)) for n in range(330)])
    scope = Scope(website.pk, Period(now - timedelta(days=40, minutes=17), now), tz=ZoneInfo(name))
    from_hits = tuple(tuple(cell.pageviews for cell in day) for day in heat_grid(scope).cells)
    assert pageview_grid(scope) == from_hits
    while build_step(website.pk, now, "default") is not None:
        pass
    assert summed.pageview_points(scope, Unit.HOUR) is not None
    assert pageview_grid(scope) == from_hits
    assert sum(map(sum, from_hits)) == summary(scope).pageviews
