"""The pages of a website: their names, where they lie below a door, and who shows them."""

from collections.abc import Callable
from typing import Any

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
