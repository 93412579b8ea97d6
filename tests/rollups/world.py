"""A website with a month of traffic, and the same questions by summaries and by hits."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.traffic import hit
from umami_django.domain.hits import Hit
from umami_django.domain.periods import Period, zone
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, Metric, Unit, VisitKey
from umami_django.rollups import build
from umami_django.stats import summed
from umami_django.stats.overview import by_summaries_only
from umami_django.stats.raw import overview, rankings, series
from umami_django.writers import write

NOW = datetime(2026, 3, 20, 12, 34, tzinfo=UTC)
HOW: dict[str, Any] = {"with_unknown": False, "limit": None, "offset": 0}


def month_of_traffic(website_id: int, visitors: int = 12, seed: int = 5) -> list[Hit]:
    """Some pageviews a day, until NOW."""
    hits = []
    for number in range(visitors * 20):
        at = NOW - timedelta(minutes=(number * 7919 * seed) % (30 * 24 * 60))
        hits.append(hit(website_id, f"v{number * 31 % visitors}", f"/{number % 5}", at=at))
    return hits


def filled(website_id: int) -> None:
    """The traffic, summarised."""
    write(month_of_traffic(website_id))
    built(website_id)


def built(website_id: int, now: datetime = NOW, most_hits: int = build.HITS_A_STEP) -> None:
    while build.build_step(website_id, now, "default", most_hits=most_hits) is not None:
        pass


def scope_of(website_id: int, days: int = 28) -> Scope:
    return Scope(website_id, Period(NOW - timedelta(days=days), NOW), tz=zone("Europe/Berlin"))


def by_summaries(website_id: int) -> list[Any]:
    """Some questions, as summaries answer them: None where they cannot."""
    scope = scope_of(website_id)
    return [
        *(by_summaries_only(scope, key) for key in VisitKey),
        summed.pageview_points(scope, Unit.DAY),
        summed.ranking(scope, Metric.URL, Counted.PAGEVIEWS, **HOW),
        summed.ranking(scope, Metric.PATH, Counted.VISITORS, **HOW),
        summed.ranking(scope, Metric.EXIT, Counted.VISITS, **HOW),
    ]


def by_hits(website_id: int) -> list[Any]:
    """The same questions, asked of the hits."""
    scope = scope_of(website_id)
    return [
        *(overview.summary(scope, key) for key in VisitKey),
        series.pageview_series(scope, Unit.DAY),
        rankings.ranking(scope, Metric.URL, Counted.PAGEVIEWS, **HOW),
        rankings.ranking(scope, Metric.PATH, Counted.VISITORS, **HOW),
        rankings.ranking(scope, Metric.EXIT, Counted.VISITS, **HOW),
    ]


def differing(told: list[Any], *right: list[Any]) -> list[int]:
    """The questions that were answered by none of *right*. None is no answer, and no wrong one."""
    return [
        number
        for number, answer in enumerate(told)
        if answer is not None and all(answer != answers[number] for answers in right)
    ]
