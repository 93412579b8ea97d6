"""A UTC day of a website, packed: pageviews and visitors by quarter, visits by hour. Pure; `sweep.py` fills it.

Distinct visitors without sketches (design, section 5): a session that is active in a quarter has been active before,
its *gap* of quarters ago, or never. Then for any quarters x <= y

    visitors(x...y) = sum over q in x...y of the sessions active in q whose gap is larger than q - x, or that are new.

Each visitor counts once, in the first quarter of the range. What looks only backwards is never changed by what comes
later. Gaps are kept sorted, so that a count is a search: up to 255 quarters as bytes (`near`), longer ones within the
month (`rest`), and those across the start of a month (`far`: identified and imported visitors) apart, since
anonymous sessions end with the month and only `far` ones matter beyond a range's first month.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from .packing import Column, pack, unpack
from .restarts import Restarts
from .restarts import unpacked as unpacked_restarts
from .units import DAY_HOURS, DAY_QUARTERS, month_of_day

NEAREST = 255
"""The longest gap that a byte holds."""
HOURLY = ("hour_visits", "hour_bounces", "hour_seconds", "begun", "bounces", "seconds")
"""By hour: v1's visits, bounces and seconds of (session, hour); visits begun; by how much the bounces and seconds of
visits change (a visit's second pageview takes its bounce back)."""
PACKED = ("counts", "near", "rest", "far", "crossings", "restarts")
"""The columns of a day's row."""

Crossing = tuple[int, int, int, int]
"""A visit with pageviews in this hour and in an earlier one: hour of the day, hours since, session, visit."""


def _zeros(length: int) -> list[int]:
    return [0] * length


@dataclass(slots=True)
class Day:
    """One day while it is filled."""

    views: list[int] = field(default_factory=lambda: _zeros(DAY_QUARTERS))
    new: list[int] = field(default_factory=lambda: _zeros(DAY_QUARTERS))
    near: list[list[int]] = field(default_factory=lambda: [[] for _ in range(DAY_QUARTERS)])
    rest: list[list[int]] = field(default_factory=lambda: [[] for _ in range(DAY_QUARTERS)])
    far: list[list[int]] = field(default_factory=lambda: [[] for _ in range(DAY_QUARTERS)])
    hour_visits: list[int] = field(default_factory=lambda: _zeros(DAY_HOURS))
    hour_bounces: list[int] = field(default_factory=lambda: _zeros(DAY_HOURS))
    hour_seconds: list[int] = field(default_factory=lambda: _zeros(DAY_HOURS))
    begun: list[int] = field(default_factory=lambda: _zeros(DAY_HOURS))
    bounces: list[int] = field(default_factory=lambda: _zeros(DAY_HOURS))
    seconds: list[int] = field(default_factory=lambda: _zeros(DAY_HOURS))
    crossings: list[Crossing] = field(default_factory=list)
    restarts: Restarts = field(default_factory=Restarts)

    def packed(self) -> dict[str, bytes | None]:
        """The day as the columns of its row."""
        return {
            "counts": pack(
                self.views,
                self.new,
                [len(gaps) for gaps in self.rest],
                *(getattr(self, name) for name in HOURLY),
            ),
            "near": _packed_gaps(self.near),
            "rest": _packed_gaps(self.rest),
            "far": _packed_gaps(self.far),
            "crossings": pack(*zip(*sorted(self.crossings), strict=True)) if self.crossings else b"",
            "restarts": self.restarts.packed(),
        }

    def up_to(self, hour: int) -> Day:
        """The day with only what came before its *hour*."""
        quarter = hour * 4
        for column in (self.views, self.new):
            column[quarter:] = _zeros(DAY_QUARTERS - quarter)
        for gaps in (self.near, self.rest, self.far):
            gaps[quarter:] = [[] for _ in range(DAY_QUARTERS - quarter)]
        for name in HOURLY:
            getattr(self, name)[hour:] = _zeros(DAY_HOURS - hour)
        self.crossings = [crossing for crossing in self.crossings if crossing[0] < hour]
        self.restarts.up_to(quarter)
        return self


def unpacked(row: Mapping[str, Any]) -> Day:
    """The day of a row's columns, to be filled further."""
    views, new, _, *hourly = (list(column) for column in unpack(row["counts"], 3 + len(HOURLY)))
    crossings = list(zip(*unpack(row["crossings"], 4), strict=True))
    near, rest, far = (Gaps(row[name]).lists() for name in ("near", "rest", "far"))
    restarts = unpacked_restarts(row["restarts"])
    day = Day(views, new, near, rest, far, crossings=crossings, restarts=restarts)
    for name, column in zip(HOURLY, hourly, strict=True):
        setattr(day, name, column)
    return day


class Gaps:
    """Sorted gaps of each quarter of a day."""

    __slots__ = ("gaps", "places")

    def __init__(self, data: bytes | memoryview) -> None:
        lengths, self.gaps = unpack(data, 2)
        self.places: Column = [0, *accumulate(lengths)] if lengths else _zeros(DAY_QUARTERS + 1)

    def above(self, quarter: int, most: int) -> int:
        """How many gaps of *quarter* are larger than *most*."""
        start, end = self.places[quarter], self.places[quarter + 1]
        return end - bisect_right(self.gaps, most, start, end) if start != end else 0

    def lists(self) -> list[list[int]]:
        return [list(self.gaps[start:end]) for start, end in pairwise(self.places)]


class DayCounts:
    """A stored day, to be read. Gaps are there if they were fetched."""

    __slots__ = (*HOURLY, "far", "near", "new", "rest", "rest_counts", "views")

    def __init__(
        self,
        counts: bytes | memoryview,
        near: bytes | memoryview = b"",
        rest: bytes | memoryview = b"",
        far: bytes | memoryview = b"",
    ) -> None:
        self.views: array[int]
        self.new: array[int]
        self.rest_counts: array[int]
        self.views, self.new, self.rest_counts, *hourly = unpack(counts, 3 + len(HOURLY))
        for name, column in zip(HOURLY, hourly, strict=True):
            setattr(self, name, column)
        self.near, self.rest = (Gaps(near) if near else None), (Gaps(rest) if rest else None)
        self.far = Gaps(far) if far else None


Days = Mapping[int, DayCounts]
"""Days with traffic by number."""


def pageviews(days: Days, start: int, end: int) -> int:
    """Pageviews from quarter *start* until *end*."""
    return sum(sum(day.views[low:high]) for _, day, low, high in _parts(days, start, end))


def visitors(days: Days, start: int, end: int) -> int:
    """Distinct sessions from quarter *start* until *end*. Needs the gaps that `Rollups.days_for` reads for them."""
    total = 0
    first_month = month_of_day(start // DAY_QUARTERS)
    for number, day, low, high in _parts(days, start, end):
        total += sum(day.new[low:high])
        since = number * DAY_QUARTERS - start
        if day.far is not None:
            total += sum(day.far.above(quarter, since + quarter) for quarter in range(low, high))
        if month_of_day(number) != first_month:
            continue
        if since + low <= NEAREST:
            near_until = min(high, NEAREST + 1 - since)
            total += sum(day.rest_counts[low:near_until])
            if day.near is not None:
                total += _near_above(day.near, low, near_until, since)
            low = near_until
        if low < high and day.rest is not None:
            total += sum(day.rest.above(quarter, since + quarter) for quarter in range(low, high))
    return total


def hourly_sum(days: Days, name: str, start: int, end: int) -> int:
    """The sum of the hourly column *name* from hour *start* until *end*."""
    quarters = _parts(days, start * 4, end * 4)
    return sum(sum(getattr(day, name)[low // 4 : high // 4]) for _, day, low, high in quarters)


def _near_above(near: Gaps, low: int, high: int, since: int) -> int:
    """As `Gaps.above` for a stretch of quarters, without a call for each: a year's chart asks 35,000 times."""
    gaps, places = near.gaps, near.places
    total, begin = 0, places[low]
    for quarter in range(low, high):
        end = places[quarter + 1]
        if begin != end:
            total += end - bisect_right(gaps, since + quarter, begin, end)
            begin = end
    return total


def _parts(days: Days, start: int, end: int) -> Iterable[tuple[int, DayCounts, int, int]]:
    """The days with traffic between two quarters: number, day, and which of its quarters."""
    if start >= end:
        return
    first, last = start // DAY_QUARTERS, (end - 1) // DAY_QUARTERS
    numbers = range(first, last + 1) if last - first < len(days) else sorted(days)
    for number in numbers:
        day = days.get(number)
        if day is not None and first <= number <= last:
            begins = number * DAY_QUARTERS
            yield number, day, max(start - begins, 0), min(end - begins, DAY_QUARTERS)


def _packed_gaps(gaps: list[list[int]]) -> bytes:
    if not any(gaps):
        return b""
    return pack([len(of_quarter) for of_quarter in gaps], [gap for each in gaps for gap in sorted(each)])
