"""All websites at a glance: a line, the change, who is there, a search. Three queries however many there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..domain.periods import Period, default_unit
from ..models import Website
from ..stats.totals import WebsiteNumbers, overview_of
from .menus import Choice
from .numbers import Change, change, short
from .ranges import RANGES, period_of

MOST_WEBSITES = 200
OFFERED = ("24h", "7d", "30d")
WIDTH, HEIGHT = 120, 28


@dataclass(frozen=True, slots=True)
class Tile:
    """One website; `spark` are the points of a polyline."""

    name: str
    domain: str
    href: str
    visitors: str
    visitors_count: int
    pageviews: str
    pageviews_count: int
    change: Change
    active: int
    spark: str


@require_safe
def websites_page(
    request: HttpRequest,
    websites: QuerySet[Website],
    *,
    base: str,
    context: Mapping[str, Any],
    address: Callable[[str, int], str],
) -> HttpResponse:
    """The page of *websites*, those that the reader may see. Their rows and two questions: three queries."""
    key = request.GET.get("range", "")
    key = key if key in OFFERED else OFFERED[0]
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = websites.order_by("name", "pk")
    if search:
        found = found.filter(Q(name__icontains=search) | Q(domain__icontains=search))
    rows = list(found[: MOST_WEBSITES + 1])
    now, tz = timezone.now(), timezone.get_current_timezone()
    period: Period = period_of(key, 0, now, tz, None, None)
    shown = rows[:MOST_WEBSITES]
    numbers = (
        overview_of({row.pk: row.reset_at for row in shown}, period, default_unit(period), tz, now)
        if shown
        else {}
    )
    return TemplateResponse(
        request,
        "umami_django/dashboard/websites.html",
        {
            **context,
            "base_template": base,
            "title": _("All websites"),
            "tiles": [_tile(row, numbers[row.pk], address) for row in shown],
            "has_more": len(rows) > MOST_WEBSITES,
            "search": search,
            "range": key,
            "ranges": [
                Choice(
                    str(RANGES[each].label),
                    "?" + urlencode({"range": each} | ({"q": search} if search else {})),
                    each == key,
                )
                for each in OFFERED
            ],
        },
    )


def _tile(website: Website, numbers: WebsiteNumbers, address: Callable[[str, int], str]) -> Tile:
    return Tile(
        name=website.name,
        domain=website.domain or "",
        href=address("overview", website.pk),
        visitors=short("visitors", numbers.current.visitors),
        visitors_count=numbers.current.visitors,
        pageviews=short("pageviews", numbers.current.pageviews),
        pageviews_count=numbers.current.pageviews,
        change=change("visitors", numbers.current.visitors, numbers.previous.visitors),
        active=numbers.active,
        spark=_spark(numbers.spark),
    )


def _spark(values: tuple[int, ...]) -> str:
    most = max(values, default=0) or 1
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(
        f"{position * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * value / most:.1f}"
        for position, value in enumerate(values)
    )
