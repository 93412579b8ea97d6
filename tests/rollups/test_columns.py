"""Columns of hits: packed and read back, built and forgotten with what they are columns of."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traffic import hit
from umami_django.conf import umami_settings
from umami_django.domain.filters import Filter
from umami_django.domain.hits import Client
from umami_django.domain.periods import DAY_US, Period, to_micros
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, Metric, Unit, VisitKey
from umami_django.models import RollupColumn, RollupState, Website
from umami_django.rollups import build, columns, fast, frame
from umami_django.rollups.columns import distinct, enumerated, first_places, numbered, packed, unpacked
from umami_django.rollups.plan import Way, among, of_hits, of_numbers, of_ranking
from umami_django.rollups.state import holds
from umami_django.services.erasure import erase, visitors
from umami_django.stats import counted
from umami_django.stats.overview import summary
from umami_django.stats.raw import overview as raw
from umami_django.stats.raw import series
from umami_django.stats.way import looking_once
from umami_django.writers import write

from .test_packing import numbers
from .world import HOW, NOW, built, filled, scope_of

CHROME = Filter(Metric.BROWSER, ("chrome",))
PAGE = Filter(Metric.PATH, ("/1",))


@given(st.lists(st.lists(numbers, max_size=60), min_size=1, max_size=5))
def test_what_is_packed_comes_back(columns: list[list[int]]) -> None:
    data = packed([np.array(column, np.int64) for column in columns])
    assert [array.tolist() for array in unpacked(data)] == columns
    assert [array.tolist() for array in unpacked(memoryview(data), [0])] == columns[:1]


def test_what_repeats_is_compressed_and_what_does_not_is_left_as_it_is() -> None:
    same, different = np.zeros(10_000, np.int64), np.random.default_rng(1).integers(0, 2**62, 1_000)
    assert len(packed([same])) < 100
    assert len(packed([different])) == 1 + 9 + 8_000


@given(st.lists(numbers, max_size=60))
def test_different_values_and_their_places(values: list[int]) -> None:
    array = np.array(values, np.int64)
    known, places = numbered(array)
    assert known.tolist() == distinct(array).tolist() == sorted(set(values))
    assert known[places].tolist() == values


@given(st.lists(numbers, max_size=60))
def test_values_are_numbered_by_first_appearance(values: list[int]) -> None:
    different = list(dict.fromkeys(values))
    count, found = enumerated(np.array(values, np.int64))
    assert count == len(different)
    assert found.tolist() == [different.index(value) for value in values]


def test_values_that_share_a_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_HASHING", np.uint64(0))
    assert first_places(np.array([7, 5, 7, 3, 5, 3, 9])).tolist() == [0, 1, 0, 3, 1, 3, 6]


@pytest.mark.django_db
def test_a_question_reads_a_few_columns_in_a_few_queries(
    website: Website, django_assert_num_queries: Any
) -> None:
    filled(website.pk)
    scope = scope_of(website.pk).filtered(PAGE)
    right = raw.summary(scope, VisitKey.VISIT)
    assert right.pageviews > 10
    # the state before and after; days, hours and what is not built yet; the terms of the filter
    with django_assert_num_queries(6):
        assert counted.summary(scope, VisitKey.VISIT) == right


@pytest.mark.django_db
def test_a_page_reads_hits_once(website: Website, django_assert_num_queries: Any) -> None:
    filled(website.pk)
    scope = scope_of(website.pk).filtered(PAGE)
    numbers, days = raw.summary(scope, VisitKey.VISIT), series.pageview_series(scope, Unit.DAY)
    with looking_once():
        assert counted.summary(scope, VisitKey.VISIT) == numbers
        with django_assert_num_queries(2):  # the state before and after
            assert counted.pageview_series(scope, Unit.DAY) == days
        write([hit(website.pk, "late", "/1", at=NOW - timedelta(days=3))])
        built(website.pk)
        now = counted.summary(scope, VisitKey.VISIT)
    assert now is not None and now.pageviews == numbers.pageviews + 1


@pytest.mark.django_db
def test_every_unit_with_hits_has_columns(website: Website) -> None:
    write(
        [hit(website.pk, "ana", "/", event="buy", at=NOW - timedelta(days=9))]
    )  # a day without any pageview
    filled(website.pk)
    state = RollupState.objects.get(pk=website.pk)
    assert state.columns_from == 0
    units = RollupColumn.objects.filter(website_id=website.pk, column=fast.BASE)
    days = set(units.filter(span=2).values_list("start", flat=True))
    assert (to_micros(NOW) // DAY_US - 9) in days
    assert all(day < state.days_until for day in days)
    assert not units.filter(span=1, start__lt=state.days_until * 24).exists()


@pytest.mark.django_db
def test_without_numpy_hits_answer(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "is_installed", lambda: False)
    filled(website.pk)
    assert not RollupColumn.objects.exists()
    scope = scope_of(website.pk).filtered(PAGE)
    assert counted.summary(scope, VisitKey.VISIT) is None
    assert summary(scope).pageviews > 10


@pytest.mark.django_db
def test_columns_begin_when_numpy_comes_and_end_when_it_goes(
    website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(fast, "is_installed", lambda: False)
        write([hit(website.pk, "ana", "/", at=NOW - timedelta(days=9)), hit(website.pk, "bob", "/", at=NOW)])
        built(website.pk, NOW - timedelta(days=5))
    assert RollupState.objects.get(pk=website.pk).columns_from is None
    built(website.pk)
    today = to_micros(NOW) // DAY_US
    since = RollupState.objects.get(pk=website.pk).columns_from
    assert since is not None and today - 6 <= since <= today - 4
    long, short = (scope_of(website.pk, days).filtered(PAGE) for days in (10, 3))
    assert counted.summary(long, VisitKey.VISIT) is None
    assert counted.summary(short, VisitKey.VISIT) == raw.summary(short, VisitKey.VISIT)
    assert summary(long) == raw.summary(long, VisitKey.VISIT)
    with monkeypatch.context() as without:
        without.setattr(fast, "is_installed", lambda: False)
        write([hit(website.pk, "cleo", "/", at=NOW)])
        built(website.pk, NOW + timedelta(days=2))
    assert RollupState.objects.get(pk=website.pk).columns_from is None
    build.drop(website.pk, "default")
    built(website.pk)
    assert counted.summary(long, VisitKey.VISIT) == raw.summary(long, VisitKey.VISIT)


@pytest.mark.django_db
def test_the_columns_of_erased_hits_are_gone_at_once(website: Website) -> None:
    filled(website.pk)
    ana = hit(website.pk, "v3", "/")
    keys = RollupColumn.objects.filter(website_id=website.pk, column=fast.SESSIONS)

    def known() -> bool:
        return any(ana.session_id in unpacked(data)[0] for data in keys.values_list("packed", flat=True))

    assert known()
    scope = scope_of(website.pk).filtered(PAGE)
    erase(website, visitors(website, session=ana.session_uuid))
    assert not known()
    right = raw.summary(scope, VisitKey.VISIT)
    assert summary(scope) == right
    built(website.pk)
    assert counted.summary(scope, VisitKey.VISIT) == right
    assert not known()


@pytest.mark.django_db
def test_visits_of_two_sessions_may_share_an_id(website: Website) -> None:
    """As imported ones do, whose id is that of the hour."""
    made = [
        hit(website.pk, name, "/", at=NOW - timedelta(days=3, minutes=minutes))._replace(visit_id=7)
        for name in ("ana", "bob")
        for minutes in (0, 10)
    ]
    write(made)
    built(website.pk)
    scope = scope_of(website.pk).filtered(Filter(Metric.PATH, ("/",)))
    found = counted.summary(scope, VisitKey.VISIT)
    assert found == raw.summary(scope, VisitKey.VISIT)
    assert found is not None and (found.visits, found.visitors, found.total_seconds) == (2, 2, 1200)


@pytest.mark.django_db
def test_too_many_hits_are_left_to_the_database(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(website.pk)
    scope = scope_of(website.pk).filtered(PAGE)
    assert counted.summary(scope, VisitKey.VISIT) is not None
    monkeypatch.setattr(frame, "MOST_HITS", 20)
    assert counted.summary(scope, VisitKey.VISIT) is None
    assert summary(scope).pageviews > 10


@pytest.mark.django_db
def test_too_many_hits_that_are_not_built_are_left_to_the_database(
    website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(website.pk)
    write([hit(website.pk, f"w{number}", "/", at=NOW) for number in range(4)])
    scope = scope_of(website.pk).filtered(Filter(Metric.PATH, ("/",)))
    assert counted.summary(scope, VisitKey.VISIT) == raw.summary(scope, VisitKey.VISIT)
    monkeypatch.setattr(frame, "MOST_OPEN_HITS", 3)
    assert counted.summary(scope, VisitKey.VISIT) is None


@pytest.mark.django_db
def test_attributes_of_visitors_within_a_day_are_read_from_columns(website: Website) -> None:
    at = NOW - timedelta(hours=5)
    write([hit(website.pk, f"v{n}", "/", at=at, client=Client(browser="chrome")) for n in range(3)])
    built(website.pk)
    scope = Scope(website.pk, Period(NOW - timedelta(days=1), NOW))
    found = counted.ranking(scope, Metric.BROWSER, Counted.VISITORS, **(HOW | {"with_unknown": True}))
    assert [(row.name, row.count) for row in found or ()] == [("chrome", 3)]


@pytest.mark.django_db
def test_the_plan_says_why(website: Website) -> None:
    scope = scope_of(website.pk)
    short = Scope(website.pk, Period(NOW - timedelta(hours=5), NOW))
    assert of_numbers(scope.filtered(CHROME)).way is Way.COLUMNS
    assert of_numbers(short).way is of_hits(short).way is Way.HITS
    assert of_hits(scope).way is of_hits(short, Metric.CITY).way is Way.COLUMNS
    assert of_ranking(short, Metric.PATH, Counted.VISITORS, with_unknown=False).way is Way.HITS
    assert of_ranking(short, Metric.OS, Counted.VISITORS, with_unknown=True).way is Way.COLUMNS
    plan = of_numbers(scope.filtered(CHROME))
    using = umami_settings().TRAFFIC_DATABASE
    assert among(plan, scope, holds(website.pk, using)).why == "no summaries are built yet"
    filled(website.pk)
    assert "the last 0 hours are read from hits" in among(plan, scope, holds(website.pk, using)).why
    RollupState.objects.update(columns_from=None)
    assert among(plan, scope, holds(website.pk, using)).way is Way.HITS
