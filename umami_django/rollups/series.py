"""Pageviews and visitors, and events, over time out of summaries; what they do not cover, from hits."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..domain.answers import Summary
from ..domain.periods import DAY_US, HOUR_US
from ..domain.vocabulary import Span
from . import day as days_of
from . import rows
from .buckets import Bucket
from .numbers import Edges, Stretch, corrected, corrections, edges, unseen
from .packing import unpack
from .reading import Rollups
from .restarts import DayRestarts, Numbers
from .restarts import numbers as visits_of
from .sweep import EVENT_TIMES
from .units import DAY_HOURS, DAY_QUARTERS, HOUR_QUARTERS, QUARTER_US

MOST_CUT = 6
"""Buckets that hits must be read for: the first, the last, and those not built yet. With more, hits are as fast."""

MOST_CUT_OF_VISITS = 40
"""The same where visits are counted, which takes hits longer."""

DAYS_A_CUT = 2
"""Where there are columns, a bucket that hits must be read for takes as long as so many days of them."""

Counted = tuple[Bucket, int, int]
"""A bucket, its pageviews, its visitors."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A bucket with its whole quarters, and its edges if it is cut."""

    bucket: Bucket
    start: int
    end: int
    cut: Edges | None = None


def pageviews(rollups: Rollups, buckets: Sequence[Bucket]) -> list[tuple[Bucket, int]] | None:
    """Each bucket with its pageviews; None when summaries cannot tell."""
    parts = _parts(rollups, buckets)
    if parts is None:
        return None
    days = rollups.counts_for(parts[0].start // DAY_QUARTERS, parts[-1].end // DAY_QUARTERS) if parts else {}
    found = []
    for part in parts:
        cut = 0 if part.cut is None else len(part.cut.head) + len(part.cut.tail)
        found.append((part.bucket, days_of.pageviews(days, part.start, part.end) + cut))
    return found


def traffic(rollups: Rollups, buckets: Sequence[Bucket]) -> list[Counted] | None:
    """Each bucket with its pageviews and visitors; None when summaries cannot tell."""
    parts = _parts(rollups, buckets)
    if parts is None:
        return None
    days = rollups.days_for([(part.start, part.end) for part in parts])
    return [(part.bucket, *_views_and_visitors(rollups, days, part)) for part in parts]


def _views_and_visitors(rollups: Rollups, days: days_of.Days, part: _Part) -> tuple[int, int]:
    views = days_of.pageviews(days, part.start, part.end)
    visitors = days_of.visitors(days, part.start, part.end)
    if part.cut is not None:
        views += len(part.cut.head) + len(part.cut.tail)
        visitors += unseen(rollups, part.cut, part.start * QUARTER_US)
    return views, visitors


def numbers(rollups: Rollups, buckets: Sequence[Bucket]) -> list[tuple[Bucket, Summary]] | None:
    """Each bucket with all its numbers; None when summaries cannot tell.

    Visits by quarter, where all of these days tell of them so. Else, and where hits are pruned, by hour.
    """
    if not buckets:
        return []
    restarts = None
    if buckets[0].start_us >= rollups.raw_from_us:
        restarts = rollups.restarts_for(buckets[0].start_us // DAY_US, (buckets[-1].end_us - 1) // DAY_US)
    if restarts is None:
        return _numbers_by_hours(rollups, buckets)
    return _numbers_by_quarters(rollups, buckets, restarts)


def _numbers_by_quarters(
    rollups: Rollups, buckets: Sequence[Bucket], restarts: Mapping[int, DayRestarts]
) -> list[tuple[Bucket, Summary]] | None:
    """As `numbers`. *restarts*: what all days with traffic tell."""
    parts = _parts(rollups, buckets, most_cut=_most_cut_of_visits(rollups, buckets))
    if parts is None:
        return None
    days = rollups.days_for([(part.start, part.end) for part in parts])
    found = []
    for part in parts:
        if part.cut is None:
            visits = visits_of(restarts, part.start, part.end)
        else:
            stretch = part.bucket.start_us, part.bucket.end_us
            visits = _visits_by_hours(days, part, corrections(rollups, stretch, part.cut))
        found.append((part.bucket, Summary(*_views_and_visitors(rollups, days, part), *visits)))
    return found


def _numbers_by_hours(rollups: Rollups, buckets: Sequence[Bucket]) -> list[tuple[Bucket, Summary]] | None:
    """As `numbers`.

    Hours tell of visits what changed in them: those that go on over a bucket's start are counted anew from their
    pageviews, of all buckets at once. Buckets that are no whole hours (in zones with a half) have edges, which their
    visits are looked up at.
    """
    parts = _parts(rollups, buckets, width_us=HOUR_US, most_cut=_most_cut_of_visits(rollups, buckets))
    if parts is None:
        return None
    whole = [_quarters(rollups, part.bucket, QUARTER_US) for part in parts]
    days = rollups.days_for([of or (part.start, part.end) for part, of in zip(parts, whole, strict=True)])
    going_on = rollups.straddling({part.start // 4 for part in parts if part.cut is None})
    visits = set().union(*going_on.values())
    end_us = max((part.bucket.end_us for part in parts), default=0)
    times = rows.views_of_visits(rollups.website_id, visits, end_us, rollups.using)
    found = []
    for part, quarters in zip(parts, whole, strict=True):
        start, end = quarters or (part.start, part.end)
        stretch = part.bucket.start_us, part.bucket.end_us
        views = days_of.pageviews(days, start, end)
        visitors = days_of.visitors(days, start, end)
        if part.cut is None:
            more = corrected((times[visit] for visit in going_on[part.start // 4]), stretch, stretch)
        else:
            if quarters is None:
                views += len(part.cut.head) + len(part.cut.tail)
                visitors += unseen(rollups, part.cut, start * QUARTER_US)
            more = corrections(rollups, stretch, part.cut)
        found.append((part.bucket, Summary(views, visitors, *_visits_by_hours(days, part, more))))
    return found


def _visits_by_hours(days: days_of.Days, part: _Part, more: Numbers) -> Numbers:
    """What the part's whole hours tell of visits, and *more*."""
    start, end = part.start // HOUR_QUARTERS, part.end // HOUR_QUARTERS
    begun, bounces, seconds = (
        days_of.hourly_sum(days, name, start, end) + change
        for name, change in zip(("begun", "bounces", "seconds"), more, strict=True)
    )
    return begun, bounces, seconds


def events(
    rollups: Rollups, buckets: Sequence[Bucket], stretch: Stretch
) -> dict[tuple[int, int], int] | None:
    """How often each event happened in each bucket, by the bucket's label and the id of its name (0 for none).

    None when summaries cannot tell. Quarters of whole days, and of built hours of the day that is not over; the rest
    from hits. The stretch must be one of whole quarters where hits are pruned.
    """
    starts = [bucket.start_us for bucket in buckets]
    if any(start % QUARTER_US for start in starts[1:]):
        return None
    whole = rollups.widened(stretch, DAY_US)
    since, before = stretch[0] // QUARTER_US, -(-stretch[1] // QUARTER_US)
    first, last = -(-whole[0] // DAY_US), min(whole[1] // DAY_US, rollups.hold.days)
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
            # where hits are pruned, days reach over the ends of the stretch
            place, stop = (bisect_left(quarters, end - begins) for end in (since, before))
            bucket = bisect_right(starts, max(begins, since) * QUARTER_US) - 1
            while place < stop:
                label = buckets[bucket].label_us
                ends = starts[bucket + 1] // QUARTER_US - begins if bucket + 1 < len(starts) else width
                end_place = min(bisect_left(quarters, ends), stop)
                for name, count in zip(names[place:end_place], numbers[place:end_place], strict=True):
                    counts[label, name] += count
                place, bucket = end_place, bucket + 1
    for start_us, end_us in ((stretch[0], first * DAY_US), (until * HOUR_US, stretch[1])):
        for at, event in rows.events(rollups.website_id, start_us, end_us, rollups.using):
            counts[buckets[bisect_right(starts, at) - 1].label_us, event or 0] += 1
    return dict(counts)


def _most_cut_of_visits(rollups: Rollups, buckets: Sequence[Bucket]) -> int:
    if not buckets or not rollups.has_columns:
        return MOST_CUT_OF_VISITS
    return max(MOST_CUT, (buckets[-1].end_us - buckets[0].start_us) // (DAYS_A_CUT * DAY_US))


def _parts(
    rollups: Rollups, buckets: Sequence[Bucket], *, width_us: int = QUARTER_US, most_cut: int = MOST_CUT
) -> list[_Part] | None:
    """The buckets; those that are not whole built stretches of *width_us* with their edges. None: too many are not."""
    parts, cuts = [], 0
    for bucket in buckets:
        start_us, end_us = bucket.start_us, bucket.end_us
        # where hits are pruned, nothing could be read at the edges of an hour: visits are as the hours tell
        width = QUARTER_US if end_us < rollups.raw_from_us else width_us
        whole = _quarters(rollups, bucket, width)
        if whole is not None:
            parts.append(_Part(bucket, *whole))
            continue
        cuts += 1
        if cuts > most_cut and buckets[0].start_us >= rollups.raw_from_us:
            return None  # where hits are pruned nobody else could tell
        if start_us < rollups.raw_from_us:
            # there is no head: that is pruned, and the bucket begins with a whole quarter
            until = min(end_us // HOUR_US, rollups.hold.hours)
            tail = rows.views(rollups.website_id, until * HOUR_US, end_us, rollups.using)
            cut = Edges(start_us // HOUR_US, until, [], tail)
            parts.append(_Part(bucket, start_us // QUARTER_US, until * 4, cut))
            continue
        cut = edges(rollups, (start_us, end_us))
        parts.append(_Part(bucket, cut.start * 4, cut.end * 4, cut))
    return parts


def _quarters(rollups: Rollups, bucket: Bucket, width_us: int) -> Stretch | None:
    """The quarters of a bucket that is made of whole built stretches of *width_us*; None for another one."""
    is_whole = bucket.start_us % width_us == 0 and bucket.end_us % width_us == 0
    if not is_whole or bucket.end_us > rollups.hold.hours * HOUR_US:
        return None
    return bucket.start_us // QUARTER_US, bucket.end_us // QUARTER_US
