"""What was seen most: pages, referrers, browsers, countries, events …"""

from collections import Counter
from collections.abc import Callable
from typing import TypedDict

from ..domain.answers import Page, Ranking, Row, TableRow, ranked
from ..domain.filters import Filter, Operator
from ..domain.languages import base_language
from ..domain.referrers import is_own_referrer
from ..domain.scope import Scope
from ..domain.vocabulary import SESSION_METRICS, VISIT_METRICS, Counted, Metric, Order
from . import counted as by_columns
from . import summed
from .raw import rankings as raw


def ranking(
    scope: Scope,
    metric: Metric,
    *,
    counted: Counted | None = None,
    limit: int | None = None,
    offset: int = 0,
    search: str = "",
    without: tuple[str, ...] = (),
    with_unknown: bool | None = None,
) -> Ranking:
    """The values of *metric* by how often they occur, at most *limit* of them.

    Unless *counted* says otherwise, attributes of sessions count visitors with a pageview in scope, entry and exit
    pages count visits, events count events, all else counts pageviews. *search* keeps values that contain it in any
    letter case, *without* names values to leave out. Hits without a value are a row of their own (`name` is None) for
    attributes of sessions and left out otherwise, unless *with_unknown* says so. Regions and cities carry their
    country. One query. Source: v1 reference 3.4, v3 reference 3.4.
    """
    scope = _narrowed(scope, metric, search, without)
    counted = counted or usually_counted(metric)
    if with_unknown is None:
        with_unknown = metric in SESSION_METRICS
    how = _RankingArguments(with_unknown=with_unknown, limit=limit, offset=offset)
    found = summed.ranking(scope, metric, counted, **how)
    if found is None:
        found = by_columns.ranking(scope, metric, counted, **how)
    return raw.ranking(scope, metric, counted, **how) if found is None else found


def table(
    scope: Scope,
    metric: Metric,
    *,
    order: Order = Order.VISITORS,
    descending: bool = True,
    search: str = "",
    without: tuple[str, ...] = (),
    with_unknown: bool | None = None,
    limit: int | None = 50,
    offset: int = 0,
) -> Page[TableRow]:
    """The values of *metric* with visitors, visits, pageviews, bounces and total time; some rows of all.

    The numbers of a row are those of `summary` for the scope filtered by the row's value (and country). Of events,
    `pageviews` are events and bounces and time are those of the visits' rows of that event. Ties go by name in byte
    order, unknown last; other arguments as for `ranking`. One query.
    """
    scope = _narrowed(scope, metric, search, without)
    how = _TableArguments(
        order=order,
        descending=descending,
        with_unknown=metric in SESSION_METRICS if with_unknown is None else with_unknown,
        limit=limit,
        offset=offset,
    )
    return by_columns.table(scope, metric, **how) or raw.table(scope, metric, **how)


class _RankingArguments(TypedDict):
    with_unknown: bool
    limit: int | None
    offset: int


class _TableArguments(_RankingArguments):
    order: Order
    descending: bool


def usually_counted(metric: Metric) -> Counted:
    """What the number beside a value of *metric* says in v1, and for entry and exit pages."""
    if metric in SESSION_METRICS:
        return Counted.VISITORS
    if metric in VISIT_METRICS:
        return Counted.VISITS
    return Counted.EVENTS if metric is Metric.EVENT else Counted.PAGEVIEWS


def urls_with_query(scope: Scope) -> Ranking:
    """Whole urls that contain a question mark, by pageviews (v1 reference 3.4, type `query`)."""
    return [row for row in ranking(scope, Metric.URL) if row.name is not None and "?" in row.name]


def referrers(scope: Scope, domain: str | None, *, limit: int | None = None) -> Ranking:
    """Referrers as sent, without those from the website's own *domain*; `""` stands for direct visits."""
    rows = [row for row in ranking(scope, Metric.REFERRER) if not is_own_referrer(row.name or "", domain)]
    return rows[:limit]


def languages(scope: Scope, *, limit: int | None = None) -> Ranking:
    """Languages without their regions, by visitors: `en-US` and `en-GB` are both `en`."""
    return _merged(ranking(scope, Metric.LANGUAGE), base_language)[:limit]


def _narrowed(scope: Scope, metric: Metric, search: str, without: tuple[str, ...]) -> Scope:
    """The scope less the values that are not looked for: conditions like any other."""
    if search:
        scope = scope.filtered(Filter(metric, (search,), Operator.CONTAINS))
    if without:
        scope = scope.filtered(Filter(metric, without, Operator.NOT_EQUALS))
    return scope


def _merged(rows: Ranking, name_of: Callable[[str], str]) -> Ranking:
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[None if row.name is None else name_of(row.name)] += row.count
    return ranked([Row(name, count) for name, count in counts.items()])
