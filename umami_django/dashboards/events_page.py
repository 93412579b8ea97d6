"""Events: which there are, how often one of them happened over time, and the data it carried."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..domain.answers import EventTotals
from ..domain.vocabulary import Counted, Metric
from ..stats.events import event_totals
from ..stats.rankings import ranking
from ..stats.series import one_event_series
from .asked import Asked, asked
from .chart import Chart, Dot, drawn
from .door import Door
from .numbers import grouped, share
from .page import page_context
from .properties import Properties, properties
from .rows import bar, row_link

MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class NameRow:
    """One event by its name."""

    label: str
    href: str
    count: str
    share: str
    percent: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class EventsPage:
    """Everything the page shows; chart and properties are those of the chosen event."""

    totals: list[tuple[str, str]]
    names: list[NameRow]
    chosen: str
    chart: Chart | None
    properties: Properties | None
    filter_href: str
    """The dashboard of the visitors who triggered the chosen event."""


@require_safe
def events_page(request: HttpRequest, door: Door) -> HttpResponse:
    """The list, and the event that `name` names or else the most frequent. At most eight queries."""
    question = asked(request, door)
    totals = event_totals(question.scope)
    rows = ranking(question.scope, Metric.EVENT, counted=Counted.EVENTS, limit=MOST_NAMES)
    names = [row.name for row in rows if row.name is not None]
    wanted = request.GET.get("name", "")
    chosen = wanted if wanted in names else next(iter(names), "")
    most = max((row.count for row in rows), default=0)
    page = EventsPage(
        totals=_totals(totals),
        names=[
            NameRow(
                label=row.name,
                href=question.link(None, "events", name=row.name),
                count=grouped(row.count),
                share=share(row.count, totals.events),
                percent=bar(row.count, most),
                is_chosen=row.name == chosen,
            )
            for row in rows
            if row.name is not None
        ],
        chosen=chosen,
        chart=_chart(question, chosen) if chosen else None,
        properties=properties(question, chosen, request.GET.get("property"), page="events")
        if chosen
        else None,
        filter_href=row_link(question, Metric.EVENT, chosen, None) if chosen else "",
    )
    return TemplateResponse(
        request, "umami_django/dashboard/events.html", page_context(question, "events", page=page)
    )


def _totals(totals: EventTotals) -> list[tuple[str, str]]:
    return [
        (_("Events"), grouped(totals.events)),
        (_("Names"), grouped(totals.names)),
        (_("Visitors with events"), grouped(totals.visitors)),
        (_("Visits with events"), grouped(totals.visits)),
    ]


def _chart(question: Asked, name: str) -> Chart:
    counts = one_event_series(question.scope, name, question.unit, question.now)
    dots = [Dot(count.start_us, count.events, count.is_unfinished) for count in counts]
    return drawn(question, name, "events", dots)
