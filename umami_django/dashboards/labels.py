"""Stored names as people read them (v1 reference 5.1, v3 reference 3.12)."""

import json
from functools import lru_cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from ..domain.channels import Channel
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
CHANNELS: dict[str, Promise] = {
    Channel.DIRECT: gettext_lazy("Direct"),
    Channel.PAID_ADS: gettext_lazy("Paid ads"),
    Channel.REFERRAL: gettext_lazy("Referral"),
    Channel.AFFILIATE: gettext_lazy("Affiliate"),
    Channel.SMS: gettext_lazy("SMS"),
    Channel.EMAIL: pgettext_lazy("channel", "Email"),
    Channel.ORGANIC_SEARCH: gettext_lazy("Organic search"),
    Channel.PAID_SEARCH: gettext_lazy("Paid search"),
    Channel.ORGANIC_SOCIAL: gettext_lazy("Organic social"),
    Channel.PAID_SOCIAL: gettext_lazy("Paid social"),
    Channel.ORGANIC_SHOPPING: gettext_lazy("Organic shopping"),
    Channel.PAID_SHOPPING: gettext_lazy("Paid shopping"),
    Channel.ORGANIC_VIDEO: gettext_lazy("Organic video"),
    Channel.PAID_VIDEO: gettext_lazy("Paid video"),
}
DEVICES = {
    "desktop": gettext_lazy("Desktop"),
    "laptop": gettext_lazy("Laptop"),
    "tablet": gettext_lazy("Tablet"),
    "mobile": gettext_lazy("Mobile"),
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
            return str(DEVICES.get(name, name.capitalize()))
        case Metric.CHANNEL:
            return str(CHANNELS.get(name, name))
        case Metric.LANGUAGE:
            return language_name(name)
        case Metric.COUNTRY:
            return country_name(name)
        case _:
            return name or _("(none)")


def country_name(code: str) -> str:
    """The name of an ISO 3166 code in the reader's language, or else in English; an unknown code as it is."""
    names, language = _country_names(), (get_language() or "en").lower()
    spoken = next(each for each in (language, language.partition("-")[0], "en") if each in names)
    return names[spoken].get(code, code)


def language_name(tag: str) -> str:
    """`German (AT)` for `de-AT`; the tag itself where Django does not know the language."""
    language, _separator, rest = tag.partition("-")
    try:
        name = str(get_language_info(language.lower())["name_translated"])
    except KeyError:
        return tag
    return f"{name} ({rest.upper()})" if rest else name


@lru_cache(maxsize=1)
def _country_names() -> dict[str, dict[str, str]]:
    """By language and code: what `scripts/countries.py` took from Unicode's CLDR."""
    names: dict[str, dict[str, str]] = json.loads(
        (Path(__file__).parent / "countries.json").read_text("utf-8")
    )
    return names
