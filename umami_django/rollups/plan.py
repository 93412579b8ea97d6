"""Which way a question is answered, by summaries or from the hits, and why. Pure: it is told what there is."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ..domain.periods import HOUR_US, MICROSECOND, to_micros
from ..domain.scope import Scope
from ..domain.vocabulary import SESSION_METRICS, TERM_KIND, VISIT_METRICS, Counted, Metric, Unit
from .state import Holds
from .sweep import COUNTED_ONLY, ENTRY, EXIT, HIT_DIMENSIONS

SHORTEST = timedelta(days=2)
"""Hits of shorter periods are counted as fast as summaries are read (design, section 5)."""
_WITHOUT_VISITORS = HIT_DIMENSIONS[-COUNTED_ONLY:]


class Way(StrEnum):
    """How a question is answered."""

    SUMMARIES = "summaries"
    HITS = "hits"


@dataclass(frozen=True, slots=True)
class Plan:
    """The way, and a sentence that says why."""

    way: Way
    why: str

    def __bool__(self) -> bool:
        return self.way is Way.SUMMARIES


Stretch = tuple[int, int]


def stretch(scope: Scope) -> Stretch:
    """The scope's period after its reset: from one time in microseconds until another."""
    start = scope.period.start
    if scope.since is not None:
        start = max(start, scope.since + MICROSECOND)
    return to_micros(start), to_micros(scope.period.end) + 1


def of_numbers(scope: Scope) -> Plan:
    """How pageviews, visitors and visits are counted."""
    if scope.filters:
        return Plan(Way.HITS, "there are filters, and summaries know of one value at a time only")
    return _by_length(scope)


def of_series(scope: Scope, unit: Unit) -> Plan:
    """How a series is counted."""
    if unit is Unit.MINUTE:
        return Plan(Way.HITS, "a minute is less than a quarter of an hour")
    return of_numbers(scope)


def of_ranking(scope: Scope, metric: Metric, counted: Counted, *, with_unknown: bool) -> Plan:
    """How often each value occurs is counted. Filters on the metric itself choose among its values."""
    if any(condition.field is not metric for condition in scope.filters):
        return Plan(Way.HITS, "there are filters on something else")
    if not _is_summarised(metric, counted):
        return Plan(Way.HITS, f"summaries do not count {counted} by {metric}")
    if with_unknown and metric not in SESSION_METRICS:
        return Plan(Way.HITS, "summaries do not count what has no value")
    return _by_length(scope)


def among(plan: Plan, scope: Scope, hold: Holds | None) -> Plan:
    """The *plan*, given what is built: what `umami_rollup --explain` says."""
    if not plan:
        return plan
    if hold is None:
        return Plan(Way.HITS, "no summaries are built yet")
    start_us, end_us = stretch(scope)
    if start_us // HOUR_US >= hold.hours:
        return Plan(Way.HITS, "summaries are not built that far yet")
    open_hours = max(0, end_us // HOUR_US - hold.hours)
    return Plan(
        plan.way, f"whole hours, days and months are built; the last {open_hours} hours are read from hits"
    )


def dimension(metric: Metric) -> int:
    """What a metric is called in summaries."""
    if metric in VISIT_METRICS:
        return ENTRY if metric is Metric.ENTRY else EXIT
    return TERM_KIND[metric]


def _is_summarised(metric: Metric, counted: Counted) -> bool:
    if metric in VISIT_METRICS:
        return counted is Counted.VISITS
    if metric is Metric.COMPLETED:
        return False
    if metric is Metric.EVENT:
        return counted in (Counted.EVENTS, Counted.VISITORS)
    if counted is Counted.VISITORS:
        return TERM_KIND[metric] not in _WITHOUT_VISITORS
    return counted is Counted.PAGEVIEWS


def _by_length(scope: Scope) -> Plan:
    start_us, end_us = stretch(scope)
    if scope.raw_from is not None and start_us < to_micros(scope.raw_from):
        return Plan(Way.SUMMARIES, "hits of that time are pruned")
    if end_us - start_us < SHORTEST // MICROSECOND:
        return Plan(Way.HITS, "it is about less than two days")
    return Plan(Way.SUMMARIES, "whole hours, days and months are built")
