"""What was seen most: pages, referrers, browsers, countries, events …"""

from collections import Counter
from collections.abc import Callable, Iterable

from django.db.models import Count

from ..domain.answers import Ranking, Row, ranked
from ..domain.languages import base_language
from ..domain.referrers import is_own_referrer
from ..domain.scope import Scope
from ..domain.vocabulary import SESSION_METRICS, Metric
from ..models import Event, Pageview
from .terms import texts


def ranking(scope: Scope, metric: Metric, *, limit: int | None = None) -> Ranking:
    """The values of *metric* by how often they occur, at most *limit* of them.

    Attributes of sessions count visitors with a pageview in scope, events count events, all else counts
    pageviews. A value of None is a row for attributes of sessions and left out otherwise. Two queries.
    Source: v1 reference 3.4.
    """
    if metric in SESSION_METRICS:
        rows = (
            Pageview.objects.in_scope(scope)
            .values(f"session__{metric}_id")
            .annotate(count=Count("session_id", distinct=True))
            .values_list(f"session__{metric}_id", "count")
        )
        return _named(rows, limit)
    hits = (Event if metric is Metric.EVENT else Pageview).objects.in_scope(scope)
    column = f"{metric}_id"
    rows = (
        hits.filter(**{f"{column}__isnull": False})
        .values(column)
        .annotate(count=Count("id"))
        .values_list(column, "count")
    )
    return _named(rows, limit)


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


def _merged(rows: Ranking, name_of: Callable[[str], str]) -> Ranking:
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[None if row.name is None else name_of(row.name)] += row.count
    return ranked([Row(name, count) for name, count in counts.items()])


def _named(rows: Iterable[tuple[int | None, int]], limit: int | None) -> Ranking:
    """Rows with the texts of their terms. With a limit, only the texts that may be shown are fetched."""
    counted = sorted(rows, key=lambda row: -row[1])
    if limit is not None and len(counted) > limit:
        least = counted[limit - 1][1]
        counted = [row for row in counted if row[1] >= least]
    names = texts([term for term, _ in counted])
    return ranked([Row(names.get(term) if term is not None else None, count) for term, count in counted])[
        :limit
    ]
