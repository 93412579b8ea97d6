"""The overview of one website: what the page shows, as plain values."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from ..domain.answers import Comparison, Ranking, Summary
from ..domain.scope import Scope
from ..domain.vocabulary import Metric, VisitKey
from ..models import Website
from ..stats.overview import comparison
from ..stats.rankings import ranking
from ..stats.realtime import active_visitors
from ..stats.series import filled, pageview_series
from .charts import BarChart, bar_chart, share_of_width
from .labels import grouped, shown_name
from .ranges import Range, period_of

ROWS = 10


@dataclass(frozen=True, slots=True)
class Card:
    """One number with its change; `good` says whether the change is one to be glad of (None: no change)."""

    title: str
    value: str
    change: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One line of a panel: name, count as text, and its bar in percent of the longest."""

    name: str
    count: str
    percent: int


@dataclass(frozen=True, slots=True)
class Panel:
    """One ranking; `counts` names what is counted."""

    title: str
    counts: str
    rows: tuple[PanelRow, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page shows."""

    website: Website
    choice: Range
    tz_name: str
    active: int
    cards: tuple[Card, ...]
    chart: BarChart
    axis: tuple[str, ...]
    """What stands at the upper edge of the chart, in its middle and at its lower edge."""

    panels: tuple[Panel, ...]
    is_empty: bool


def overview(website: Website, choice: Range, now: datetime, tz: tzinfo) -> Overview:
    """The page of *website* for a range that ends *now*. Eleven queries, however much traffic there is.

    Visits, bounces and time are by visit, as everywhere a person looks (v3 reference 3.3).
    """
    scope = Scope(website.pk, period_of(choice, now, tz), tz, since=website.reset_at)
    numbers = comparison(scope, VisitKey.VISIT)
    chart = bar_chart(filled(pageview_series(scope, choice.unit), scope, choice.unit), choice.unit)
    return Overview(
        website=website,
        choice=choice,
        tz_name=str(tz),
        active=active_visitors(website.pk, now, since=website.reset_at),
        cards=cards(numbers),
        chart=chart,
        axis=(grouped(chart.top), grouped(chart.half), "0"),
        panels=_panels(scope, website.domain),
        is_empty=numbers.current == Summary(),
    )


def cards(numbers: Comparison) -> tuple[Card, ...]:
    """The numbers of a period and how they changed."""
    now, before = numbers.current, numbers.previous
    return (
        _count_card(_("Visitors"), now.visitors, before.visitors),
        _count_card(_("Visits"), now.visits, before.visits),
        _count_card(_("Pageviews"), now.pageviews, before.pageviews),
        _rate_card(_("Bounce rate"), _bounce_rate(now), _bounce_rate(before)),
        _time_card(_("Visit duration"), _visit_seconds(now), _visit_seconds(before)),
    )


def _count_card(title: str, now: int, before: int) -> Card:
    change = _percent_change(now, before)
    return Card(title, grouped(now), change, _is_good(now - before) if change else None)


def _rate_card(title: str, now: float | None, before: float | None) -> Card:
    if now is None:
        return Card(title, "–", "", None)  # noqa: RUF001
    points = round(now - before) if before is not None else 0
    return Card(title, f"{now:.0f} %", f"{points:+d} pp" if points else "", _is_good(-points))


def _time_card(title: str, now: float | None, before: float | None) -> Card:
    if now is None:
        return Card(title, "–", "", None)  # noqa: RUF001
    change = _percent_change(now, before or 0)
    return Card(title, duration(now), change, _is_good(now - (before or 0)) if change else None)


def duration(seconds: float) -> str:
    """`3m 5s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"


def _bounce_rate(numbers: Summary) -> float | None:
    return 100 * numbers.bounces / numbers.visits if numbers.visits else None


def _visit_seconds(numbers: Summary) -> float | None:
    return numbers.total_seconds / numbers.visits if numbers.visits else None


def _percent_change(now: float, before: float) -> str:
    if not before:
        return _("new") if now else ""
    change = round(100 * (now - before) / before)
    return f"{change:+d} %" if change else ""


def _is_good(change: float) -> bool | None:
    return None if change == 0 else change > 0


def _panels(scope: Scope, domain: str | None) -> tuple[Panel, ...]:
    views, visitors = _("Views"), _("Visitors")
    titles = (
        (Metric.PATH, _("Pages"), views),
        (Metric.REFERRER_DOMAIN, _("Referrers"), views),
        (Metric.BROWSER, _("Browsers"), visitors),
        (Metric.OS, _("Operating systems"), visitors),
        (Metric.DEVICE, _("Devices"), visitors),
        (Metric.COUNTRY, _("Countries"), visitors),
        (Metric.EVENT, _("Events"), _("Times")),
    )
    return tuple(
        Panel(title, counts, _rows(_without_own_domain(metric, scope, domain), metric))
        for metric, title, counts in titles
    )


def _without_own_domain(metric: Metric, scope: Scope, domain: str | None) -> Ranking:
    """The ranking; of referrers those that are the website itself are left out, with or without `www.`."""
    if metric is not Metric.REFERRER_DOMAIN or not domain:
        return ranking(scope, metric, limit=ROWS)
    own = domain.partition(":")[0].removeprefix("www.").lower()
    return [row for row in ranking(scope, metric, limit=ROWS + 1) if row.name != own][:ROWS]


def _rows(rows: Ranking, metric: Metric) -> tuple[PanelRow, ...]:
    most = max((row.count for row in rows), default=0)
    return tuple(
        PanelRow(shown_name(metric, row.name), grouped(row.count), share_of_width(row.count, most))
        for row in rows
    )
