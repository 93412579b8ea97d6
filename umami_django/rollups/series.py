"""Pageviews and visitors, and events, over time out of summaries; what they do not cover, from hits."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.periods import DAY_US, HOUR_US
from ..domain.vocabulary import Span
from . import day as days_of
from . import rows
from .buckets import Bucket
from .numbers import Edges, Stretch, edges, unseen
from .packing import unpack
from .reading import Rollups
from .sweep import EVENT_TIMES
from .units import DAY_HOURS, DAY_QUARTERS, HOUR_QUARTERS, QUARTER_US

MOST_CUT = 6
"""Buckets that hits must be read for: the first, the last, and those not built yet. With more, hits are as fast."""

Counted = tuple[Bucket, int, int]
"""A bucket, its pageviews, its visitors."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A bucket with its whole quarters, and its edges if it is cut."""

    bucket: Bucket
    start: int
    end: int
    cut: Edges | None = None


def traffic(rollups: Rollups, buckets: Sequence[Bucket]) -> list[Counted] | None:
    """Each bucket with its pageviews and visitors; None when summaries cannot tell."""
    parts = _parts(rollups, buckets)
    if parts is None:
        return None
    days = rollups.days_for([(part.start, part.end) for part in parts])
    found = []
    for part in parts:
        views = days_of.pageviews(days, part.start, part.end)
        visitors = days_of.visitors(days, part.start, part.end)
        if part.cut is not None:
            views += len(part.cut.head) + len(part.cut.tail)
            visitors += unseen(rollups, part.cut)
        found.append((part.bucket, views, visitors))
    return found


def events(
    rollups: Rollups, buckets: Sequence[Bucket], stretch: Stretch
) -> dict[tuple[int, int], int] | None:
    """How often each event happened in each bucket, by the bucket's label and the id of its name (0 for none).

    None when summaries cannot tell. Quarters of whole days, and of built hours of the day that is not over; the rest
    from hits.
    """
    starts = [bucket.start_us for bucket in buckets]
    if any(start % QUARTER_US for start in starts[1:]):
        return None
    first, last = -(-stretch[0] // DAY_US), min(stretch[1] // DAY_US, rollups.hold.days)
    if first >= last:
        return None
    until = last * DAY_HOURS
    if last == rollups.hold.days:
        until = max(until, min(stretch[1] // HOUR_US, rollups.hold.hours))
    counts: Counter[tuple[int, int]] = Counter()
    for span, start, end in ((Span.DAY, first, last), (Span.HOUR, last * DAY_HOURS, until)):
        width = DAY_QUARTERS if span is Span.DAY else HOUR_QUARTERS
        for number, data in rollups.packed(EVENT_TIMES, span, start, end):
            quarters, names, numbers = unpack(data, 3)
            begins = number * width
            place, bucket = 0, bisect_right(starts, begins * QUARTER_US) - 1
            while place < len(quarters):
                label = buckets[bucket].label_us
                ends = starts[bucket + 1] // QUARTER_US - begins if bucket + 1 < len(starts) else width
                end_place = bisect_left(quarters, ends)
                for name, count in zip(names[place:end_place], numbers[place:end_place], strict=True):
                    counts[label, name] += count
                place, bucket = end_place, bucket + 1
    for start_us, end_us in ((stretch[0], first * DAY_US), (until * HOUR_US, stretch[1])):
        for at, event in rows.events(rollups.website_id, start_us, end_us, rollups.using):
            counts[buckets[bisect_right(starts, at) - 1].label_us, event or 0] += 1
    return dict(counts)


def _parts(rollups: Rollups, buckets: Sequence[Bucket]) -> list[_Part] | None:
    built_until_us = rollups.hold.hours * HOUR_US
    parts, cuts = [], 0
    for bucket in buckets:
        start_us, end_us = bucket.start_us, bucket.end_us
        if start_us % QUARTER_US == 0 and end_us % QUARTER_US == 0 and end_us <= built_until_us:
            parts.append(_Part(bucket, start_us // QUARTER_US, end_us // QUARTER_US))
            continue
        cuts += 1
        if cuts > MOST_CUT:
            return None
        cut = edges(rollups, (start_us, end_us))
        parts.append(_Part(bucket, cut.start * 4, cut.end * 4, cut))
    return parts
