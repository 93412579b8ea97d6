"""What there is to see on an invented site: pages, their links, ways in, events. Nothing here knows of people or time.

Everything that a hit's row says of the site is one of a few ten thousand *sights*, known before the first visit.
Then a hit is four numbers and the number of its sight, which is what lets millions be made in a minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any

from ..domain.hits import Client, Location
from ..domain.vocabulary import HitKind
from ..ingest.location import location
from . import audience

MAIN_PAGES = (
    ("/", "Example"),
    ("/pricing", "Pricing"),
    ("/docs", "Documentation"),
    ("/blog", "Blog"),
    ("/features", "Features"),
    ("/docs/install", "Install"),
    ("/blog/hello-world", "Hello, world"),
    ("/about", "About us"),
    ("/docs/api", "API"),
    ("/contact", "Contact"),
    ("/search?q=django", "Search"),
    ("/blog?page=2", "Blog, page 2"),
)
EVENTS: Sequence[tuple[str, Sequence[Mapping[str, Any] | None]]] = (
    ("signup-button", ({"plan": "pro", "price": 49.5}, {"plan": "free", "price": 0})),
    ("download-button", ({"format": "zip"}, {"format": "tar.gz"})),
    ("newsletter", (None,)),
    ("outbound-link", ({"url": "https://www.djangoproject.com/"}, {"url": "https://docs.python.org/"})),
    ("purchase", ({"revenue": 19.99, "currency": "EUR", "items": [1, 2]}, {"revenue": 5, "currency": "USD"})),
    ("video", ({"played": True, "seconds": 31},)),
)
MOST_PAGES, FEWEST_PAGES, PAGEVIEWS_A_PAGE = 5_000, 36, 2_000
WAYS_IN, FACES, LINKS_A_PAGE = 40_000, 4_000, 16
QUERIED = 0.1
"""How many of the pages have a query in their address."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a hit says of the site, whoever saw it."""

    page: int
    kind: HitKind
    location: Location
    title: str
    event_name: str | None = None
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Sights, and by their numbers how one leads to another."""

    hostname: str
    faces: Sequence[Client]
    """Clients, as often as they are met: choose evenly."""
    sights: list[Sight] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    """The page of each sight."""
    ways_in: list[int] = field(default_factory=list)
    """The first sight of a visit, as often as it happens: choose evenly."""
    links: list[list[int]] = field(default_factory=list)
    """By page: what is seen next."""
    events: list[list[int]] = field(default_factory=list)
    """By page: what may be done there."""


def invented_site(hostname: str, pageviews: int, chance: Random) -> Site:
    """A site that is large enough for so many *pageviews*; some pages far more popular than most (Zipf)."""
    ways_in = min(WAYS_IN, max(500, pageviews // 10))
    site = Site(hostname, [audience.client(chance) for _ in range(min(FACES, ways_in))])
    pages = _pages(min(MOST_PAGES, max(FEWEST_PAGES, pageviews // PAGEVIEWS_A_PAGE)), chance)
    popularity = list(accumulate(1 / (rank + 1) for rank in range(len(pages))))

    def popular(count: int) -> list[int]:
        return chance.choices(range(len(pages)), cum_weights=popularity, k=count)

    def shown(page: int, referrer: str, carried: str = "") -> Sight:
        url, title = pages[page]
        whole = f"{url}{'&' if '?' in url else '?'}{carried}" if carried else url
        return Sight(page, HitKind.PAGEVIEW, location(whole, referrer, hostname), title)

    numbers: dict[tuple[int, str, str], int] = {}
    for page in popular(ways_in):
        referrer, carried = audience.way(chance)
        if (page, referrer, carried) not in numbers:
            numbers[page, referrer, carried] = len(site.sights)
            _numbered(site, [shown(page, referrer, carried)])
        site.ways_in.append(numbers[page, referrer, carried])
    for page, (url, title) in enumerate(pages):
        here = f"https://{hostname}{url}"
        site.links.append(_numbered(site, [shown(target, here) for target in popular(LINKS_A_PAGE)]))
        name, documents = EVENTS[page % len(EVENTS)]
        place = location(url, None, hostname)
        doings = [Sight(page, HitKind.EVENT, place, title, name, data) for data in documents]
        site.events.append(_numbered(site, doings))
    return site


def _pages(count: int, chance: Random) -> list[tuple[str, str]]:
    """Addresses with their titles, the most popular first."""
    pages = list(MAIN_PAGES[:count])
    for number in range(count - len(pages)):
        year, month = 2024 + number % 3, number // 3 % 12 + 1
        url = f"/blog/{year}/{month:02}/note-{number + 1}"
        if chance.random() < QUERIED:
            url += f"?lang={chance.choice(('en', 'de', 'fr'))}"
        pages.append((url, f"Note {number + 1}"))
    return pages


def _numbered(site: Site, sights: list[Sight]) -> list[int]:
    first = len(site.sights)
    site.sights.extend(sights)
    site.pages.extend(sight.page for sight in sights)
    return list(range(first, len(site.sights)))
