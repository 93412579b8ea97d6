"""The questions that statistics.py times: each as a function of `umami_django.stats`, and as a v1 address where there
is one. Ranges and filters are those that people choose."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from umami_django.domain.filters import Filter
from umami_django.domain.periods import Period
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Metric, Unit, VisitKey
from umami_django.models import Term, Website
from umami_django.stats import heat, overview, rankings, realtime, series, totals

RANGES = {
    "24 h": (timedelta(hours=24), Unit.HOUR),
    "7 d": (timedelta(days=7), Unit.DAY),
    "30 d": (timedelta(days=30), Unit.DAY),
    "90 d": (timedelta(days=90), Unit.DAY),
    "12 m": (timedelta(days=365), Unit.MONTH),
}
ZONES = ("Europe/Berlin", "Asia/Kolkata")
V1_METRICS = ("url", "referrer", "query", "browser", "os", "device", "screen", "language", "country", "event")
DASHBOARD_METRICS = (
    *(
        Metric.PATH,
        Metric.ENTRY,
        Metric.EXIT,
        Metric.QUERY,
        Metric.TITLE,
        Metric.REFERRER_DOMAIN,
        Metric.CHANNEL,
    ),
    *(Metric.UTM_SOURCE, Metric.UTM_MEDIUM, Metric.UTM_CAMPAIGN, Metric.UTM_CONTENT, Metric.UTM_TERM),
    *(Metric.BROWSER, Metric.OS, Metric.DEVICE, Metric.SCREEN, Metric.LANGUAGE, Metric.COUNTRY),
    *(Metric.REGION, Metric.CITY, Metric.HOSTNAME, Metric.EVENT),
)
ROWS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, about which range, zone and filter; `path` is the same question over HTTP."""

    door: str
    name: str
    range: str
    zone: str
    filtered: str
    ask: Callable[[], Any]
    path: str | None = None


def questions(website: Website, now: datetime) -> Iterator[Question]:
    """All of them, about the time up to *now*."""
    for zone in ZONES:
        for name, (length, unit) in RANGES.items():
            scope = Scope(website.pk, Period(now - length, now), ZoneInfo(zone), since=website.reset_at)
            yield from _of(website, scope, name, zone, unit, now, "", {})
    length, unit = RANGES["30 d"]
    scope = Scope(website.pk, Period(now - length, now), ZoneInfo(ZONES[0]))
    for words, filters, query in _filters(scope):
        yield from _of(website, scope.filtered(*filters), "30 d", ZONES[0], unit, now, words, query)
    period = Period(now - timedelta(days=1), now)
    reach: dict[int, datetime | None] = dict.fromkeys(Website.objects.values_list("pk", flat=True))
    yield Question(
        "v1",
        "active",
        "now",
        "",
        "",
        lambda: realtime.active_visitors(website.pk, now),
        _path(website, "active", {}),
    )
    yield Question("dashboard", "websites", "24 h", "", "", lambda: totals.totals(reach, period))


def _of(
    website: Website,
    scope: Scope,
    name: str,
    zone: str,
    unit: Unit,
    now: datetime,
    filtered: str,
    query: dict[str, str],
) -> Iterator[Question]:
    """The questions about one range."""

    def question(door: str, what: str, ask: Callable[[], Any], path: str | None = None) -> Question:
        return Question(door, what, name, zone, filtered, ask, path)

    def path(route: str, **more: str) -> str:
        moments = {
            "start_at": int(scope.period.start.timestamp() * 1000),
            "end_at": int(scope.period.end.timestamp() * 1000),
        }
        return _path(website, route, moments | {"tz": zone} | query | more)

    yield question("v1", "stats", lambda: overview.comparison(scope, VisitKey.HOUR), path("stats"))
    yield question(
        "v1",
        f"pageviews by {unit}",
        lambda: series.pageview_series(scope, unit),
        path("pageviews", unit=unit),
    )
    yield question(
        "v1", f"events by {unit}", lambda: series.event_series(scope, unit), path("events", unit=unit)
    )
    for metric in V1_METRICS:
        yield question(
            "v1", f"metric {metric}", _v1_metric(scope, metric, website.domain), path("metrics", type=metric)
        )
    yield question("dashboard", "overview", lambda: overview.comparison(scope))
    yield question(
        "dashboard",
        f"chart by {unit}",
        lambda: series.traffic_series(scope, unit, now, with_visits=False),
    )
    yield question("dashboard", f"chart of visits by {unit}", lambda: series.traffic_series(scope, unit, now))
    yield question("dashboard", "hours of the week", lambda: heat.pageview_grid(scope))
    yield question("today's API", "hours of the week, visitors", lambda: heat.heat_grid(scope))
    for value in DASHBOARD_METRICS:
        yield question(
            "dashboard", f"card {value}", lambda value=value: rankings.ranking(scope, value, limit=ROWS)
        )


def _v1_metric(scope: Scope, metric: str, domain: str | None) -> Callable[[], Any]:
    match metric:
        case "referrer":
            return lambda: rankings.referrers(scope, domain)
        case "query":
            return lambda: rankings.urls_with_query(scope)
        case "language":
            return lambda: rankings.languages(scope)
        case "event":
            return lambda: rankings.ranking(scope, Metric.EVENT)
    return lambda: rankings.ranking(scope, Metric(metric))


def _filters(scope: Scope) -> Iterator[tuple[str, tuple[Filter, ...], dict[str, str]]]:
    """A browser, a popular page, and both a country and an operating system; in words, ours and v1's."""
    texts = Term.objects.filter(website_id=scope.website_id)
    url = texts.filter(kind=1, text="/pricing").values_list("text", flat=True)[0]
    yield "browser", (Filter(Metric.BROWSER, ("chrome",)),), {"browser": "chrome"}
    yield "path", (Filter(Metric.PATH, (url,)),), {"url": url}
    yield (
        "country and os",
        (Filter(Metric.COUNTRY, ("DE",)), Filter(Metric.OS, ("iOS",))),
        {"country": "DE", "os": "iOS"},
    )


def _path(website: Website, route: str, query: dict[str, Any]) -> str:
    return f"/api/website/{website.pk}/{route}?{urlencode(query)}"
