"""The doors to a website's pages: the admin, the include for owners, a share link. One set of pages behind them all;
a door says whose they are, where they lie, and what is around them. Who may come in is decided before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..domain.filters import FilterSet
from ..models import Website


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another website that the reader may see."""

    name: str
    href: str
    is_here: bool


def _nobody() -> list[Neighbour]:
    return []


@dataclass(frozen=True)
class Door:
    """What every page of one website needs to know of the way that led to it."""

    website: Website
    base: str
    """The template around the page."""
    address: Callable[..., str]
    """`address("panel", "sources")`: where a page lies behind this door."""
    pages: frozenset[str]
    """The names of the pages that there are."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """What the template around the page needs."""
    fixed: FilterSet = ()
    """Conditions that the reader cannot remove."""
    neighbours: Callable[[], list[Neighbour]] = _nobody
    links: tuple[tuple[str, str], ...] = ()
    """More places for those who come through this door: label and address."""

    def has(self, page: str) -> bool:
        return page in self.pages
