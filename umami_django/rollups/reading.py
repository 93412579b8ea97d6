"""Reads what is built of one website, at one moment: days, units of values, and until when they hold.

A reader looks at the state before and after it has read, and reads again when it changed: portable, and no isolation
level is touched inside a host's transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet

from ..databases.binary import in_binary
from ..domain.periods import HOUR_US
from ..domain.vocabulary import Span
from ..models import RollupDay, RollupValues
from . import fast
from .day import NEAREST, DayCounts, Days
from .packing import unpack
from .restarts import DayRestarts
from .state import Holds, holds
from .units import DAY_HOURS, DAY_QUARTERS, first_day, month_of_day

MOST_TRIES = 3

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Rollups:
    """A website's summaries as far as they hold."""

    website_id: int
    using: str
    hold: Holds

    def days_for(self, stretches: Sequence[tuple[int, int]]) -> Days:
        """The days that are needed to count the visitors of each of these stretches of quarters. Two queries.

        Of most days the counts alone are read; gaps only of those in which somebody of the stretch may have been
        seen before: in the month of its start.
        """
        stretches = [(start, end) for start, end in stretches if start < end]
        if not stretches:
            return {}
        first = min(start for start, _ in stretches) // DAY_QUARTERS
        last = max(end - 1 for _, end in stretches) // DAY_QUARTERS
        detailed: set[int] = set()
        needs_rest = False
        for start, end in stretches:
            begins, ends = start // DAY_QUARTERS, (end - 1) // DAY_QUARTERS
            month = month_of_day(begins)
            if start != first_day(month) * DAY_QUARTERS:  # else nobody can have been seen before
                needs_rest |= end - start > NEAREST
                detailed.update(range(begins, min(ends, first_day(month + 1) - 1) + 1))
        found = self._read(("near", "rest") if needs_rest else ("near",), detailed) if detailed else {}
        if len(found) <= last - first:
            found = self.counts_for(first, last) | found
        return found

    def counts_for(self, first: int, last: int) -> dict[int, DayCounts]:
        """The days from *first* to *last* with their counts alone. One query."""
        stored = self._stored_days().filter(day__gte=first, day__lte=last)
        columns = stored.values_list("day", "counts", "far")
        return {number: DayCounts(counts, far=far) for number, counts, far in in_binary(columns)}

    def restarts_for(self, first: int, last: int) -> dict[int, DayRestarts] | None:
        """What the days from *first* to *last* tell of visits by quarter; None when not all of them do. One query."""
        stored = self._stored_days().filter(day__gte=first, day__lte=last).values_list("day", "restarts")
        found = dict(in_binary(stored))
        if None in found.values():
            return None
        return {number: DayRestarts(data) for number, data in found.items()}

    @property
    def has_columns(self) -> bool:
        """Can hits be counted from columns here?"""
        return self.hold.columns_from is not None and fast.is_installed()

    @property
    def raw_from_us(self) -> int:
        """Before this time (in microseconds) hits are pruned; 0 when none are."""
        return (self.hold.raw_from or 0) * HOUR_US

    def widened(self, stretch: tuple[int, int], unit_us: int) -> tuple[int, int]:
        """*stretch*, its ends moved outwards to whole units where they are in pruned time: nothing tells of less."""
        start, end = stretch
        return (
            start // unit_us * unit_us if start < self.raw_from_us else start,
            -(-end // unit_us) * unit_us if end < self.raw_from_us else end,
        )

    def straddling(self, hours: Iterable[int]) -> dict[int, set[tuple[int, int]]]:
        """For each of these hours the visits (session, visit) with pageviews before it, and in it or later.

        None for an hour in pruned time: their pageviews are gone, and nothing could be counted anew.
        """
        hours = sorted(hours)
        longest = self.hold.longest_pause
        found: dict[int, set[tuple[int, int]]] = {hour: set() for hour in hours}
        wanted = {
            day
            for hour in hours
            if hour >= (self.hold.raw_from or 0)
            for day in range(hour // DAY_HOURS, (hour + max(longest - 1, 0)) // DAY_HOURS + 1)
        }
        if not longest or not wanted:
            return found
        stored = _in_numbers(self._stored_days(), wanted)
        for number, data in in_binary(stored.values_list("day", "crossings")):
            for place, since, session, visit in zip(*unpack(data, 4), strict=True):
                hour = number * DAY_HOURS + place
                if hour >= self.hold.hours:
                    continue
                for boundary in range(max(hour - since + 1, self.hold.raw_from or 0), hour + 1):
                    if boundary in found:
                        found[boundary].add((session, visit))
        return found

    def packed(
        self, dimension: int, span: Span, start: int, end: int
    ) -> Iterable[tuple[int, bytes | memoryview]]:
        """The units of *dimension* from *start* until *end* as they are stored; no query for an empty stretch."""
        if start >= end:
            return []
        stored = RollupValues.objects.using(self.using).filter(
            website_id=self.website_id, dimension=dimension, span=span, start__gte=start, start__lt=end
        )
        return in_binary(stored.order_by("start").values_list("start", "packed"))

    def _stored_days(self) -> QuerySet[RollupDay]:
        return RollupDay.objects.using(self.using).filter(website_id=self.website_id)

    def _read(self, gaps: tuple[str, ...], numbers: set[int]) -> dict[int, DayCounts]:
        stored = _in_numbers(self._stored_days(), numbers).values_list("day", "counts", "far", *gaps)
        return {
            number: DayCounts(counts, far=far, **dict(zip(gaps, data, strict=True)))
            for number, counts, far, *data in in_binary(stored)
        }


def _in_numbers(days: QuerySet[RollupDay], numbers: set[int]) -> QuerySet[RollupDay]:
    """Those with these numbers: as a stretch where they are one."""
    first, last = min(numbers), max(numbers)
    if len(numbers) == last - first + 1:
        return days.filter(day__gte=first, day__lte=last)
    return days.filter(day__in=sorted(numbers))


def reading(website_id: int, using: str, answer: Callable[[Rollups], Answer | None]) -> Answer | None:
    """What *answer* makes of the website's summaries; None when there are none, or it cannot, or they keep changing."""
    hold = holds(website_id, using)
    for _ in range(MOST_TRIES):
        if hold is None:
            return None
        found = answer(Rollups(website_id, using, hold))
        now = holds(website_id, using)
        if now == hold:
            return found
        hold = now
    return None
