"""Every question about hits, answered from a frame of them. What each means is said where it is asked, in `stats/`."""

import numpy as np

from ...domain.answers import EventCount, EventTotals, Point, Summary, TrafficPoint
from ...domain.periods import HOUR_US, MONDAY_US
from ...domain.scope import Scope
from ...domain.vocabulary import (
    SESSION_METRICS,
    TERM_KIND,
    VISIT_METRICS,
    Counted,
    HitKind,
    Metric,
    TermKind,
    Unit,
    VisitKey,
)
from ...rollups import buckets
from ...rollups.columns import Array, distinct, numbered
from ...rollups.fast import TIME
from ...rollups.frame import Frame
from ..naming import PLACES, Named
from . import counting
from .matching import ends, selected

HOURS_A_WEEK = 7 * 24


def summary(frame: Frame, scope: Scope, visit_key: VisitKey) -> Summary:
    """The numbers of the pageviews."""
    return _total(frame, selected(frame, scope, HitKind.PAGEVIEW), visit_key)


def event_totals(frame: Frame, scope: Scope) -> EventTotals:
    """The numbers of the events."""
    events = selected(frame, scope, HitKind.EVENT)
    total = _total(frame, events, VisitKey.VISIT)
    names = distinct(frame.columns[TermKind.EVENT_NAME][events])
    return EventTotals(total.pageviews, total.visitors, total.visits, int(np.count_nonzero(names)))


def pageview_series(frame: Frame, scope: Scope, unit: Unit) -> list[Point]:
    """Pageviews and visitors of each bucket that has any."""
    views = selected(frame, scope, HitKind.PAGEVIEW)
    starts, keys = _buckets(frame, views, scope, unit)
    visitors = counting.visitors(frame, views, keys, len(starts))
    counts = counting.pageviews(keys, len(starts))
    return [
        Point(*values) for values in zip(starts.tolist(), counts.tolist(), visitors.tolist(), strict=True)
    ]


def pageview_counts(frame: Frame, scope: Scope, unit: Unit) -> list[tuple[int, int]]:
    """The start of each bucket that has any pageviews, and how many."""
    starts, keys = _buckets(frame, selected(frame, scope, HitKind.PAGEVIEW), scope, unit)
    return list(zip(starts.tolist(), counting.pageviews(keys, len(starts)).tolist(), strict=True))


def traffic_series(frame: Frame, scope: Scope, unit: Unit) -> list[TrafficPoint]:
    """All numbers of each bucket that has any."""
    views = selected(frame, scope, HitKind.PAGEVIEW)
    starts, keys = _buckets(frame, views, scope, unit)
    numbers = counting.numbers(frame, views, keys, len(starts)).summaries()
    return [TrafficPoint(start, summary) for start, summary in zip(starts.tolist(), numbers, strict=True)]


def event_counts(frame: Frame, scope: Scope, unit: Unit) -> list[EventCount]:
    """Events, whatever their names, and their visitors."""
    events = selected(frame, scope, HitKind.EVENT)
    starts, keys = _buckets(frame, events, scope, unit)
    visitors = counting.visitors(frame, events, keys, len(starts)).tolist()
    counts = counting.pageviews(keys, len(starts)).tolist()
    return [EventCount(*values) for values in zip(starts.tolist(), counts, visitors, strict=True)]


def event_series(frame: Frame, scope: Scope, unit: Unit) -> list[tuple[int, int, int]]:
    """How often each event happened in each bucket: start, name (a term), count."""
    events = selected(frame, scope, HitKind.EVENT)
    starts, keys = _buckets(frame, events, scope, unit)
    names, numbers = numbered(frame.columns[TermKind.EVENT_NAME][events])
    pairs, places = numbered(keys * len(names) + numbers)
    counts = np.bincount(places)
    rows = starts[pairs // len(names)], names[pairs % len(names)], counts
    return list(zip(*(column.tolist() for column in rows), strict=True)) if len(names) else []


def heat(frame: Frame, scope: Scope) -> dict[int, tuple[int, int]]:
    """Pageviews and visitors by hour of the week, Monday's first being 0."""
    views = selected(frame, scope, HitKind.PAGEVIEW)
    starts, keys = _buckets(frame, views, scope, Unit.HOUR)
    hours = ((starts + MONDAY_US) // HOUR_US % HOURS_A_WEEK)[keys]
    visitors = counting.visitors(frame, views, hours, HOURS_A_WEEK).tolist()
    counts = counting.pageviews(hours, HOURS_A_WEEK).tolist()
    return {hour: both for hour, both in enumerate(zip(counts, visitors, strict=True)) if both[0]}


def ranking(
    frame: Frame, scope: Scope, metric: Metric, counted: Counted, *, with_unknown: bool
) -> list[tuple[Named, int]]:
    """How often each value occurs: (term, country or 0) and count."""
    hits, values, keys = _keyed(frame, scope, metric, _kind(metric, counted), with_unknown=with_unknown)
    match counted:
        case Counted.VISITORS:
            counts = counting.visitors(frame, hits, keys, len(values))
        case Counted.VISITS:
            counts = counting.visits(frame, hits, keys, len(values))
        case Counted.PAGEVIEWS | Counted.EVENTS:
            counts = counting.pageviews(keys, len(values))
    return list(zip(_named(values, metric), counts.tolist(), strict=True))


def table(frame: Frame, scope: Scope, metric: Metric, *, with_unknown: bool) -> list[tuple[Named, Summary]]:
    """The numbers of each value: (term, country or 0) and numbers."""
    kind = HitKind.EVENT if metric is Metric.EVENT else HitKind.PAGEVIEW
    hits, values, keys = _keyed(frame, scope, metric, kind, with_unknown=with_unknown)
    numbers = counting.numbers(frame, hits, keys, len(values)).summaries()
    return list(zip(_named(values, metric), numbers, strict=True))


def _total(frame: Frame, hits: Array, visit_key: VisitKey) -> Summary:
    (total,) = counting.numbers(frame, hits, np.zeros(len(hits), np.int64), 1, visit_key).summaries()
    return total


def _kind(metric: Metric, counted: Counted) -> HitKind:
    is_event = metric is Metric.EVENT or counted is Counted.EVENTS
    return HitKind.EVENT if is_event else HitKind.PAGEVIEW


def _keyed(
    frame: Frame, scope: Scope, metric: Metric, kind: HitKind, *, with_unknown: bool
) -> tuple[Array, Array, Array]:
    """The hits, the values that they have, and of each hit which of them."""
    hits = selected(frame, scope, kind)
    if metric in VISIT_METRICS:
        of_visit, _ = ends(frame, metric)
        values = of_visit[frame.piece_visit_numbers[frame.pieces[hits]]]
        with_unknown = True
    elif metric in SESSION_METRICS:
        pieces = frame.piece_sessions[frame.pieces[hits]]
        values = frame.columns[TERM_KIND[metric]][pieces].astype(np.int64)
        if not with_unknown:
            hits, pieces, values = (column[values > 0] for column in (hits, pieces, values))
        if metric in PLACES:
            values = values << 32 | frame.columns[TermKind.COUNTRY][pieces]
        with_unknown = True
    else:
        values = frame.columns[TERM_KIND[metric]][hits]
    if not with_unknown:
        hits, values = hits[values > 0], values[values > 0]
    known, keys = numbered(values)
    return hits, known, keys


def _named(values: Array, metric: Metric) -> list[Named]:
    if metric in PLACES:
        return list(zip((values >> 32).tolist(), (values & 2**32 - 1).tolist(), strict=True))
    return [(value, 0) for value in values.tolist()]


def _buckets(frame: Frame, hits: Array, scope: Scope, unit: Unit) -> tuple[Array, Array]:
    """The starts (local clock) of the buckets that have hits, and of each hit which of them.

    Hits are in order of time: it is enough to find where each bucket ends.
    """
    pieces = list(buckets.pieces(scope.period, unit, scope.tz))
    ends = np.searchsorted(frame.columns[TIME], np.array([piece.end_us for piece in pieces], np.int64))
    counts = np.diff(np.searchsorted(hits, ends), prepend=0)
    labels = np.array([piece.label_us for piece in pieces], np.int64)
    starts, keys = numbered(labels[counts > 0])
    return starts, np.repeat(keys, counts[counts > 0])
