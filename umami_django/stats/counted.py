"""What is counted from columns (rollups/columns.py); every function gives None when they cannot tell.

Arguments and answers are those of the functions of the same names in `raw/`. How it is counted is in `columns/`, which
is imported when it is first needed: numpy is an extra.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from ..domain.answers import (
    EventCount,
    EventPoint,
    EventTotals,
    Page,
    Point,
    Ranking,
    Summary,
    TableRow,
    TrafficPoint,
)
from ..domain.scope import Scope
from ..domain.vocabulary import TERM_KIND, VISIT_METRICS, Counted, Metric, Order, TermKind, Unit, VisitKey
from ..rollups import fast, plan
from . import naming
from .terms import texts
from .way import by_columns

Answer = TypeVar("Answer")

OVER_TIME: set[int] = {fast.TIME, fast.SESSIONS}
NUMBERS: set[int] = {fast.TIME, fast.VISITS, fast.SESSIONS}
DISTINCT: dict[Counted, set[int]] = {
    Counted.VISITORS: {fast.SESSIONS},
    Counted.VISITS: {fast.VISITS, fast.SESSIONS},
}
"""The columns that are needed to count these."""


def summary(scope: Scope, visit_key: VisitKey) -> Summary | None:
    """The numbers of the pageviews in *scope*."""
    return _asked(
        plan.of_numbers(scope), scope, NUMBERS, lambda ask, frame: ask.summary(frame, scope, visit_key)
    )


def event_totals(scope: Scope) -> EventTotals | None:
    """The numbers of the events in *scope*."""
    wanted = NUMBERS | {TermKind.EVENT_NAME}
    return _asked(plan.of_hits(scope), scope, wanted, lambda ask, frame: ask.event_totals(frame, scope))


def pageview_series(scope: Scope, unit: Unit) -> list[Point] | None:
    """Pageviews and visitors of each bucket."""
    return _over_time(scope, unit, OVER_TIME, lambda ask, frame: ask.pageview_series(frame, scope, unit))


def pageview_counts(scope: Scope, unit: Unit) -> list[tuple[int, int]] | None:
    """Pageviews of each bucket."""
    return _over_time(scope, unit, {fast.TIME}, lambda ask, frame: ask.pageview_counts(frame, scope, unit))


def traffic_series(scope: Scope, unit: Unit) -> list[TrafficPoint] | None:
    """All numbers of each bucket."""
    return _over_time(scope, unit, NUMBERS, lambda ask, frame: ask.traffic_series(frame, scope, unit))


def event_counts(scope: Scope, unit: Unit) -> list[EventCount] | None:
    """Events, whatever their names, and their visitors."""
    return _over_time(scope, unit, OVER_TIME, lambda ask, frame: ask.event_counts(frame, scope, unit))


def event_series(scope: Scope, unit: Unit) -> list[EventPoint] | None:
    """How often each event happened in each bucket."""
    wanted = {fast.TIME, TermKind.EVENT_NAME}
    rows = _over_time(scope, unit, wanted, lambda ask, frame: ask.event_series(frame, scope, unit))
    if rows is None:
        return None
    names = texts({name for _, name, _ in rows})
    points = [EventPoint(start, names.get(name, ""), count) for start, name, count in rows]
    return sorted(points, key=lambda point: (point.start_us, point.name))


def heat(scope: Scope) -> dict[int, tuple[int, int]] | None:
    """Pageviews and visitors by hour of the week."""
    return _asked(plan.of_hits(scope), scope, OVER_TIME, lambda ask, frame: ask.heat(frame, scope))


def ranking(
    scope: Scope, metric: Metric, counted: Counted, *, with_unknown: bool, limit: int | None, offset: int
) -> Ranking | None:
    """The values of *metric* with their counts."""
    rows = _asked(
        plan.of_ranking(scope, metric, counted, with_unknown=with_unknown),
        scope,
        _columns(metric) | DISTINCT.get(counted, set()),
        lambda ask, frame: ask.ranking(frame, scope, metric, counted, with_unknown=with_unknown),
    )
    return None if rows is None else naming.ranking(rows, limit, offset)


def table(
    scope: Scope,
    metric: Metric,
    *,
    order: Order,
    descending: bool,
    with_unknown: bool,
    limit: int | None,
    offset: int,
) -> Page[TableRow] | None:
    """The values of *metric* with all their numbers."""
    rows = _asked(
        plan.of_hits(scope, metric),
        scope,
        _columns(metric) | NUMBERS,
        lambda ask, frame: ask.table(frame, scope, metric, with_unknown=with_unknown),
    )
    if rows is None:
        return None
    return naming.table(rows, order, descending=descending, limit=limit, offset=offset)


def _over_time(
    scope: Scope, unit: Unit, columns: set[int], question: Callable[[ModuleType, Any], Answer]
) -> Answer | None:
    return _asked(plan.of_series(scope, unit), scope, columns, question)


def _asked(
    way: plan.Plan, scope: Scope, columns: set[int], question: Callable[[ModuleType, Any], Answer]
) -> Answer | None:
    """What *question* makes of the module of answers and a frame with these *columns* and those of the filters."""
    if way.way is plan.Way.HITS or not fast.is_installed():
        return None
    from .columns import answers

    wanted = columns.union(*(_columns(condition.field) for condition in scope.filters))
    return by_columns(scope, wanted, lambda frame: question(answers, frame))


def _columns(metric: Metric) -> set[int]:
    """What is needed to know of each hit the value of *metric*."""
    needed: set[int] = {TERM_KIND[metric]}
    if metric in naming.PLACES:
        needed.add(TermKind.COUNTRY)
    if metric in VISIT_METRICS:
        needed |= {fast.VISITS, fast.SESSIONS}
    if metric is Metric.COMPLETED:
        needed.add(fast.SESSIONS)
    return needed
