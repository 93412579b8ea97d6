"""Every statistics question of the dashboards on random traffic, compared with the plain model of `docs/metrics.md`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_account, make_website
from tests.twin import visits as twin
from tests.twin.visits import Asked, Condition, Did
from umami_django.domain.filters import Filter, Operator
from umami_django.domain.periods import Period, previous_period, same_period_last_year
from umami_django.domain.vocabulary import COMPUTED_METRICS, Counted, Metric, Order, Unit
from umami_django.stats.events import event_properties, event_totals, property_values
from umami_django.stats.heat import heat_grid, pageview_grid
from umami_django.stats.overview import comparison, life, summary
from umami_django.stats.rankings import ranking, table
from umami_django.stats.realtime import feed, minutes, pulse, shown_since
from umami_django.stats.series import one_event_series, traffic_series
from umami_django.stats.sessions import one_session, session_list, timeline
from umami_django.stats.totals import overview_of

from .profiles import random_traffic
from .visits import METRICS, WORDS, ZONES, World, as_numbers, conditions, moments, questions, traffic

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[World]:
    yield World(make_website(make_account("olga")))


@random_traffic
@given(rows=traffic(), asked=questions())
def test_summary(world: World, rows: list[Did], asked: Asked) -> None:
    rows = world.holds(rows)
    assert as_numbers(summary(world.scope(asked))) == twin.summary(rows, asked)


@random_traffic
@given(rows=traffic(), asked=questions(1), other=moments(2), tz=st.sampled_from(ZONES))
def test_comparison_is_asking_for_both_periods(
    world: World, rows: list[Did], asked: Asked, other: datetime, tz: str
) -> None:
    rows = world.holds(rows)
    scope = world.scope(asked)
    periods = (Period(other, other + timedelta(days=1)), same_period_last_year(scope.period, ZoneInfo(tz)))
    for compared in periods:
        answer = comparison(scope, compared=compared)
        assert answer.current == summary(scope)
        assert answer.previous == summary(scope.within(compared))
    assert comparison(scope).previous == summary(scope.within(previous_period(scope.period)))


@random_traffic
@given(rows=traffic(), asked=questions(1), unit=st.sampled_from(Unit), now=moments(2))
def test_traffic_series(world: World, rows: list[Did], asked: Asked, unit: Unit, now: datetime) -> None:
    rows = world.holds(rows)
    points = traffic_series(world.scope(asked), unit, now)
    found = {point.start_us: as_numbers(point.numbers) for point in points}
    wanted = twin.series(rows, asked, unit.value)
    assert {start: numbers for start, numbers in found.items() if numbers != twin.NOTHING} == wanted
    assert [point.start_us for point in points] == twin.buckets(asked, unit.value)
    assert sum(point.numbers.pageviews for point in points) == summary(world.scope(asked)).pageviews
    running = twin.bucket(now, unit.value, asked.tz)
    assert [point.is_unfinished for point in points] == [point.start_us >= running for point in points]


@random_traffic
@given(
    rows=traffic(), asked=questions(1), unit=st.sampled_from(Unit), name=st.sampled_from(("buy", "Buy", "no"))
)
def test_series_of_one_event(world: World, rows: list[Did], asked: Asked, unit: Unit, name: str) -> None:
    rows = world.holds(rows)
    points = one_event_series(world.scope(asked), name, unit, asked.end)
    found = {point.start_us: (point.events, point.visitors) for point in points if point.events}
    assert found == twin.event_series(rows, asked, name, unit.value)
    assert [point.start_us for point in points] == twin.buckets(asked, unit.value)


@random_traffic
@given(
    rows=traffic(),
    asked=questions(1),
    metric=st.sampled_from(METRICS),
    counted=st.sampled_from(Counted),
    unknown=st.booleans(),
    limit=st.none() | st.integers(1, 3),
    offset=st.integers(0, 2),
)
def test_ranking(
    world: World,
    rows: list[Did],
    asked: Asked,
    metric: Metric,
    counted: Counted,
    unknown: bool,
    limit: int | None,
    offset: int,
) -> None:
    if counted is Counted.EVENTS and metric in COMPUTED_METRICS:
        return
    rows = world.holds(rows)
    answer = ranking(
        world.scope(asked), metric, counted=counted, with_unknown=unknown, limit=limit, offset=offset
    )
    wanted = twin.ranking(rows, asked, metric.value, counted.value, unknown=unknown)
    last = None if limit is None else offset + limit
    assert [(row.name, row.count, row.country) for row in answer] == wanted[offset:last]


@random_traffic
@given(
    rows=traffic(),
    asked=questions(1),
    metric=st.sampled_from(METRICS),
    order=st.sampled_from([order for order in Order if order is not Order.NAME]),
    descending=st.booleans(),
    unknown=st.booleans(),
    limit=st.integers(1, 3),
    offset=st.integers(0, 3),
)
def test_table(
    world: World,
    rows: list[Did],
    asked: Asked,
    metric: Metric,
    order: Order,
    descending: bool,
    unknown: bool,
    limit: int,
    offset: int,
) -> None:
    rows = world.holds(rows)
    page = table(
        world.scope(asked),
        metric,
        order=order,
        descending=descending,
        with_unknown=unknown,
        limit=limit,
        offset=offset,
    )
    wanted = twin.table(rows, asked, metric.value, order.value, unknown=unknown, descending=descending)
    found = [(row.name, as_numbers(row.numbers), row.country) for row in page.rows]
    assert found == wanted[offset : offset + limit]
    assert page.total == len(wanted)


@random_traffic
@given(
    rows=traffic(),
    asked=questions(1),
    metric=st.sampled_from([metric for metric in METRICS if metric is not Metric.EVENT]),
)
def test_a_row_of_a_table_is_the_summary_of_its_filter(
    world: World, rows: list[Did], asked: Asked, metric: Metric
) -> None:
    rows = world.holds(rows)
    scope = world.scope(asked)
    for row in table(scope, metric, with_unknown=True).rows:
        chosen = [Filter(metric, (row.name,))]
        if metric in (Metric.REGION, Metric.CITY):
            chosen.append(Filter(Metric.COUNTRY, (row.country,)))
        assert summary(scope.filtered(*chosen)) == row.numbers


@random_traffic
@given(rows=traffic(), asked=questions(1), metric=st.sampled_from(METRICS), word=st.sampled_from(WORDS[:-6]))
def test_searching_a_table_is_a_filter(
    world: World, rows: list[Did], asked: Asked, metric: Metric, word: str
) -> None:
    rows = world.holds(rows)
    page = table(world.scope(asked), metric, search=word, with_unknown=True)
    searched = replace(asked, conditions=(*asked.conditions, Condition(metric.value, (word,), "c")))
    wanted = twin.table(rows, searched if word else asked, metric.value, "visitors", unknown=True)
    assert [(row.name, as_numbers(row.numbers), row.country) for row in page.rows] == wanted


@random_traffic
@given(rows=traffic(), asked=questions(1), limit=st.integers(1, 3), offset=st.integers(0, 2))
def test_sessions(world: World, rows: list[Did], asked: Asked, limit: int, offset: int) -> None:
    rows = world.holds(rows)
    scope = world.scope(asked)
    everything = session_list(scope, limit=100)
    found = {
        row.uuid: (row.first_at, row.last_at, row.visits, row.pageviews, row.events)
        for row in everything.rows
    }
    assert found == {world.uuid(visitor): numbers for visitor, numbers in twin.sessions(rows, asked).items()}
    assert everything.rows == sorted(everything.rows, key=lambda row: (row.last_at, row.id), reverse=True)
    page = session_list(scope, limit=limit, offset=offset)
    assert (page.rows, page.total) == (everything.rows[offset : offset + limit], len(found))
    whole = summary(scope)
    assert sum(row.visits for row in everything.rows) == whole.visits
    assert sum(row.pageviews for row in everything.rows) == whole.pageviews
    assert sum(1 for row in everything.rows if row.pageviews) == whole.visitors


@random_traffic
@given(rows=traffic(), since=st.none() | moments(2))
def test_one_session_and_its_timeline(world: World, rows: list[Did], since: datetime | None) -> None:
    rows = world.holds(rows)
    always = Asked(datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), since=since)
    wanted = twin.sessions(rows, always)
    for visitor in {row.visitor for row in rows}:
        row = one_session(world.website.pk, world.uuid(visitor), since=since)
        if visitor not in wanted:
            assert row is None
            continue
        assert row is not None
        numbers = (row.first_at, row.last_at, row.visits, row.pageviews, row.events)
        assert numbers == wanted[visitor]
        done = [did for did in twin.in_period(rows, always) if did.visitor == visitor]
        done.sort(key=lambda did: did.at)
        page = timeline(world.website.pk, row.id, since=since)
        assert page.total == len(done)
        found = [
            (moment.at, moment.path, moment.event_name, {leaf.key: leaf.value for leaf in moment.data})
            for moment in page.rows
        ]
        assert found == [(did.at, did.path, did.event_name, dict(did.data)) for did in done]
        backwards = timeline(world.website.pk, row.id, since=since, newest_first=True, limit=2, offset=1)
        assert backwards.rows == page.rows[::-1][1:3]


@random_traffic
@given(rows=traffic(), asked=questions(1))
def test_heat_grid(world: World, rows: list[Did], asked: Asked) -> None:
    rows = world.holds(rows)
    grid = heat_grid(world.scope(asked))
    assert (len(grid.cells), {len(day) for day in grid.cells}) == (7, {24})
    found = {
        (weekday, hour): (cell.pageviews, cell.visitors)
        for weekday, day in enumerate(grid.cells)
        for hour, cell in enumerate(day)
        if cell.pageviews
    }
    assert found == twin.heat(rows, asked)
    alone = pageview_grid(world.scope(asked))
    assert alone == tuple(tuple(cell.pageviews for cell in day) for day in grid.cells)


@random_traffic
@given(rows=traffic(), asked=questions(1), name=st.sampled_from((None, "buy", "Buy")))
def test_events_and_their_data(world: World, rows: list[Did], asked: Asked, name: str | None) -> None:
    rows = world.holds(rows)
    scope = world.scope(asked)
    answer = event_totals(scope)
    found = (answer.events, answer.visitors, answer.visits, answer.names)
    assert found == twin.event_totals(rows, asked)
    keys = [(row.key, row.events) for row in event_properties(scope, name)]
    assert keys == twin.properties(rows, asked, name)
    if name is not None:
        for key in ("plan", "Plan"):
            page = property_values(scope, name, key)
            wanted = twin.values(rows, asked, name, key)
            assert [(row.value, row.count) for row in page.rows] == wanted
            assert page.total == len(wanted)
            assert property_values(scope, name, key, limit=1, offset=1).rows == page.rows[1:2]


@random_traffic
@given(rows=traffic(), now=moments(2), since=st.none() | moments(2), tz=st.sampled_from(ZONES))
def test_realtime(world: World, rows: list[Did], now: datetime, since: datetime | None, tz: str) -> None:
    rows = world.holds(rows)
    past = Asked(shown_since(now), now, tz, since=since)
    shown = twin.in_period(rows, past)
    beat = pulse(world.website.pk, now, since=since)
    assert (beat.visitors, beat.hits) == (twin.present(shown, now), len(shown))
    latest = sorted(enumerate(shown), key=lambda item: (item[1].at, item[0]), reverse=True)
    items = feed(world.website.pk, now, since=since, limit=5)
    assert [(item.at, item.path, item.event_name, item.country, item.session_uuid) for item in items] == [
        (did.at, did.path, did.event_name, did.country, world.uuid(did.visitor)) for _, did in latest[:5]
    ]
    points = minutes(world.website.pk, now, tz=ZoneInfo(tz), since=since)
    found = {point.start_us: as_numbers(point.numbers) for point in points if point.numbers.pageviews}
    assert found == twin.series(rows, past, "minute")


@random_traffic
@given(rows=traffic(), asked=questions(0), unit=st.sampled_from((Unit.HOUR, Unit.DAY, Unit.MONTH)))
def test_list_of_websites(world: World, rows: list[Did], asked: Asked, unit: Unit) -> None:
    rows = world.holds(rows)
    here, neighbour = world.website.pk, world.website.pk + 1
    period, now = Period(asked.start, asked.end), asked.end
    answer = overview_of({here: asked.since, neighbour: None}, period, unit, ZoneInfo(asked.tz), now)
    for website, known, since in ((here, rows, asked.since), (neighbour, world.neighbours, None)):
        question = replace(asked, since=since)
        length = asked.end - asked.start
        before = replace(question, start=asked.start - length, end=asked.end - length)
        found = answer[website]
        now_wanted, before_wanted = twin.summary(known, question), twin.summary(known, before)
        assert (found.current.pageviews, found.current.visitors) == now_wanted[:2]
        assert (found.previous.pageviews, found.previous.visitors) == before_wanted[:2]
        series = twin.series(known, question, unit.value)
        assert found.spark == tuple(
            series.get(start, twin.NOTHING)[1] for start in twin.buckets(asked, unit.value)
        )
        present = [row for row in known if row.at <= now and (since is None or row.at > since)]
        if asked.start <= asked.end:
            assert found.active == twin.present(present, now)


# laws that hold for any traffic


@random_traffic
@given(rows=traffic(), asked=questions(3))
def test_filters_commute_and_one_more_never_raises_a_number(
    world: World, rows: list[Did], asked: Asked
) -> None:
    rows = world.holds(rows)
    scope = world.scope(asked)
    narrow = summary(scope)
    assert summary(replace(scope, filters=scope.filters[::-1])) == narrow
    assert summary(scope.filtered(*scope.filters)) == narrow
    for left_out in scope.filters:
        wide = summary(replace(scope, filters=tuple(f for f in scope.filters if f is not left_out)))
        assert narrow.pageviews <= wide.pageviews
        assert narrow.visitors <= wide.visitors
        assert narrow.visits <= wide.visits


@random_traffic
@given(rows=traffic(), asked=questions(1), condition=conditions())
def test_a_filter_and_its_denial_share_out_the_pageviews(
    world: World, rows: list[Did], asked: Asked, condition: Condition
) -> None:
    denial = {"eq": "neq", "c": "dnc"}.get(condition.operator)
    if denial is None:
        return
    rows = world.holds(rows)
    scope = world.scope(asked)
    chosen = Filter(Metric(condition.field), condition.values, Operator(condition.operator))
    denied = replace(chosen, operator=Operator(denial))
    parts = summary(scope.filtered(chosen)), summary(scope.filtered(denied))
    assert sum(part.pageviews for part in parts) == summary(scope).pageviews


@random_traffic
@given(rows=traffic(), asked=questions())
def test_visitors_visits_and_pageviews_do_not_exceed_each_other(
    world: World, rows: list[Did], asked: Asked
) -> None:
    rows = world.holds(rows)
    found = summary(world.scope(asked))
    assert found.visitors <= found.visits <= found.pageviews
    assert found.bounces <= found.visits


@random_traffic
@given(rows=traffic(), since=st.none() | moments(2))
def test_life_goes_from_the_first_hit_to_the_last(
    world: World, rows: list[Did], since: datetime | None
) -> None:
    rows = world.holds(rows)
    moments_left = [row.at for row in rows if since is None or row.at > since]
    wanted = Period(min(moments_left), max(moments_left)) if moments_left else None
    assert life(world.website.pk, since=since) == wanted
