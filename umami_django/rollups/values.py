"""What was seen of one dimension in one unit, packed: for each value its pageviews and visitors. Pure.

An *entry* is a session that had a value in the unit: the first and last quarter of the unit in which it had it, and how
long before the unit (in quarters) it last had it, 0 for never. So a range may begin or end within the unit, and a
session that was counted in an earlier unit of the range is not counted again (`day.py` says why that is exact).
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from .packing import Column, pack, unpack

COLUMNS = 8
Entry = int
"""`before << 16 | first << 8 | last`."""


def entry(before: int, first: int, last: int) -> Entry:
    """An entry as one number. *first* and *last* are quarters of the unit, below 256."""
    return before << 16 | first << 8 | last


@dataclass(slots=True)
class Tally:
    """One dimension of one unit while it is filled. Values are ids of terms, 0 for none."""

    views: Counter[int] = field(default_factory=Counter)
    entries: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    def __bool__(self) -> bool:
        return bool(self.views or self.entries)

    def packed(self, *, whole: bool = False) -> bytes:
        """As bytes; *whole* units are never asked for a part of themselves and keep no first and last quarters."""
        ids = sorted({key for key, count in self.views.items() if count} | self.entries.keys())
        new_counts, back_counts = [], []
        firsts: list[int] = []
        back_gaps: list[int] = []
        back_firsts: list[int] = []
        lasts: list[int] = []
        for key in ids:
            entries = self.entries.get(key, ())
            if len(entries) == 1 and entries[0] < 1 << 16:  # most values of most units
                new_counts.append(1)
                back_counts.append(0)
                if not whole:
                    firsts.append(entries[0] >> 8)
                    lasts.append(entries[0] & 255)
                continue
            entries = sorted(entries)
            new = bisect_left(entries, 1 << 16)
            back = entries[new:]
            new_counts.append(new)
            back_counts.append(len(back))
            back_gaps += [item >> 16 for item in back]
            if not whole:
                firsts += [item >> 8 for item in entries[:new]]
                back_firsts += [item >> 8 & 255 for item in back]
                lasts += sorted([item & 255 for item in entries])
        views = [self.views.get(key, 0) for key in ids]
        return pack(ids, views, new_counts, back_counts, firsts, back_gaps, back_firsts, lasts)


class Values:
    """One dimension of one stored unit, to be read."""

    __slots__ = ("back_counts", "back_firsts", "back_gaps", "firsts", "ids", "lasts", "new_counts", "views")

    def __init__(self, data: bytes | memoryview) -> None:
        self.ids: Column
        (
            self.ids,
            self.views,
            self.new_counts,
            self.back_counts,
            self.firsts,
            self.back_gaps,
            self.back_firsts,
            self.lasts,
        ) = unpack(data, COLUMNS)

    def add_views(self, to: dict[int, int]) -> None:
        """Add each value's pageviews."""
        for key, count in zip(self.ids, self.views, strict=True):
            to[key] = to.get(key, 0) + count

    def add_visitors(self, to: dict[int, int], since: int) -> None:
        """Add the sessions of the whole unit that were not seen in the *since* quarters before it; 0 or less: all."""
        if not self.back_gaps or max(self.back_gaps) <= since:
            for key, count in zip(self.ids, self.new_counts, strict=True):
                if count:
                    to[key] = to.get(key, 0) + count
            return
        gaps, start = self.back_gaps, 0
        for key, new, back in zip(self.ids, self.new_counts, self.back_counts, strict=True):
            count, end = new, start + back
            if back:
                count += end - bisect_right(gaps, since, start, end)
            if count:
                to[key] = to.get(key, 0) + count
            start = end

    def add_visitors_until(self, to: dict[int, int], since: int, quarter: int) -> None:
        """As `add_visitors`, of the sessions that were here before the unit's *quarter*."""
        new_start = back_start = 0
        for key, new, back in zip(self.ids, self.new_counts, self.back_counts, strict=True):
            new_end, back_end = new_start + new, back_start + back
            count = bisect_left(self.firsts, quarter, new_start, new_end) - new_start
            if back:
                unseen = bisect_right(self.back_gaps, since, back_start, back_end)
                count += sum(1 for first in self.back_firsts[unseen:back_end] if first < quarter)
            if count:
                to[key] = to.get(key, 0) + count
            new_start, back_start = new_end, back_end

    def add_visitors_from(self, to: dict[int, int], quarter: int) -> None:
        """Add the sessions that were here in the unit's *quarter* or later: those of a range that begins then."""
        start = 0
        for key, new, back in zip(self.ids, self.new_counts, self.back_counts, strict=True):
            end = start + new + back
            count = end - bisect_left(self.lasts, quarter, start, end)
            if count:
                to[key] = to.get(key, 0) + count
            start = end


def month_of_days(days: Iterable[tuple[int, bytes | memoryview]]) -> bytes:
    """A month's unit out of those of its days, each with its distance from the month's start in quarters."""
    tally = Tally()
    for distance, data in days:
        unit = Values(data)
        unit.add_views(tally.views)
        gaps = unit.back_gaps
        places = [0, *accumulate(unit.back_counts)]
        for position, (key, new) in enumerate(zip(unit.ids, unit.new_counts, strict=True)):
            start, end = places[position], places[position + 1]
            earlier = bisect_right(gaps, distance, start, end)
            if new or earlier < end:
                found = tally.entries[key]
                found += [0] * new
                found += [entry(gap - distance, 0, 0) for gap in gaps[earlier:end]]
    return tally.packed(whole=True)
