"""Visits counted anew from any quarter of an hour on: what the bucket of a chart needs, wherever it begins. Pure.

Quarters tell how their pageviews change the numbers of visits: a first one begins a visit that is a bounce, a second
one takes the bounce back, seconds grow. The sum over a bucket is right but for visits that were there before it: in the
bucket they are visits of their own, which begin with their first pageview there. So each quarter also tells, for every
quarter *since* which a visit may be counted anew, by how much the changes differ then. For any quarters x <= y

    numbers(x...y) = sum over q in x...y of the changes in q, and of the differences in q for visits counted since x.

Both look only backwards: what comes later changes neither. Visits are short, so differences are few.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..domain.periods import SECOND_US
from .packing import pack, unpack
from .units import DAY_QUARTERS, QUARTER_US

REACH = DAY_QUARTERS
"""So many quarters back differences are told, the own one included. A day with a visit that is longer tells nothing: a
page that reloads itself for weeks would have as many differences as quarters, in each of them."""

Numbers = tuple[int, int, int]
"""Visits, bounces, seconds."""
NOTHING: Numbers = (0, 0, 0)


@dataclass(slots=True)
class Restarts:
    """One day while it is filled."""

    visits: list[int] = field(default_factory=lambda: [0] * DAY_QUARTERS)
    bounces: list[int] = field(default_factory=lambda: [0] * DAY_QUARTERS)
    seconds: list[int] = field(default_factory=lambda: [0] * DAY_QUARTERS)
    differences: dict[tuple[int, int], Numbers] = field(default_factory=dict)
    """By (since, quarter): quarters of the day, but *since* is counted from the start of the day before."""
    is_told: bool = True

    def count(self, day: int, times: Sequence[int], place: int) -> None:
        """Count the pageview at *place*, which is on *day*. *times*: of all pageviews of its visit, in order."""
        quarter = times[place] // QUARTER_US - day * DAY_QUARTERS
        change = _change(times, 0, place)
        self.visits[quarter] += change[0]
        self.bounces[quarter] += change[1]
        self.seconds[quarter] += change[2]
        before = (day - 1) * DAY_QUARTERS
        sinces = range(times[0] // QUARTER_US + 1 - before, quarter + DAY_QUARTERS + 1)
        if len(sinces) > REACH:
            self.is_told = False
            return
        for since in sinces:
            anew = _change(times, bisect_left(times, (before + since) * QUARTER_US), place)
            difference = anew[0] - change[0], anew[1] - change[1], anew[2] - change[2]
            known = self.differences.get((since, quarter), NOTHING)
            self.differences[since, quarter] = _sum(known, difference)

    def packed(self) -> bytes | None:
        """As one column of the day's row. Differences of nothing are left out."""
        if not self.is_told:
            return None
        told = sorted((*key, *numbers) for key, numbers in self.differences.items() if numbers != NOTHING)
        return pack(*self._changes, *(zip(*told, strict=True) if told else ((),) * 5))

    def up_to(self, end: int) -> None:
        """Keep only what came before the day's quarter *end*."""
        for column in self._changes:
            column[end:] = [0] * (DAY_QUARTERS - end)
        self.differences = {key: numbers for key, numbers in self.differences.items() if key[1] < end}

    def join(self, more: Restarts, start: int, end: int) -> None:
        """Take in the quarters from *start* until *end* of *more*; there are none of them here."""
        for column, of_more in zip(self._changes, more._changes, strict=True):
            column[start:end] = of_more[start:end]
        for key, numbers in more.differences.items():
            if start <= key[1] < end:
                self.differences[key] = numbers
        self.is_told &= more.is_told

    @property
    def _changes(self) -> tuple[list[int], list[int], list[int]]:
        return self.visits, self.bounces, self.seconds


def unpacked(data: bytes | memoryview | None) -> Restarts:
    """A day's column, to be filled further; of None nothing can be told."""
    if data is None:
        return Restarts(is_told=False)
    visits, bounces, seconds, sinces, quarters, *differences = unpack(data, 8)
    keys = zip(sinces, quarters, strict=True)
    told = dict(zip(keys, zip(*differences, strict=True), strict=True))
    return Restarts(list(visits), list(bounces), list(seconds), told)


def _change(times: Sequence[int], first: int, place: int) -> Numbers:
    """By how much the pageview at *place* changes a visit that begins with the one at *first*."""
    if place == first:
        return 1, 1, 0
    seconds = (times[place] - times[first]) // SECOND_US - (times[place - 1] - times[first]) // SECOND_US
    return 0, -int(place == first + 1), seconds


def _sum(one: Numbers, other: Numbers) -> Numbers:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


class DayRestarts:
    """A stored day, to be read."""

    __slots__ = ("_changes", "_differences", "_quarters", "_sinces")

    def __init__(self, data: bytes | memoryview) -> None:
        columns = unpack(data, 8)
        self._changes: Sequence[array[int]] = columns[:3]
        self._sinces, self._quarters = columns[3:5]
        self._differences: Sequence[array[int]] = columns[5:]

    def changes(self, start: int, end: int) -> Numbers:
        """From the day's quarter *start* until *end*."""
        visits, bounces, seconds = (sum(column[start:end]) for column in self._changes)
        return visits, bounces, seconds

    def differences(self, since: int, end: int) -> Numbers:
        """For visits counted *since* a quarter (from the start of the day before), until the day's quarter *end*."""
        start = bisect_left(self._sinces, since)
        stop = bisect_right(self._sinces, since, start)
        stop = bisect_left(self._quarters, end, start, stop)
        visits, bounces, seconds = (sum(column[start:stop]) for column in self._differences)
        return visits, bounces, seconds


def numbers(days: Mapping[int, DayRestarts], start: int, end: int) -> Numbers:
    """Visits, bounces and seconds from quarter *start* until *end*, counted since 1970. *days*: those with traffic."""
    total = NOTHING
    first = start // DAY_QUARTERS
    for number in range(first, (end - 1) // DAY_QUARTERS + 1):
        day = days.get(number)
        if day is not None:
            begins = number * DAY_QUARTERS
            total = _sum(total, day.changes(max(start - begins, 0), min(end - begins, DAY_QUARTERS)))
            if number <= first + 1:
                total = _sum(total, day.differences(start - begins + DAY_QUARTERS, end - begins))
    return total
