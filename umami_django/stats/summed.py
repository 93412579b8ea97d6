"""Rankings and series as summaries tell them, with the names of their values. How they are counted is in `rollups/`."""

from django.db.models import QuerySet

from ..domain.answers import EventPoint, Point, Ranking, TrafficPoint
from ..domain.filters import Filter
from ..domain.periods import Period, from_micros
from ..domain.scope import Scope
from ..domain.vocabulary import VISIT_METRICS, Counted, Metric, Unit
from ..models import Term
from ..rollups import rankings, series
from ..rollups.buckets import buckets
from ..rollups.plan import dimension, of_ranking, of_series
from ..rollups.reading import Rollups
from ..rollups.sweep import PLACES, term_and_country
from ..rollups.units import QUARTER_US
from . import naming
from .terms import texts
from .way import by_summaries


def pageview_points(scope: Scope, unit: Unit) -> list[Point] | None:
    """Pageviews and visitors of each bucket that has any; None when summaries cannot tell."""

    def asked(rollups: Rollups, stretch: tuple[int, int]) -> list[Point] | None:
        pieces = buckets(_period(rollups.widened(stretch, QUARTER_US)), unit, scope.tz)
        counted = None if pieces is None else series.traffic(rollups, pieces)
        if counted is None:
            return None
        return [Point(bucket.label_us, views, visitors) for bucket, views, visitors in counted if views]

    return by_summaries(of_series(scope, unit), scope, asked)


def pageview_counts(scope: Scope, unit: Unit) -> list[tuple[int, int]] | None:
    """The start of each bucket that has any pageviews, and how many; None when summaries cannot tell."""

    def asked(rollups: Rollups, stretch: tuple[int, int]) -> list[tuple[int, int]] | None:
        pieces = buckets(_period(rollups.widened(stretch, QUARTER_US)), unit, scope.tz)
        counted = None if pieces is None else series.pageviews(rollups, pieces)
        return None if counted is None else [(bucket.label_us, views) for bucket, views in counted if views]

    return by_summaries(of_series(scope, unit), scope, asked)


def traffic_points(scope: Scope, unit: Unit) -> list[TrafficPoint] | None:
    """All numbers of each bucket that has any; None when summaries cannot tell."""

    def asked(rollups: Rollups, stretch: tuple[int, int]) -> list[TrafficPoint] | None:
        pieces = buckets(_period(rollups.widened(stretch, QUARTER_US)), unit, scope.tz)
        counted = None if pieces is None else series.numbers(rollups, pieces)
        if counted is None:
            return None
        return [TrafficPoint(bucket.label_us, numbers) for bucket, numbers in counted if numbers.pageviews]

    return by_summaries(of_series(scope, unit), scope, asked)


def event_points(scope: Scope, unit: Unit) -> list[EventPoint] | None:
    """How often each event happened in each bucket; None when summaries cannot tell."""

    def asked(rollups: Rollups, stretch: tuple[int, int]) -> dict[tuple[int, int], int] | None:
        stretch = rollups.widened(stretch, QUARTER_US)
        pieces = buckets(_period(stretch), unit, scope.tz)
        return None if pieces is None else series.events(rollups, pieces, stretch)

    counts = by_summaries(of_series(scope, unit), scope, asked)
    if counts is None:
        return None
    names = texts({name for _, name in counts})
    points = [EventPoint(label, names.get(name, ""), count) for (label, name), count in counts.items()]
    return sorted(points, key=lambda point: (point.start_us, point.name))


def ranking(
    scope: Scope, metric: Metric, counted: Counted, *, with_unknown: bool, limit: int | None, offset: int
) -> Ranking | None:
    """As `raw.rankings.ranking`; None when summaries cannot tell."""

    def asked(rollups: Rollups, stretch: tuple[int, int]) -> rankings.Counts | None:
        if metric in VISIT_METRICS:
            return rankings.ends_of_visits(rollups, dimension(metric), stretch)
        count = rankings.visitors if counted is Counted.VISITORS else rankings.pageviews
        return count(rollups, dimension(metric), stretch)

    plan = of_ranking(scope, metric, counted, with_unknown=with_unknown)
    counts = by_summaries(plan, scope, asked)
    if counts is None:
        return None
    is_place = dimension(metric) in PLACES
    terms = {value: term_and_country(value) if is_place else (value, 0) for value in counts}
    found = [
        (terms[value], count)
        for value, count in counts.items()
        if count and (with_unknown or terms[value][0])
    ]
    for condition in scope.filters:
        chosen = _satisfying(scope.website_id, condition)
        found = [row for row in found if (row[0][0] in chosen) is not condition.is_negative]
    return naming.ranking(found, limit, offset)


def _period(stretch: tuple[int, int]) -> Period:
    return Period(from_micros(stretch[0]), from_micros(stretch[1] - 1))


def _satisfying(website_id: int, condition: Filter) -> set[int]:
    """The terms for which the positive of *condition* holds; 0 among them when it wants what has no value."""
    terms: QuerySet[Term] = Term.objects.satisfying(website_id, condition.positive)
    found = set(terms.values_list("id", flat=True))
    return found | {0} if condition.wants_unknown else found
