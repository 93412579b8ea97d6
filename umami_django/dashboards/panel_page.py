"""One panel alone, for the script that puts it into the dashboard."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..domain.answers import Summary
from .asked import asked
from .door import Door
from .panels import panel
from .tabs import PANELS


@require_safe
def panel_page(request: HttpRequest, door: Door, panel_key: str) -> HttpResponse:
    """The panel as a piece of HTML. One or two queries."""
    if panel_key not in PANELS:
        raise Http404
    question = asked(request, door)
    content = panel(
        question,
        panel_key,
        _numbers(request),
        event=request.GET.get("name"),
        property=request.GET.get("property"),
    )
    response = render(request, "umami_django/dashboard/panel.html", {"panel": content})
    response["Cache-Control"] = "private, no-store"
    return response


def _numbers(request: HttpRequest) -> Summary | None:
    """What the page above has counted already, so that the shares need not count it again. Only its reader sees it."""
    texts = [request.GET.get(name, "") for name in ("visitors", "visits")]
    if not all(text.isascii() and text.isdecimal() and len(text) < 12 for text in texts):
        return None
    return Summary(visitors=int(texts[0]), visits=int(texts[1]))
