"""Stored names as people read them (v1 reference 5.1, v3 reference 3.12)."""

from functools import lru_cache
from importlib.resources import files

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..domain.vocabulary import Metric

BROWSERS = {
    "aol": "AOL",
    "android": "Android",
    "bb10": "BlackBerry 10",
    "beaker": "Beaker",
    "chrome": "Chrome",
    "chromium-webview": "Chrome (webview)",
    "crios": "Chrome (iOS)",
    "edge": "Edge",
    "edge-chromium": "Edge (Chromium)",
    "edge-ios": "Edge (iOS)",
    "facebook": "Facebook",
    "firefox": "Firefox",
    "fxios": "Firefox (iOS)",
    "ie": "IE",
    "instagram": "Instagram",
    "ios": "Safari (iOS)",
    "ios-webview": "iOS (webview)",
    "kakaotalk": "KaKaoTalk",
    "miui": "MIUI",
    "opera": "Opera",
    "opera-mini": "Opera Mini",
    "phantomjs": "PhantomJS",
    "safari": "Safari",
    "samsung": "Samsung",
    "searchbot": "Searchbot",
    "silk": "Silk",
    "yandexbrowser": "Yandex",
}
SYSTEMS = {"Android OS": "Android", "Mac OS": "macOS", "Windows 10": "Windows 10/11"}


def shown_name(metric: Metric, name: str | None) -> str:
    """The label of a stored *name*; unknown ones are shown as they are."""
    if name is None:
        return _("Unknown")
    match metric:
        case Metric.BROWSER:
            return BROWSERS.get(name, name)
        case Metric.OS:
            return SYSTEMS.get(name, name)
        case Metric.DEVICE:
            return name.capitalize()
        case Metric.COUNTRY:
            return country_names().get(name, name)
        case _:
            return name or _("(none)")


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """The English name of each ISO 3166 code, from the table that the time zone data brings along."""
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name for code, name, *_ in lines}


def grouped(count: int) -> str:
    """`12,345`, as the reader's language groups digits."""
    return number_format(count, force_grouping=True)
