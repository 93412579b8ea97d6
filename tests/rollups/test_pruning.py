"""Once hits are pruned, nobody who asks about the time that is kept notices, and who asks about before gets totals."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.test_v1_statistics import random_traffic
from umami_django.domain.filters import Filter
from umami_django.domain.periods import HOUR_US, MICROSECOND, Period, to_micros, zone
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, Metric, Unit, VisitKey
from umami_django.models import (
    EventData,
    EventDocument,
    RollupDay,
    RollupMark,
    RollupState,
    Session,
    StoredHit,
    TermSweep,
    Website,
)
from umami_django.rollups import build
from umami_django.rollups.state import holds
from umami_django.services import pruning, unused_terms
from umami_django.services.purge import purge_website
from umami_django.services.websites import reset_website
from umami_django.stats import checking
from umami_django.stats.exactness import Exactness, exactness, knowing_pruned
from umami_django.stats.overview import life, summary
from umami_django.stats.rankings import ranking
from umami_django.stats.raw import overview as by_hits
from umami_django.stats.series import pageview_series
from umami_django.writers import write

from .pruned import CUT, DAY, FIRST, HOUR, MONTHS, NOW, ZONES, Chance, Pruning, ask, lasting, seen

pytestmark = pytest.mark.django_db


@random_traffic
@given(st.integers(0, 2**64))
def test_answers_are_the_same_before_and_after(world: Pruning, seed: int) -> None:
    chance = Chance(seed)
    world.clear()
    write(chance.hits(world.pk, chance.randrange(5, 60)))
    world.build()
    kept = []
    for _ in range(3):
        start, end = sorted(chance.moment(CUT) for _ in range(2))
        kept.append(Period(start, end))
    kept += [Period(CUT, NOW), Period(CUT, CUT + DAY)]
    days = [FIRST + DAY * chance.randrange(59) for _ in range(3)]
    before = [Period(day, day + DAY * chance.randrange(1, 40) - MICROSECOND) for day in days]
    before += [Period(day, chance.moment(CUT)) for day in days]
    before += [Period(FIRST, datetime(2026, 2, 1, tzinfo=UTC) - MICROSECOND), Period(days[0], CUT)]
    tz = chance.choice(ZONES)
    told_kept = [ask(world.pk, period, tz) for period in kept]
    told_before = [lasting(ask(world.pk, period, tz), period) for period in before]
    world.prune(batch_hits=chance.randrange(1, 20))
    assert [ask(world.pk, period, tz, raw_from=CUT) for period in kept] == told_kept
    for period, told in zip(before, told_before, strict=True):
        assert lasting(ask(world.pk, period, tz, raw_from=CUT), period) == told, period

    # what is kept can be built again, and later hits change nothing of that
    if chance.random() < 0.5:
        build.drop(world.pk, "default")
    late = chance.hits(world.pk, 5, CUT, NOW)
    write(late)
    world.build()
    for period in kept:
        scope = Scope(world.pk, period)
        for key in VisitKey:
            assert summary(scope, key) == by_hits.summary(scope, key), period
    for period in before:
        hits = [
            one for one in late if period.start <= one.created_at <= period.end and not one.content.event_name
        ]
        now = summary(Scope(world.pk, period, raw_from=CUT))
        old = told_before[before.index(period)]
        assert now.pageviews == old["pageviews"] + len(hits)
        assert old["visitors"] <= now.visitors <= old["visitors"] + len({one.session_id for one in hits})


def test_who_has_a_name_is_one_visitor_before_and_after(world: Pruning) -> None:
    """Also after all that is kept was built again, and while they are in the open hours only."""
    for at in (CUT - 5 * DAY, CUT + DAY, NOW):
        write([seen(world.pk, "id1", at), seen(world.pk, "ana", at)])
    world.build()
    assert world.prune().hits == 2
    period = Period(CUT - 10 * DAY, NOW)
    for rebuild in (False, True):
        if rebuild:
            build.drop(world.pk, "default")
            world.build()
        told = ask(world.pk, period, "UTC", raw_from=CUT)
        assert told[VisitKey.VISIT].visitors == 4  # id1, and ana of three months
        assert sum(row.count for row in told["browser"]) == 4
    StoredHit.objects.filter(created_at=CUT + DAY).delete()
    build.drop(world.pk, "default")
    world.build()
    assert summary(Scope(world.pk, period, raw_from=CUT)).visitors == 3
    assert sum(row.count for row in ranking(Scope(world.pk, period), Metric.BROWSER)) == 3


def test_a_visit_that_reaches_over_the_cut_stays_one(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - 3 * HOUR, "/in")])
    night = seen(world.pk, "id1", CUT - HOUR, "/in")
    write([night, night._replace(at=to_micros(CUT - HOUR / 2))])
    write([night._replace(at=to_micros(CUT + HOUR))])
    world.build()
    asked = Period(CUT, CUT + 3 * DAY)
    before = ask(world.pk, asked, "UTC")
    assert before[VisitKey.VISIT].visits == 1
    assert before[VisitKey.VISIT].bounces == 1
    assert world.prune().hits == 1
    assert world.left() == 2
    assert ask(world.pk, asked, "UTC", raw_from=CUT) == before
    assert not world.prune()
    late = datetime(2026, 5, 2, tzinfo=UTC)
    while build.build_step(world.pk, late, "default") is not None:
        pass
    assert pruning.prune_website(world.pk, datetime(2026, 4, 1, tzinfo=UTC), late).hits == 3


def test_what_is_pruned_is_gone_with_all_that_hangs_on_it(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - DAY, "/old", event="buy", data={"price": 3})])
    write([seen(world.pk, "id1", CUT - DAY, "/old")])
    write([seen(world.pk, "bob", CUT + DAY, "/new", event="buy", data={"price": 3})])
    bob = Session.objects.get(created_at=CUT + DAY)
    assert pruning.counted(world.pk, CUT) == pruning.Pruned(world.pk, CUT, 2, 1, 1)
    assert pruning.prune(NOW) == []
    Website.objects.update(keep_months=MONTHS)
    assert pruning.prune(NOW) == [pruning.Pruned(world.pk, CUT, 2, 1, 1)]
    assert StoredHit.objects.count() == EventDocument.objects.count() == EventData.objects.count() == 1
    assert set(Session.objects.values_list("distinct_id", "pruned_until")) == {
        ("id1", CUT - DAY),
        (None, None),
    }
    assert Session.objects.get(distinct_id=None) == bob
    assert TermSweep.objects.get().dirty_at is not None
    assert pruning.prune(NOW) == []


def test_texts_of_what_is_pruned_stay_while_summaries_tell_of_them(world: Pruning) -> None:
    write(
        [
            seen(world.pk, "ana", CUT - DAY, "/old?x=1", referrer="https://t.co/deep"),
            seen(world.pk, "bob", NOW),
        ]
    )
    world.build()
    world.prune()
    later = datetime.now(UTC) + unused_terms.SETTLES_IN + HOUR
    unused_terms.sweep(later)
    unused_terms.sweep(later + unused_terms.SETTLES_IN)
    scope = Scope(world.pk, Period(FIRST, CUT - MICROSECOND), raw_from=CUT)
    assert [row.name for row in ranking(scope, Metric.PATH)] == ["/old"]
    assert [row.name for row in ranking(scope, Metric.REFERRER)] == ["https://t.co/deep"]


def test_only_questions_that_need_hits_lose_anything(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - DAY, "/old"), seen(world.pk, "bob", CUT + DAY, "/new")])
    world.build()
    world.prune()
    scope = Scope(world.pk, Period(FIRST, NOW), raw_from=CUT)
    assert summary(scope).pageviews == 2
    assert summary(scope.filtered(Filter(Metric.COUNTRY, ("DE",)))).pageviews == 1
    assert summary(scope.filtered(Filter(Metric.PATH, ("/old",)))).pageviews == 0
    short = Scope(world.pk, Period(CUT - DAY - HOUR, CUT - DAY + HOUR / 2), raw_from=CUT)
    assert summary(short).pageviews == 1


def test_within_pruned_time_a_range_is_widened(world: Pruning) -> None:
    at = CUT - 10 * DAY + 12.5 * HOUR
    write([seen(world.pk, "ana", at, "/old"), seen(world.pk, "bob", NOW, "/new")])
    world.build()
    world.prune()
    for start, end, views, in_list in (
        (at + MICROSECOND, at + 3 * DAY, 1, 1),
        (at - 3 * DAY, at - MICROSECOND, 1, 1),
        (at - HOUR / 2 - 3 * DAY, at - HOUR / 2 - MICROSECOND, 0, 1),
        (at + HOUR, at + 3 * DAY, 0, 1),
        (at + DAY, at + 3 * DAY, 0, 0),
    ):
        scope = Scope(world.pk, Period(start, end), raw_from=CUT)
        assert summary(scope).pageviews == views, (start, end)
        assert sum(row.count for row in ranking(scope, Metric.URL)) == in_list, (start, end)
    quarter = Scope(world.pk, Period(at + MICROSECOND, at + 3 * DAY), tz=zone("Asia/Kathmandu"), raw_from=CUT)
    assert [point.pageviews for point in pageview_series(quarter, Unit.HOUR)] == [1]


def test_without_summaries_nothing_goes(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - DAY)])
    early = CUT - HOUR
    assert pruning.prune_website(world.pk, CUT, early).is_waiting
    assert world.left() == 1
    reset_website(world.website, CUT)
    assert world.prune().is_waiting
    Website.objects.update(reset_at=None)
    assert world.prune().hits == 1


def test_a_late_hit_before_the_cut_is_built_before_anything_goes(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - DAY)])
    world.build()
    write([seen(world.pk, "bob", CUT - 2 * DAY)])
    assert RollupMark.objects.count() == 1
    assert world.prune().hits == 2
    assert summary(Scope(world.pk, Period(FIRST, CUT), raw_from=CUT)).visitors == 2
    whole = life(world.pk)
    assert whole is not None
    assert whole.start == CUT - 2 * DAY


def test_a_hit_that_slips_in_before_the_cut_later_goes_uncounted_and_harms_nothing(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - DAY), seen(world.pk, "bob", CUT + DAY)])
    world.build()
    world.prune()
    write([seen(world.pk, "carol", CUT - 2 * DAY), seen(world.pk, "dora", CUT + 2 * DAY)])
    world.build()
    assert not RollupMark.objects.exists()
    assert RollupState.objects.get().raw_from == to_micros(CUT) // HOUR_US
    assert summary(Scope(world.pk, Period(FIRST, NOW), raw_from=CUT)).pageviews == 3
    assert world.prune().hits == 1
    assert summary(Scope(world.pk, Period(FIRST, NOW), raw_from=CUT)).pageviews == 3


def test_rebuilding_keeps_what_cannot_be_built(world: Pruning) -> None:
    write(Chance(4).hits(world.pk, 80))
    world.build()
    world.prune()
    periods = [Period(FIRST, NOW), Period(FIRST, CUT - MICROSECOND), Period(CUT, NOW)]
    before = [ask(world.pk, period, "UTC", raw_from=CUT) for period in periods]
    build.drop(world.pk, "default")
    state = RollupState.objects.get()
    assert state.hours_until == state.closed_until == state.raw_from == to_micros(CUT) // HOUR_US
    world.build()
    after = [ask(world.pk, period, "UTC", raw_from=CUT) for period in periods]
    for one, other in zip(before, after, strict=True):
        for name in one.keys() - {f"{Metric.PATH} {Counted.VISITORS}", f"{Metric.EVENT} {Counted.VISITORS}"}:
            assert one[name] == other[name]
    assert not list(checking.compared(world.pk, NOW, 20))


def test_a_reset_begins_anew(world: Pruning) -> None:
    write([seen(world.pk, "id1", CUT - DAY), seen(world.pk, "id1", CUT + DAY), seen(world.pk, "id1", NOW)])
    world.build()
    world.prune()
    reset_website(world.website, NOW - DAY)
    purge_website(Website.objects.get(pk=world.pk))
    hold = holds(world.pk, "default")
    assert hold is None
    assert RollupState.objects.get().raw_from is None
    assert Session.objects.get().pruned_until is None
    world.build()
    assert summary(Scope(world.pk, Period(FIRST, NOW))).visitors == 1
    assert RollupDay.objects.count() == 0  # its hour is not over


@pytest.mark.parametrize(
    ("start", "end", "filters", "expected"),
    [
        (CUT, NOW, (), Exactness()),
        (FIRST, NOW, (), Exactness(CUT)),
        (FIRST + timedelta(minutes=1), NOW, (), Exactness(CUT, is_widened=True)),
        (FIRST, FIRST + DAY - timedelta(milliseconds=1), (), Exactness(CUT)),
        (FIRST, FIRST + DAY, (), Exactness(CUT, is_widened=True)),
        (FIRST, NOW, (Filter(Metric.COUNTRY, ("DE",)),), Exactness(CUT, from_hits_only=True)),
        (NOW, FIRST, (), Exactness()),
    ],
)
def test_an_answer_says_where_it_is_not_exact(
    start: Any, end: Any, filters: Any, expected: Exactness
) -> None:
    assert exactness(Scope(1, Period(start, end), filters=filters, raw_from=CUT)) == expected


def test_what_is_pruned_is_asked_for_only_where_it_may_matter(
    world: Pruning, django_assert_num_queries: Callable[..., Any]
) -> None:
    write([seen(world.pk, "ana", CUT - DAY)])
    world.build()
    world.prune()
    with django_assert_num_queries(0):
        recent = Scope(world.pk, Period(NOW - 9 * DAY, NOW))
        assert knowing_pruned(recent, NOW) is recent
    with django_assert_num_queries(1):
        assert knowing_pruned(Scope(world.pk, Period(CUT, NOW)), NOW).raw_from == CUT
