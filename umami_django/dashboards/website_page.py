"""The dashboard of one website: cards and chart at once, panels in the same answer or one by one."""

from dataclasses import dataclass, replace
from datetime import UTC

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ..domain.answers import Summary
from ..stats.overview import summary
from ..stats.realtime import active_visitors
from ..stats.way import looking_once
from ..writers.term_budget import replaced_on
from . import filter_keys
from .asked import Asked, asked
from .cards import Card, cards
from .chart import Chart, chart
from .door import Door
from .page import page_context
from .panels import Panel, frame, panel
from .state import State
from .tabs import PANELS

TEMPLATE = "umami_django/dashboard/website.html"


@dataclass(frozen=True, slots=True)
class WebsitePage:
    """What the page shows; panels without content are fetched by the script."""

    cards: list[Card]
    chart: Chart
    panels: list[Panel]
    whole_href: str
    """The same page with its panels, for readers without JavaScript."""
    active: int | None
    is_empty: bool


@require_safe
def website_page(request: HttpRequest, door: Door) -> HttpResponse:
    """Cards and chart: five queries (two summaries, two series, who is there); each panel one or two more."""
    question = asked(request, door)
    if "edit" in request.GET:
        return HttpResponseRedirect(question.link(_edited(request, question)))
    with looking_once():
        numbers = summary(question.scope)
        before = None if question.compared is None else summary(question.scope.within(question.compared))
        line = chart(question)
    page = WebsitePage(
        cards=cards(question, numbers, before),
        chart=line,
        panels=_panels(request, question, numbers),
        whole_href=question.link(replace(question.state, whole=True)),
        active=_active(question),
        is_empty=numbers == Summary() and not question.state.filters,
    )
    context = page_context(
        question, "overview", page=page, panels_later=not question.state.whole, notice=_notice(question)
    )
    return TemplateResponse(request, TEMPLATE, context)


def _edited(request: HttpRequest, question: Asked) -> State:
    added = filter_keys.edited(dict(request.GET.lists()))
    return question.state.filtered(added) if added else question.state


def _panels(request: HttpRequest, question: Asked, numbers: Summary) -> list[Panel]:
    if not question.state.whole:
        return [frame(question, key, numbers) for key in PANELS]
    more = {"property": request.GET.get("property")}
    return [panel(question, key, numbers, **more) for key in PANELS]


def _notice(question: Asked) -> str:
    """What those who look after the website should know."""
    if not question.door.has("sessions"):
        return ""
    replaced = replaced_on(question.website.pk, question.now.astimezone(UTC).date())
    if not replaced:
        return ""
    return ngettext(
        "%(count)d new text of today is counted as “(other)”: the website has added more than "
        "UMAMI['NEW_TERMS_PER_DAY'] allows.",
        "%(count)d new texts of today are counted as “(other)”: the website has added more than "
        "UMAMI['NEW_TERMS_PER_DAY'] allows.",
        replaced,
    ) % {"count": replaced}


def _active(question: Asked) -> int | None:
    """Who is there; not for a share with conditions: it would count those whom the share does not show."""
    if question.door.fixed:
        return None
    return active_visitors(question.website.pk, question.now, since=question.website.reset_at)
