"""Visits counted anew from any quarter on: as their times tell, and by hours where quarters do not."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.traffic import hit
from umami_django.domain.periods import DAY_US, HOUR_US, SECOND_US, Period, to_micros, zone
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Unit
from umami_django.models import RollupDay, Website
from umami_django.rollups import rows, series
from umami_django.rollups.restarts import DayRestarts, Restarts, numbers, unpacked
from umami_django.rollups.units import DAY_QUARTERS, QUARTER_US
from umami_django.stats import summed
from umami_django.stats.raw import series as raw
from umami_django.writers import write

from .world import NOW, built

FIRST_DAY = 20_000
KOLKATA = zone("Asia/Kolkata")

Visits = list[list[int]]
"""Of each its pageviews' times, in order."""


def some_visits(chance: random.Random, longest_us: int) -> Visits:
    """Over four days, many of them about the same time."""
    found = []
    for _ in range(chance.randrange(1, 30)):
        begins = FIRST_DAY * DAY_US + chance.choice((0, HOUR_US * 23, chance.randrange(3 * DAY_US)))
        offsets = [chance.choice((0, chance.randrange(longest_us))) for _ in range(chance.randrange(6))]
        found.append(sorted(begins + offset for offset in [0, *offsets]))
    return found


def counted(visits: Visits) -> dict[int, Restarts]:
    days: dict[int, Restarts] = {}
    for times in visits:
        for place, at in enumerate(times):
            days.setdefault(at // DAY_US, Restarts()).count(at // DAY_US, times, place)
    return days


def stored(days: dict[int, Restarts]) -> dict[int, DayRestarts]:
    packed = {number: day.packed() for number, day in days.items()}
    return {number: DayRestarts(data) for number, data in packed.items() if data is not None}


def by_definition(visits: Visits, start: int, end: int) -> tuple[int, int, int]:
    inside = [[at for at in times if start <= at // QUARTER_US < end] for times in visits]
    there = [times for times in inside if times]
    seconds = sum((times[-1] - times[0]) // SECOND_US for times in there)
    return len(there), sum(len(times) == 1 for times in there), seconds


def test_visits_of_any_quarters_are_as_their_times_tell() -> None:
    chance = random.Random(3)
    for _ in range(60):
        visits = some_visits(chance, chance.choice((HOUR_US // 2, 3 * HOUR_US, DAY_US)))
        days = stored(counted(visits))
        for _ in range(20):
            start, end = sorted(FIRST_DAY * DAY_QUARTERS + chance.randrange(-5, 500) for _ in range(2))
            assert numbers(days, start, end) == by_definition(visits, start, end)


def test_a_day_comes_back_as_it_was_stored() -> None:
    chance = random.Random(4)
    days = counted([times for _ in range(9) for times in some_visits(chance, 3 * HOUR_US)])
    assert days[FIRST_DAY].differences
    for day in days.values():
        back = unpacked(day.packed())
        assert back.packed() == day.packed()
        assert (back.visits, back.bounces, back.seconds) == (day.visits, day.bounces, day.seconds)


def test_a_day_is_put_together_from_its_hours() -> None:
    (day,) = counted([[FIRST_DAY * DAY_US + HOUR_US * hour for hour in range(9)]]).values()
    whole = day.packed()
    begins, rest = unpacked(whole), unpacked(whole)
    begins.up_to(5 * 4)
    assert sum(begins.seconds) == 4 * 3600
    begins.join(rest, 5 * 4, 24 * 4)
    assert begins.packed() == whole


def test_a_day_with_a_visit_of_more_than_a_day_tells_nothing() -> None:
    begins = FIRST_DAY * DAY_US + HOUR_US
    days = counted([[begins, begins + DAY_US, begins + DAY_US + QUARTER_US]])
    assert days[FIRST_DAY].packed() is not None
    assert days[FIRST_DAY + 1].packed() is None
    unknown = unpacked(None)
    unknown.join(days[FIRST_DAY], 0, DAY_QUARTERS)
    assert unknown.packed() is None


def test_a_visit_of_just_a_day_is_told() -> None:
    begins = FIRST_DAY * DAY_US + HOUR_US
    visits = [[begins, begins + DAY_US]]
    days = stored(counted(visits))
    for start in range(FIRST_DAY * DAY_QUARTERS, (FIRST_DAY + 1) * DAY_QUARTERS + 6):
        end = (FIRST_DAY + 2) * DAY_QUARTERS
        assert numbers(days, start, end) == by_definition(visits, start, end)


@pytest.fixture
def visited(website: Website) -> Website:
    """Ten days with visits in the morning, at noon, and about the end of each of Kolkata's days."""
    end_of_day = NOW.replace(hour=18, minute=30)
    hits = [
        hit(website.pk, f"v{number}", "/", at=end_of_day - timedelta(days=day, minutes=offset))._replace(
            visit_id=1000 * day + number
        )
        for day in range(11)
        for number, offsets in enumerate(((20, 5, -1, -40), (0,), (1, 0), (50,), (400, 399), (800, 790)))
        for offset in offsets
    ]
    write([one for one in hits if one.created_at < NOW])
    built(website.pk)
    return website


def scope_of(website: Website) -> Scope:
    return Scope(website.pk, Period(NOW - timedelta(days=10), NOW), tz=KOLKATA)


@pytest.mark.django_db
def test_days_in_a_zone_with_half_an_hour_are_read_from_summaries(
    visited: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_of(visited)
    right = raw.traffic_series(scope, Unit.DAY)
    assert len(right) == 11
    assert sum(point.numbers.visits for point in right) > 50
    stretches: list[int] = []
    views = rows.views

    def told(website_id: int, start_us: int, end_us: int, *more: Any) -> Any:
        stretches.append(max(end_us - start_us, 0))
        return views(website_id, start_us, end_us, *more)

    monkeypatch.setattr(rows, "views", told)
    assert summed.traffic_points(scope, Unit.DAY) == right
    # the first day and the last one are no whole ones
    assert len(stretches) == 4 and sum(stretches) < 3 * HOUR_US


@pytest.mark.django_db
def test_the_last_day_may_end_with_any_quarter(visited: Website) -> None:
    """It began on the day before, UTC."""
    end = NOW.replace(hour=10, minute=15) - timedelta(microseconds=1)
    scope = Scope(visited.pk, Period(NOW - timedelta(days=10), end), tz=KOLKATA)
    right = raw.traffic_series(scope, Unit.DAY)
    assert right[-1].numbers.visits == 4
    assert summed.traffic_points(scope, Unit.DAY) == right


@pytest.mark.django_db
@pytest.mark.parametrize("unknown", [1, 10], ids=["a day", "all days"])
def test_days_that_an_older_version_built_are_counted_by_hours(
    visited: Website, unknown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "MOST_CUT", 40)
    by_quarters = series._numbers_by_quarters
    asked = []
    monkeypatch.setattr(series, "_numbers_by_quarters", lambda *of: asked.append(of) or by_quarters(*of))
    scope = scope_of(visited)
    right = summed.traffic_points(scope, Unit.DAY)
    assert right == raw.traffic_series(scope, Unit.DAY)
    RollupDay.objects.filter(day__gt=to_micros(NOW) // DAY_US - 1 - unknown).update(restarts=None)
    assert summed.traffic_points(scope, Unit.DAY) == right
    assert len(asked) == 1


def test_many_days_are_counted_at_once_as_they_are_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    np = pytest.importorskip("numpy")
    from umami_django.rollups import bulk, bulk_restarts

    chance = random.Random(5)
    begins = (FIRST_DAY + 1) * DAY_US
    for at_once, longest in ((1, 3 * HOUR_US), (40, DAY_US), (1_000_000, 26 * HOUR_US)):
        monkeypatch.setattr(bulk_restarts, "AT_ONCE", at_once)
        visits = [times for _ in range(5) for times in some_visits(chance, longest)]
        visits.append([begins, begins + DAY_US])
        times = np.array([at for of_visit in visits for at in of_visit])
        is_first = np.array([not place for of_visit in visits for place in range(len(of_visit))])
        found = bulk_restarts.count(times, is_first, times >= begins, FIRST_DAY + 1, 4)
        right = counted(visits)
        for day in range(4):
            one = right.get(FIRST_DAY + 1 + day, Restarts()).packed()
            told = found.of(day)
            assert (None if told is None else bulk.pack(*told)) == one
