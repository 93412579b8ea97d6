"""What every page of a website shows around its own content: tabs to the other pages, menus, chips."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..stats.exactness import exactness
from .asked import Asked
from .chips import chips
from .definitions import DEFINITIONS
from .menus import menus

PAGES: dict[str, tuple[Any, str]] = {
    "overview": (_("Dashboard"), "g"),
    "realtime": (_("Realtime"), "r"),
    "sessions": (pgettext_lazy("of visitors", "Sessions"), "v"),
    "events": (_("Events"), "b"),
}
"""The pages that have a tab of their own, and the keys that lead there."""


@dataclass(frozen=True, slots=True)
class PageLink:
    label: str
    href: str
    key: str
    is_here: bool


def page_context(question: Asked, here: str, **more: Any) -> dict[str, Any]:
    """What the templates take; *here* names the page. One query for the other websites, where the door has any."""
    door = question.door
    links = [
        PageLink(str(label), question.link(replace(question.state, whole=False), name), key, name == here)
        for name, (label, key) in PAGES.items()
        if door.has(name)
    ]
    return {
        **door.context,
        "base_template": door.base,
        "door": door,
        "website": door.website,
        "title": door.website.name,
        "page_links": links if len(links) > 1 else [],
        "neighbours": door.neighbours(),
        "menus": menus(question),
        "chips": chips(question),
        "problems": question.problems,
        "raw_from": exactness(question.scope).raw_from,
        "definitions": DEFINITIONS,
        "here": here,
        **more,
    }
