"""Browser, operating system and device as Umami names them.

Ordered tables on the raw user agent, first match wins (v1 reference 5); the library ua-parser where no rule fits.
Nothing is compiled or opened before the first user agent comes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LONGEST = 1000
NAME_LENGTH = 20

BROWSERS = (
    ("aol", r"AOLShield/[0-9._]+"),
    ("edge", r"Edge/[0-9._]+"),
    ("edge-ios", r"EdgiOS/[0-9._]+"),
    ("yandexbrowser", r"YaBrowser/[0-9._]+"),
    ("kakaotalk", r"KAKAOTALK\s[0-9.]+"),
    ("samsung", r"SamsungBrowser/[0-9.]+"),
    ("silk", r"\bSilk/[0-9._-]+\b"),
    ("miui", r"MiuiBrowser/[0-9.]+$"),
    ("beaker", r"BeakerBrowser/[0-9.]+"),
    ("edge-chromium", r"EdgA?/[0-9.]+"),
    ("chromium-webview", r"wv\).*Chrom(e|ium)/[0-9.]+(:?\s|$)"),
    ("chrome", r"(?!Chrom.*OPR)Chrom(e|ium)/[0-9.]+(:?\s|$)"),
    ("phantomjs", r"PhantomJS/[0-9.]+(:?\s|$)"),
    ("crios", r"CriOS/[0-9.]+(:?\s|$)"),
    ("firefox", r"Firefox/[0-9.]+(\s|$)"),
    ("fxios", r"FxiOS/[0-9.]+"),
    ("opera-mini", r"Opera Mini.*Version/[0-9.]+"),
    ("opera", r"Opera/[0-9.]+(\s|$)"),
    ("opera", r"OPR/[0-9.]+(:?\s|$)"),
    ("pie", r"^Microsoft Pocket Internet Explorer/\d+\.\d+$"),
    ("pie", r"^Mozilla/\d\.\d+\s\(compatible;\s(MSP?IE|MSInternet Explorer) \d+\.\d+;.*Windows CE.*\)$"),
    ("netfront", r"^Mozilla/\d\.\d+.*NetFront/\d.\d"),
    ("ie", r"Trident/7\.0.*rv:[0-9.]+.*\).*Gecko$"),
    ("ie", r"MSIE\s[0-9.]+;.*Trident/[4-7].0"),
    ("ie", r"MSIE\s7\.0"),
    ("bb10", r"BB10;\sTouch.*Version/[0-9.]+"),
    ("android", r"Android\s[0-9.]+"),
    ("ios", r"Version/[0-9._]+.*Mobile.*Safari"),
    ("safari", r"Version/[0-9._]+.*Safari"),
    ("facebook", r"FB[AS]V/[0-9.]+"),
    ("instagram", r"Instagram\s[0-9.]+"),
    ("ios-webview", r"AppleWebKit/[0-9.]+.*Mobile"),
    ("ios-webview", r"AppleWebKit/[0-9.]+.*Gecko\)$"),
    ("curl", r"^curl/[0-9.]+$"),
    (
        "searchbot",
        r"alexa|bot|crawl(er|ing)|facebookexternalhit|feedburner|google web preview|nagios|postrank"
        r"|pingdom|slurp|spider|yahoo!|yandex",
    ),
)
"""Name and pattern; the rules of detect-browser 5.3 (MIT), letter case counts (v1 reference 5.1)."""

ALIASES = {"Mac OS X": "Mac OS", "Android": "Android OS"}
"""Systems that the library calls by another name than Umami."""

MOBILE, DESKTOP, NEITHER = "mobile", "desktop", "neither"

SYSTEMS = (
    ("iOS", r"iPhone|iPod|iPad", MOBILE),
    ("Android OS", r"Android", MOBILE),
    ("BlackBerry OS", r"BlackBerry|BB10", MOBILE),
    ("Windows Mobile", r"IEMobile", MOBILE),
    ("Amazon OS", r"Kindle", MOBILE),
    ("Windows 3.11", r"Win16", DESKTOP),
    ("Windows 95", r"Windows 95|Win95|Windows_95", DESKTOP),
    ("Windows 98", r"Windows 98|Win98", DESKTOP),
    ("Windows 2000", r"Windows NT 5.0|Windows 2000", DESKTOP),
    ("Windows XP", r"Windows NT 5.1|Windows XP", DESKTOP),
    ("Windows Server 2003", r"Windows NT 5.2", DESKTOP),
    ("Windows Vista", r"Windows NT 6.0", DESKTOP),
    ("Windows 7", r"Windows NT 6.1", DESKTOP),
    ("Windows 8", r"Windows NT 6.2", DESKTOP),
    ("Windows 8.1", r"Windows NT 6.3", DESKTOP),
    ("Windows 10", r"Windows NT 10.0", DESKTOP),
    ("Windows ME", r"Windows ME", DESKTOP),
    ("Windows CE", r"Windows CE|WinCE|Microsoft Pocket Internet Explorer", NEITHER),
    ("Open BSD", r"OpenBSD", DESKTOP),
    ("Sun OS", r"SunOS", DESKTOP),
    ("Chrome OS", r"CrOS", DESKTOP),
    ("Linux", r"Linux|X11", DESKTOP),
    ("Mac OS", r"Mac_PowerPC|Macintosh", DESKTOP),
    ("QNX", r"QNX", DESKTOP),
    ("BeOS", r"BeOS", DESKTOP),
    ("OS/2", r"OS/2", DESKTOP),
)
"""Name, pattern, and whether it is on the mobile or the desktop list (v1 reference 5.2)."""

_FAMILIES = {name: family for name, _, family in SYSTEMS}
_TABLET = r"iPad|Tablet|PlayBook|Silk(?!.*Mobile)|Kindle|Android(?!.*Mobile)"


@dataclass(frozen=True, slots=True)
class Agent:
    """What a user agent says of itself; None where nothing is known."""

    browser: str | None
    os: str | None


@lru_cache(maxsize=8192)
def agent(user_agent: str) -> Agent:
    """Browser and operating system behind *user_agent*, by the names that Umami stores."""
    text = user_agent[:LONGEST]
    if not text:
        return Agent(None, None)
    browser = next((name for name, pattern in _browsers() if pattern.search(text)), None)
    os = next((name for name, pattern in _systems() if pattern.search(text)), None)
    if browser is None or os is None:
        seen = _library(text)
        browser = browser or _family(seen.user_agent, lower=True)
        os = os or _family(seen.os, lower=False)
    return Agent(browser, os)


def device(os: str | None, screen: str | None, user_agent: str) -> str | None:
    """desktop, laptop, tablet or mobile, by system and screen (v1 reference 4.7); None when nothing is known.

    Without a screen, as in imported logs, by the user agent.
    """
    family = _FAMILIES.get(os or "", NEITHER)
    if not screen:
        return _device_without_screen(family, user_agent[:LONGEST])
    width_text = screen.partition("x")[0]
    width = int(width_text) if width_text.isascii() and width_text.isdigit() else None
    if family == DESKTOP:
        return "laptop" if os == "Chrome OS" or (width is not None and width < 1920) else "desktop"
    if family == MOBILE:
        return "tablet" if os == "Amazon OS" or (width is not None and width > 479) else "mobile"
    if width is None or width < 479:
        return "mobile"
    return "tablet" if width < 1024 else "laptop" if width < 1920 else "desktop"


def _device_without_screen(family: str, text: str) -> str | None:
    if family == MOBILE:
        return "tablet" if re.search(_TABLET, text) else "mobile"
    return "desktop" if family == DESKTOP else None


@lru_cache(maxsize=1)
def _browsers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern, re.ASCII)) for name, pattern in BROWSERS)


@lru_cache(maxsize=1)
def _systems() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern, _ in SYSTEMS)


def _library(text: str) -> Any:
    """What ua-parser makes of *text*; slow to open, so only when a first user agent needs it."""
    import ua_parser

    return ua_parser.parse(text)


def _family(found: Any, *, lower: bool) -> str | None:
    """The name that the library found, as Umami would write it; None for its `Other`."""
    family: str | None = getattr(found, "family", None)
    if not family or family == "Other":
        return None
    name = family.lower().replace(" ", "-") if lower else ALIASES.get(family, family)
    return name[:NAME_LENGTH]
