"""The questions of the dashboards about traffic that can be counted on fingers, and how many queries they take."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.traffic import START, Traffic, hit
from umami_django.domain.answers import Row, Summary
from umami_django.domain.filters import Filter, Operator
from umami_django.domain.periods import Period, from_micros
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, DataType, HitKind, Metric, Order, Unit
from umami_django.exceptions import InvalidInput
from umami_django.models import Website
from umami_django.rollups.build import build_step
from umami_django.stats import summed
from umami_django.stats.events import event_properties, event_totals, property_numbers, property_values
from umami_django.stats.heat import HeatCell, heat_grid, pageview_grid
from umami_django.stats.overview import comparison, life, summary
from umami_django.stats.rankings import ranking, table
from umami_django.stats.realtime import feed, minutes, pulse
from umami_django.stats.series import one_event_series, traffic_series
from umami_django.stats.sessions import one_session, session_data, session_list, timeline
from umami_django.stats.totals import overview_of
from umami_django.writers import write

pytestmark = pytest.mark.django_db

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


def rows_of(page: Any) -> list[tuple[Any, ...]]:
    return [
        (row.name, row.numbers.visitors, row.numbers.visits, row.numbers.pageviews, row.numbers.bounces)
        for row in page.rows
    ]


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


def test_rankings_count_what_they_are_asked_to(story: None, scope: Scope) -> None:
    assert ranking(scope, Metric.PATH) == [Row("/", 2), Row("/pricing", 2), Row("/Über", 1)]
    assert ranking(scope, Metric.ENTRY) == [Row("/", 2), Row("/pricing", 1)]
    assert ranking(scope, Metric.EXIT) == [Row("/", 1), Row("/pricing", 1), Row("/Über", 1)]
    assert ranking(scope, Metric.EVENT) == [Row("buy", 2)]
    assert ranking(scope, Metric.EVENT, counted=Counted.VISITORS) == [Row("buy", 2)]
    assert ranking(scope, Metric.PATH, counted=Counted.EVENTS) == [Row("/", 1), Row("/pricing", 1)]
    assert ranking(scope, Metric.BROWSER) == [Row("chrome", 1), Row("firefox", 1), Row(None, 1)]
    assert ranking(scope, Metric.BROWSER, with_unknown=False, limit=1) == [Row("chrome", 1)]
    assert ranking(scope, Metric.BROWSER, counted=Counted.PAGEVIEWS, limit=1) == [Row("chrome", 3)]
    assert ranking(scope, Metric.CHANNEL) == [Row("direct", 3), Row("email", 1), Row("organicSearch", 1)]
    assert ranking(scope, Metric.UTM_MEDIUM) == [Row("email", 1)]
    assert ranking(scope, Metric.UTM_CONTENT) == []


def test_a_filter_on_pages_does_not_move_the_entry(story: None, scope: Scope) -> None:
    """Ana entered at / and looked at /pricing on her way to /Über; Cy entered there."""
    on_pricing = scope.filtered(Filter(Metric.PATH, ("/pricing",)))
    assert ranking(on_pricing, Metric.ENTRY) == [Row("/", 1), Row("/pricing", 1)]
    assert ranking(on_pricing, Metric.EXIT) == [Row("/pricing", 1), Row("/Über", 1)]
    assert rows_of(table(on_pricing, Metric.ENTRY)) == [("/", 1, 1, 1, 1), ("/pricing", 1, 1, 1, 1)]


def test_cities_carry_their_country(story: None, scope: Scope) -> None:
    assert ranking(scope, Metric.CITY) == [Row("Paris", 1, "FR"), Row("Paris", 1, "US"), Row(None, 1)]


def test_many_filters_are_not_too_many(story: None, scope: Scope) -> None:
    """SQLite's parser has little patience with subqueries in subqueries."""
    texts = [Filter(metric, ("é", "zzz"), Operator.NOT_CONTAINS) for metric in Metric]
    values = [Filter(metric, (None, "x", "y"), Operator.NOT_EQUALS) for metric in (Metric.ENTRY, Metric.EXIT)]
    many = scope.filtered(*texts, *values)
    assert summary(many).pageviews == 5
    assert event_totals(many).events == 2
    assert session_list(many, search="é").total == 0
    assert len(traffic_series(many, Unit.DAY, START)) == 4
    for metric in (Metric.ENTRY, Metric.PATH, Metric.CITY):
        assert table(many, metric, search="É").total == 0
        assert table(many, metric, with_unknown=True, without=("É",)).total == len(
            table(scope, metric, with_unknown=True).rows
        )
    assert property_values(many, "buy", "plan").total == 2


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "😀" * 300, "\\", "'; --", "%s"], ids=range(6))
def test_texts_that_cannot_be_there_find_nothing(story: None, scope: Scope, text: str) -> None:
    for operator in (Operator.EQUALS, Operator.CONTAINS, Operator.CONTAINS_EXACTLY):
        for metric in (Metric.PATH, Metric.BROWSER, Metric.ENTRY, Metric.COMPLETED):
            assert summary(scope.filtered(Filter(metric, (text,), operator))) == Summary()
    assert table(scope, Metric.PATH, search=text).total == 0
    assert table(scope, Metric.PATH, without=(text,)).total == 3
    assert session_list(scope, search=text).total == 0
    assert property_values(scope, text, text).rows == property_values(scope, "buy", text).rows == []
    assert property_numbers(scope, "buy", text) is None
    assert sum(count.events for count in one_event_series(scope, text, Unit.DAY, START)) == 0


def test_names_can_be_left_out(story: None, scope: Scope) -> None:
    assert ranking(scope, Metric.REFERRER_DOMAIN, with_unknown=True) == [Row(None, 4), Row("google.com", 1)]
    rows = ranking(scope, Metric.REFERRER_DOMAIN, with_unknown=True, without=("google.com",))
    assert rows == [Row(None, 4)]


@pytest.mark.parametrize("metric", [Metric.COMPLETED, Metric.ENTRY])
def test_there_are_rankings_that_make_no_sense(scope: Scope, metric: Metric) -> None:
    with pytest.raises(ValueError, match="There is no ranking"):
        ranking(scope, metric, counted=Counted.EVENTS)


def test_a_table(story: None, scope: Scope) -> None:
    page = table(scope, Metric.PATH)
    assert rows_of(page) == [("/", 2, 2, 2, 2), ("/pricing", 2, 2, 2, 2), ("/Über", 1, 1, 1, 1)]
    assert rows_of(table(scope, Metric.ENTRY)) == [("/", 2, 2, 4, 1), ("/pricing", 1, 1, 1, 1)]
    assert rows_of(table(scope, Metric.EVENT)) == [("buy", 2, 2, 2, 2)]


def test_a_table_by_name_and_page_by_page(story: None, scope: Scope) -> None:
    backwards = table(scope, Metric.PATH, order=Order.NAME, limit=2)
    assert ([row.name for row in backwards.rows], backwards.total) == (["/Über", "/pricing"], 3)
    forwards = table(scope, Metric.PATH, order=Order.NAME, descending=False, limit=2, offset=2)
    assert ([row.name for row in forwards.rows], forwards.total) == (["/Über"], 3)
    beyond = table(scope, Metric.PATH, offset=50)
    assert (beyond.rows, beyond.total) == ([], 3)
    found = table(scope, Metric.PATH, search="PRI")
    assert ([row.name for row in found.rows], found.total) == (["/pricing"], 1)
    least_first = table(scope, Metric.ENTRY, order=Order.BOUNCE_RATE, descending=False)
    assert [row.name for row in least_first.rows] == ["/", "/pricing"]


def test_a_reversed_range_is_nothing(story: None, scope: Scope) -> None:
    nothing = scope.within(Period(START + DAY, START))
    assert summary(nothing) == Summary()
    assert traffic_series(nothing, Unit.DAY, START) == []
    assert table(nothing, Metric.PATH).rows == ranking(nothing, Metric.ENTRY) == []
    assert session_list(nothing).total == table(nothing, Metric.EXIT).total == 0
    assert event_properties(nothing, None) == property_values(nothing, None, "plan").rows == []
    assert heat_grid(nothing).most_pageviews == 0


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
