"""Traffic that could be real: a daily and weekly rhythm, few popular pages and many others, people who return."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from umami_django.domain.hits import Client, Hit
from umami_django.domain.vocabulary import HitKind
from umami_django.ingest.identity import month_number, session_key, visit_by_hour
from umami_django.ingest.location import location
from umami_django.ingest.properties import properties

HOSTNAME = "example.com"
VISITS_A_DAY = 190
PAGES = (
    "/",
    "/pricing",
    "/docs",
    "/blog",
    "/features",
    "/docs/install",
    "/blog/hello-world",
    "/about",
    "/docs/api",
    "/contact",
    *(f"/blog/{year}/{number:02}" for year in (2025, 2026) for number in range(1, 13)),
)
REFERRERS = (
    ("", 46),
    ("https://www.google.com/", 24),
    ("https://news.ycombinator.com/", 8),
    ("https://duckduckgo.com/", 6),
    ("https://github.com/", 5),
    ("https://t.co/x1", 4),
    ("https://www.reddit.com/r/django/", 4),
    ("https://lobste.rs/", 3),
)
CLIENTS = (
    (Client("chrome", "Windows 10", "desktop", "1920x1080"), 24),
    (Client("chrome", "Android OS", "mobile", "412x915"), 18),
    (Client("ios", "iOS", "mobile", "390x844"), 17),
    (Client("safari", "Mac OS", "laptop", "1440x900"), 13),
    (Client("firefox", "Linux", "desktop", "2560x1440"), 9),
    (Client("edge-chromium", "Windows 10", "laptop", "1536x864"), 8),
    (Client("firefox", "Windows 10", "desktop", "1920x1080"), 7),
    (Client("samsung", "Android OS", "mobile", "360x800"), 4),
)
PLACES = (
    (("US", "US-CA", "San Francisco", "en-US"), 16),
    (("US", "US-NY", "New York", "en-US"), 14),
    (("DE", "DE-BE", "Berlin", "de-DE"), 10),
    (("DE", "DE-BY", "Munich", "de-DE"), 7),
    (("GB", "GB-ENG", "London", "en-GB"), 11),
    (("FR", "FR-IDF", "Paris", "fr-FR"), 8),
    (("IN", "IN-KA", "Bengaluru", "en-IN"), 8),
    (("NL", "NL-NH", "Amsterdam", "nl-NL"), 6),
    (("BR", "BR-SP", "São Paulo", "pt-BR"), 6),
    (("JP", "JP-13", "Tokyo", "ja-JP"), 5),
    (("CA", "CA-ON", "Toronto", "en-CA"), 5),
    (("ES", "ES-MD", "Madrid", "es-ES"), 4),
    (("SG", None, "Singapore", "en-SG"), 2),
)
CAMPAIGNS = (
    ("", 86),
    ("utm_source=newsletter&utm_medium=email&utm_campaign=november", 8),
    ("utm_source=hn&utm_medium=social&utm_campaign=launch", 4),
    ("utm_source=partner&utm_medium=referral&utm_campaign=launch&utm_content=banner", 2),
)
TITLES = {
    "/": "Example",
    "/pricing": "Pricing",
    "/docs": "Documentation",
    "/blog": "Blog",
    "/features": "Features",
}
EVENTS = (("signup-button", {"plan": "pro"}), ("download-button", {"format": "zip"}), ("newsletter", {}))
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 11, 14, 15, 14, 13, 14, 15, 15, 14, 12, 11, 11, 10, 8, 6, 4)
"""How busy each hour of the day is, compared with the others (UTC)."""


def believable_traffic(
    website_id: int, now: datetime, *, days: int = 90, seed: int = 7
) -> Iterator[list[Hit]]:
    """The hits of each of the last *days* days, oldest day first; nothing later than *now*. The same for a seed."""
    chance = random.Random(seed)
    people = [_person(chance) for _ in range(VISITS_A_DAY * 8)]
    weights = [1 / (rank + 1) for rank in range(len(PAGES))]
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    for day in range(days):
        midnight = first + timedelta(days=day)
        weekend = 0.62 if midnight.weekday() >= 5 else 1.0
        growth = 0.7 + 0.5 * day / days
        visits = int(VISITS_A_DAY * weekend * growth * chance.uniform(0.85, 1.2))
        hits = []
        for _ in range(visits):
            hour = chance.choices(range(24), HOURS)[0]
            moment = midnight + timedelta(hours=hour, seconds=chance.uniform(0, 3600))
            hits += _visit(chance, website_id, chance.choice(people), moment, weights)
        yield sorted((hit for hit in hits if hit.created_at <= now), key=lambda hit: hit.created_at)


def _person(chance: random.Random) -> tuple[int, Client]:
    client: Client = _weighted(chance, CLIENTS)
    country, region, city, language = _weighted(chance, PLACES)
    whole = replace(client, language=language, country=country, region=region, city=city)
    return chance.getrandbits(100), whole


def _visit(
    chance: random.Random, website_id: int, person: tuple[int, Client], moment: datetime, weights: list[float]
) -> Iterator[Hit]:
    number, client = person
    uuid = UUID(int=number << 16 | month_number(moment) & 0xFFFF)
    key = session_key(uuid)
    visit_id = visit_by_hour(key, moment)
    referrer: str = _weighted(chance, REFERRERS)
    pages = 1 if chance.random() < 0.42 else chance.randint(2, 7)
    for position, url in enumerate(chance.choices(PAGES, weights, k=pages)):
        came_from = referrer if position == 0 else ""
        campaign = _weighted(chance, CAMPAIGNS) if position == 0 else ""
        address = f"{url}?{campaign}" if campaign else url
        common = {
            "website_id": website_id,
            "session_id": key,
            "session_uuid": uuid,
            "visit_id": visit_id,
            "client": client,
            "hostname": HOSTNAME,
        }
        yield Hit(
            kind=HitKind.PAGEVIEW,
            created_at=moment,
            location=location(address, came_from, HOSTNAME),
            title=TITLES.get(url),
            **common,
        )
        if chance.random() < 0.07:
            name, data = chance.choices(EVENTS, (5, 3, 2))[0]
            yield Hit(
                kind=HitKind.EVENT,
                created_at=moment + timedelta(seconds=5),
                location=location(url, None, HOSTNAME),
                event_name=name,
                event_data=str(data).replace("'", '"') if data else None,
                properties=properties(data),
                **common,
            )
        moment += timedelta(seconds=chance.lognormvariate(3.4, 0.9))


def _weighted(chance: random.Random, choices: tuple) -> object:
    values, weights = zip(*choices, strict=True)
    return chance.choices(values, weights)[0]
