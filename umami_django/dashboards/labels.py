"""Stored names as people read them (v1 reference 5.1, v3 reference 3.12)."""

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
            return _with_flag(name)
        case _:
            return name or _("(none)")


def _with_flag(code: str) -> str:
    """The country's code after its flag, which is made of letters and needs no picture."""
    if len(code) != 2 or not code.isalpha():
        return code
    flag = "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code.upper())
    return f"{flag} {code}"
