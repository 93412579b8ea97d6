"""Rankings and tables of the dashboards, about traffic that can be counted on fingers."""

from datetime import timedelta
from typing import Any

import pytest

from tests.traffic import START
from umami_django.domain.answers import Row, Summary
from umami_django.domain.filters import Filter, Operator
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, Metric, Order, Unit
from umami_django.stats.events import event_totals, property_numbers, property_values
from umami_django.stats.overview import summary
from umami_django.stats.rankings import ranking, table
from umami_django.stats.series import one_event_series, traffic_series
from umami_django.stats.sessions import session_list

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def rows_of(page: Any) -> list[tuple[Any, ...]]:
    return [
        (row.name, row.numbers.visitors, row.numbers.visits, row.numbers.pageviews, row.numbers.bounces)
        for row in page.rows
    ]


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
