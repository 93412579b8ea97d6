"""The pages of a website: their names, where they lie below a door, and who shows them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from ..databases.patience import bounded
from ..exceptions import TooSlow
from .door import Door
from .events_page import events_page
from .panel_page import panel_page
from .realtime_page import pulse_page, realtime_page
from .session_pages import session_page, sessions_page
from .table_page import table_page
from .website_page import website_page

PAGES: dict[str, tuple[str, Callable[..., Any]]] = {
    "overview": ("", website_page),
    "panel": ("panel/<slug:panel_key>/", panel_page),
    "table": ("table/<slug:tab_key>/", table_page),
    "realtime": ("realtime/", realtime_page),
    "pulse": ("realtime/pulse/", pulse_page),
    "sessions": ("sessions/", sessions_page),
    "session": ("sessions/<uuid:session>/", session_page),
    "events": ("events/", events_page),
}
"""Every page takes the request, the door, and what its route names."""

SHARED = frozenset({"overview", "panel", "table"})
"""What a share link shows: numbers, and nobody's single visit."""

ALL = frozenset(PAGES)


def answered(name: str, request: HttpRequest, door: Door, **arguments: Any) -> HttpResponse:
    """The page called *name*; 503 and a plain word when the database needs too long for its numbers."""
    try:
        with bounded():
            response: HttpResponse = PAGES[name][1](request, door, **arguments)
    except TooSlow:
        context = {
            **door.context,
            "base_template": door.base,
            "title": door.website.name,
            "website": door.website,
        }
        return TemplateResponse(request, "umami_django/dashboard/slow.html", context, status=503)
    return response
