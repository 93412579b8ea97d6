"""Who visits an invented site: browsers, places, ways to come. What they look at is in `site`."""

from random import Random

from ..domain.hits import Client

CLIENTS = (
    (Client("chrome", "Windows 10", "desktop", "1920x1080"), 20),
    (Client("chrome", "Android OS", "mobile", "412x915"), 17),
    (Client("ios", "iOS", "mobile", "390x844"), 16),
    (Client("safari", "Mac OS", "laptop", "1440x900"), 12),
    (Client("firefox", "Linux", "desktop", "2560x1440"), 7),
    (Client("edge-chromium", "Windows 10", "laptop", "1536x864"), 8),
    (Client("firefox", "Windows 10", "desktop", "1920x1080"), 6),
    (Client("samsung", "Android OS", "mobile", "360x800"), 4),
    (Client("chrome", "Mac OS", "laptop", "1512x982"), 4),
    (Client("crios", "iOS", "mobile", "393x852"), 2),
    (Client("chrome", "Windows 7", "desktop", "1366x768"), 1),
    (Client("opera", "Windows 10", "desktop", "1920x1080"), 1),
    (Client("ios", "iOS", "tablet", "820x1180"), 1),
    (Client("chrome", "Chrome OS", "laptop", "1366x768"), 1),
)
PLACES = (
    (("US", "en-US", (("US-CA", "Los Angeles"), ("US-NY", "New York"), ("US-TX", "Austin"))), 30),
    (("DE", "de-DE", (("DE-BE", "Berlin"), ("DE-BY", "Munich"), ("DE-HH", "Hamburg"))), 17),
    (("GB", "en-GB", (("GB-ENG", "London"), ("GB-SCT", "Edinburgh"))), 11),
    (("FR", "fr-FR", (("FR-IDF", "Paris"), ("FR-ARA", "Lyon"))), 8),
    (("IN", "en-IN", (("IN-MH", "Mumbai"), ("IN-KA", "Bengaluru"))), 8),
    (("NL", "nl-NL", (("NL-NH", "Amsterdam"),)), 6),
    (("BR", "pt-BR", (("BR-SP", "São Paulo"),)), 6),
    (("JP", "ja-JP", (("JP-13", "Tokyo"), ("JP-27", "Osaka"))), 5),
    (("CA", "en-CA", (("CA-ON", "Toronto"), ("CA-QC", "Montreal"))), 5),
    (("ES", "es-ES", (("ES-MD", "Madrid"),)), 4),
    (("IT", "it-IT", (("IT-25", "Milan"),)), 3),
    (("PL", "pl-PL", (("PL-14", "Warsaw"),)), 3),
    (("AU", "en-AU", (("AU-NSW", "Sydney"),)), 3),
    (("SE", "sv-SE", (("SE-AB", "Stockholm"),)), 2),
    (("CH", "de-CH", (("CH-ZH", "Zurich"),)), 2),
)
WAYS = (
    ("", "", 40),
    ("https://www.google.com/", "", 22),
    ("https://news.ycombinator.com/", "", 6),
    ("https://duckduckgo.com/", "", 5),
    ("https://github.com/", "", 5),
    ("https://t.co/x1", "", 4),
    ("https://www.reddit.com/r/django/", "", 3),
    ("https://lobste.rs/", "", 2),
    ("https://www.bing.com/", "", 2),
    ("", "utm_source=newsletter&utm_medium=email&utm_campaign=november", 3),
    (
        "https://www.google.com/",
        "utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_term=analytics&gclid=x",
        2,
    ),
    (
        "https://www.linkedin.com/",
        "utm_source=linkedin&utm_medium=social&utm_campaign=launch&utm_content=post-1",
        2,
    ),
    ("https://www.youtube.com/", "", 1),
)
"""Referrer, what the address carries, how often."""
OTHER_SITES = 300
OTHER_SITES_SHARE = 8


def client(chance: Random) -> Client:
    """Somebody's browser and place."""
    machine: Client = chance.choices(CLIENTS[:], [weight for _, weight in CLIENTS])[0][0]
    country, language, cities = chance.choices(PLACES, [weight for _, weight in PLACES])[0][0]
    region, city = chance.choice(cities)
    return Client(
        machine.browser, machine.os, machine.device, machine.screen, language, country, region, city
    )


def way(chance: Random) -> tuple[str, str]:
    """The referrer somebody comes with, and what the address carries (utm fields, a click id)."""
    total = sum(weight for _, _, weight in WAYS)
    if chance.random() * (total + OTHER_SITES_SHARE) >= total:
        number = int(OTHER_SITES ** chance.random())
        return f"https://blog-{number}.example.org/links", ""
    referrer, carried, _ = chance.choices(WAYS, [weight for _, _, weight in WAYS])[0]
    return referrer, carried
