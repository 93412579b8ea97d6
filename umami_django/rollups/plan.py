"""Which way a question is answered, by summaries, columns or from the hits, and why. Pure: it is told what there is."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ..domain.periods import DAY_US, HOUR_US, MICROSECOND, to_micros
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
    COLUMNS = "columns"
    """Counted from the packed columns of hits."""
    HITS = "hits"


@dataclass(frozen=True, slots=True)
class Plan:
    """The way, and a sentence that says why. Where a way turns out not to be there, the next one is taken: summaries,
    columns, hits."""

    way: Way
    why: str


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
        return Plan(Way.COLUMNS, "there are filters, and summaries know of one value at a time only")
    return _by_length(scope)


def of_hits(scope: Scope, *metrics: Metric) -> Plan:
    """How anything is counted that summaries do not know at all. *metrics*: what it is about."""
    return _not_summarised(scope, "summaries do not tell that much", *metrics)


def of_series(scope: Scope, unit: Unit) -> Plan:
    """How a series is counted."""
    if unit is Unit.MINUTE:
        return Plan(Way.HITS, "a minute is less than a quarter of an hour")
    return of_numbers(scope)


def of_ranking(scope: Scope, metric: Metric, counted: Counted, *, with_unknown: bool) -> Plan:
    """How often each value occurs is counted. Filters on the metric itself choose among its values."""
    if any(condition.field is not metric for condition in scope.filters):
        return Plan(Way.COLUMNS, "there are filters on something else")
    if not _is_summarised(metric, counted):
        return _not_summarised(scope, f"summaries do not count {counted} by {metric}", metric)
    if with_unknown and metric not in SESSION_METRICS:
        return _not_summarised(scope, "summaries do not count what has no value", metric)
    by_length = _by_length(scope)
    if by_length.way is Way.HITS and metric in SESSION_METRICS:
        return Plan(Way.COLUMNS, "hits know the attributes of visitors by way of their sessions only")
    return by_length


def among(plan: Plan, scope: Scope, hold: Holds | None) -> Plan:
    """The *plan*, given what is built: what `umami_rollup --explain` says."""
    if plan.way is Way.HITS:
        return plan
    if hold is None:
        return Plan(Way.HITS, "no summaries are built yet")
    start_us, end_us = stretch(scope)
    if start_us // HOUR_US >= hold.hours:
        return Plan(Way.HITS, "summaries are not built that far yet")
    open_hours = max(0, end_us // HOUR_US - hold.hours)
    if plan.way is Way.COLUMNS:
        if hold.columns_from is None or start_us < hold.columns_from * DAY_US:
            return Plan(
                Way.HITS, f"{plan.why}, and columns are not built of all that time (the extra `fast` does)"
            )
        return Plan(Way.COLUMNS, f"{plan.why}; the last {open_hours} hours are read from hits")
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
    if scope.raw_from is not None and stretch(scope)[0] < to_micros(scope.raw_from):
        return Plan(Way.SUMMARIES, "hits of that time are pruned")
    if _is_short(scope):
        return Plan(Way.HITS, "it is about less than two days")
    return Plan(Way.SUMMARIES, "whole hours, days and months are built")


def _not_summarised(scope: Scope, why: str, *metrics: Metric) -> Plan:
    """What only hits tell: their columns are read faster, unless they are few and need no sessions."""
    if _is_short(scope) and not scope.filters and not SESSION_METRICS.intersection(metrics):
        return Plan(Way.HITS, why)
    return Plan(Way.COLUMNS, why)


def _is_short(scope: Scope) -> bool:
    start_us, end_us = stretch(scope)
    return end_us - start_us < SHORTEST // MICROSECOND
