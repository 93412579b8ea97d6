"""A packed day: distinct visitors of any quarters, counted from gaps."""

import random

from umami_django.rollups.day import Day, DayCounts, hourly_sum, pageviews, unpacked, visitors
from umami_django.rollups.units import DAY_QUARTERS, first_day, month_of_day

MARCH_1 = first_day((2026 - 1970) * 12 + 2)


def packed_world(seen: dict[int, set[int]]) -> dict[int, DayCounts]:
    """Days from the quarters in which each session was active, anonymous or not."""
    days: dict[int, Day] = {}
    for quarters in seen.values():
        last = None
        for quarter in sorted(quarters):
            day, place = days.setdefault(quarter // DAY_QUARTERS, Day()), quarter % DAY_QUARTERS
            day.views[place] += 1
            if last is None:
                day.new[place] += 1
            else:
                gap = quarter - last
                if month_of_day(quarter // DAY_QUARTERS) != month_of_day(last // DAY_QUARTERS):
                    day.far[place].append(gap)
                else:
                    (day.near if gap <= 255 else day.rest)[place].append(gap)
            last = quarter
    columns = ("counts", "near", "rest", "far")
    return {
        number: DayCounts(**{name: data for name, data in day.packed().items() if name in columns})
        for number, day in days.items()
    }


def test_visitors_of_any_quarters_are_counted_once() -> None:
    chance = random.Random(3)
    for _ in range(60):
        begins = (MARCH_1 - 20) * DAY_QUARTERS
        seen = {
            session: {
                begins + chance.choice((0, 3000)) + chance.randrange(900)
                for _ in range(chance.randrange(1, 9))
            }
            for session in range(12)
        }
        days = packed_world(seen)
        for _ in range(20):
            start, end = sorted(begins + chance.randrange(4000) for _ in range(2))
            there = {session for session, quarters in seen.items() if any(start <= q < end for q in quarters)}
            assert visitors(days, start, end) == len(there)
            assert pageviews(days, start, end) == sum(
                sum(start <= quarter < end for quarter in quarters) for quarters in seen.values()
            )


def test_a_day_comes_back_as_it_was_stored() -> None:
    day = Day()
    day.views[3], day.new[3] = 7, 2
    day.near[4], day.rest[5], day.far[95] = [1, 1, 255], [256, 2975], [40_000]
    day.begun[1], day.bounces[1], day.seconds[23], day.hour_visits[2] = 4, -2, 86_400 * 400, 5
    day.crossings = [(1, 3, -(2**62), 2**62), (0, 1, 5, 6)]
    day.restarts.visits[7], day.restarts.differences[90, 7] = 4, (1, -1, -1800)
    back = unpacked(day.packed())
    day.crossings.sort()
    assert back == day


def test_what_comes_after_an_hour_is_taken_off() -> None:
    day = Day()
    day.views[7], day.views[8], day.begun[1], day.begun[2] = 1, 2, 3, 4
    day.near[8] = [9]
    day.crossings = [(1, 1, 5, 6), (2, 1, 5, 6)]
    day.restarts.visits[7], day.restarts.visits[8] = 5, 6
    left = day.up_to(2)
    assert sum(left.restarts.visits) == 5
    assert (sum(left.views), sum(left.begun), left.near[8], left.crossings) == (1, 3, [], [(1, 1, 5, 6)])


def test_hours_add_up_over_days() -> None:
    first, second = Day(), Day()
    first.seconds[22], first.seconds[23], second.seconds[0] = 1, 20, 300
    days = {
        10: DayCounts(first.packed()["counts"]),
        11: DayCounts(second.packed()["counts"]),
    }
    assert hourly_sum(days, "seconds", 10 * 24 + 23, 11 * 24 + 1) == 320
