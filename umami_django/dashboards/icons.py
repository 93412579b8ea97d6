"""Which of our own small pictures stands beside a value: flags of countries, browsers, systems, devices."""

from dataclasses import dataclass

from ..domain.vocabulary import Metric

PLACES = frozenset({Metric.COUNTRY, Metric.REGION, Metric.CITY})
BROWSERS = {
    "chrome": "chrome chromium-webview crios",
    "firefox": "firefox fxios",
    "safari": "safari ios ios-webview",
    "edge": "edge edge-chromium edge-ios",
    "opera": "opera opera-mini",
    "samsung": "samsung",
    "android": "android",
    "facebook": "facebook",
    "instagram": "instagram",
}
SYSTEMS = {
    "apple": "iOS|Mac OS|macOS",
    "windows": "Windows 10|Windows 11|Windows 8|Windows 8.1|Windows 7|Windows Vista|Windows XP|Windows Server 2003",
    "android": "Android OS|Android",
    "linux": "Linux",
    "chrome": "Chrome OS",
}
NAMES = {
    Metric.BROWSER: {name: icon for icon, names in BROWSERS.items() for name in names.split()},
    Metric.OS: {name: icon for icon, names in SYSTEMS.items() for name in names.split("|")},
    Metric.DEVICE: {name: name for name in ("desktop", "laptop", "mobile", "tablet")},
}


@dataclass(frozen=True, slots=True)
class Icon:
    """A flag (by the country's code in small letters), or a picture of our sheet."""

    name: str
    is_flag: bool = False


def icon_of(metric: Metric, name: str | None, country: str | None = None) -> Icon | None:
    """The picture for a value; None where there is none."""
    if metric in PLACES:
        code = (name if metric is Metric.COUNTRY else country) or ""
        return (
            Icon(code.lower(), is_flag=True) if len(code) == 2 and code.isascii() and code.isalpha() else None
        )
    picture = NAMES.get(metric, {}).get(name or "")
    return Icon(picture) if picture else None
