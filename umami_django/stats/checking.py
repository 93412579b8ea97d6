"""Summaries against hits: random questions answered both ways; and how each question would be answered."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ..conf import umami_settings
from ..domain.periods import Period, from_micros
from ..domain.scope import Scope
from ..domain.vocabulary import Counted, Metric, Unit, VisitKey
from ..rollups import rows
from ..rollups.plan import Plan, among, of_numbers, of_ranking, of_series
from ..rollups.state import holds
from ..rollups.units import hour_us
from . import summed
from .overview import by_summaries_only
from .raw import overview, rankings, series

RANKINGS = (
    (Metric.URL, Counted.PAGEVIEWS),
    (Metric.PATH, Counted.VISITORS),
    (Metric.REFERRER_DOMAIN, Counted.VISITORS),
    (Metric.CHANNEL, Counted.VISITORS),
    (Metric.BROWSER, Counted.VISITORS),
    (Metric.COUNTRY, Counted.VISITORS),
    (Metric.EVENT, Counted.EVENTS),
    (Metric.ENTRY, Counted.VISITS),
    (Metric.EXIT, Counted.VISITS),
)
SHORTEST = timedelta(days=3)


def compared(website_id: int, now: datetime, questions: int) -> Iterator[str]:
    """A line for each of *questions* random questions that summaries answer differently from the hits."""
    using = umami_settings().TRAFFIC_DATABASE
    hold = holds(website_id, using)
    # hits can tell of what is not pruned only
    first = rows.first_time(website_id, using, hour_us(hold.raw_from or 0) if hold else None)
    if first is None:
        return
    begins = from_micros(first)
    chance = random.Random()  # noqa: S311
    for _ in range(questions):
        moments = sorted(begins + (now - begins) * chance.random() for _ in range(2))
        period = Period(moments[0], max(moments[1], moments[0] + SHORTEST))
        scope = Scope(website_id, period)
        for what, told, by_hits in _answers(scope, chance):
            if told is not None and told != by_hits():
                yield f"Website {website_id}: {what} from {period.start} to {period.end} differ."


def _answers(scope: Scope, chance: random.Random) -> Iterator[tuple[str, Any, Callable[[], Any]]]:
    """Some questions about *scope*: what summaries answer, and how to ask the hits."""
    key = chance.choice(list(VisitKey))
    yield "the numbers", by_summaries_only(scope, key), lambda: overview.summary(scope, key)
    days = Unit.DAY
    yield "the days", summed.pageview_points(scope, days), lambda: series.pageview_series(scope, days)
    metric, counted = chance.choice(RANKINGS)
    yield (
        f"{counted} by {metric}",
        summed.ranking(scope, metric, counted, with_unknown=False, limit=None, offset=0),
        lambda: rankings.ranking(scope, metric, counted, with_unknown=False, limit=None, offset=0),
    )


def explained(website_id: int, now: datetime) -> Iterator[str]:
    """A line for each question about the last 30 days: which way it is answered, and why."""
    scope = Scope(website_id, Period(now - timedelta(days=30), now))
    hold = holds(website_id, umami_settings().TRAFFIC_DATABASE)
    plans: list[tuple[str, Plan]] = [
        ("numbers", of_numbers(scope)),
        *((f"series by {unit}", of_series(scope, unit)) for unit in Unit),
        *(
            (f"{counted} by {metric}", of_ranking(scope, metric, counted, with_unknown=False))
            for metric in Metric
            for counted in Counted
            if counted is not Counted.EVENTS or metric is Metric.EVENT
        ),
    ]
    yield f"Website {website_id}, the last 30 days:"
    for what, plan in plans:
        way = among(plan, scope, hold)
        yield f"  {what:<30} {way.way:<10} {way.why}"
