"""How numbers read: counts, rates, durations and how they changed."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..domain.answers import Summary

DASH = "–"  # noqa: RUF001
TITLES: dict[str, Any] = {
    "visitors": gettext_lazy("Visitors"),
    "visits": gettext_lazy("Visits"),
    "pageviews": gettext_lazy("Pageviews"),
    "pages_per_visit": gettext_lazy("Pages per visit"),
    "bounce_rate": gettext_lazy("Bounce rate"),
    "visit_duration": gettext_lazy("Visit duration"),
}
"""What the cards are called; in the order in which they stand."""

LESS_IS_BETTER = frozenset({"bounce_rate"})


@dataclass(frozen=True, slots=True)
class Change:
    """How a number changed; `good` says whether that is one to be glad of (None: neither)."""

    text: str
    good: bool | None


def value_of(card: str, numbers: Summary) -> float | None:
    """The number that *card* shows; None where there were no visits to take it of. Rates in percent, times in s."""
    match card:
        case "visitors":
            return numbers.visitors
        case "visits":
            return numbers.visits
        case "pageviews":
            return numbers.pageviews
        case "pages_per_visit":
            return numbers.pages_per_visit
        case "bounce_rate":
            return None if numbers.bounce_rate is None else 100 * numbers.bounce_rate
        case _:
            return numbers.visit_seconds


def written(card: str, value: float | None) -> str:
    """The number in full."""
    if value is None:
        return DASH
    match card:
        case "pages_per_visit":
            return decimal(value, 2)
        case "bounce_rate":
            return percent(decimal(value, 0))
        case "visit_duration":
            return duration(value)
        case _:
            return grouped(round(value))


def short(card: str, value: float | None) -> str:
    """The number in little room: `12.3k`, `1.2M`."""
    if value is None or card in ("pages_per_visit", "bounce_rate", "visit_duration") or value < 10_000:
        return written(card, value)
    return (
        millions(decimal(value / 1_000_000, 1)) if value >= 999_950 else thousands(decimal(value / 1000, 1))
    )


def change(card: str, now: float | None, before: float | None) -> Change:
    """How *now* differs from *before*: in percent, rates in percentage points."""
    if now is None or before is None:
        return Change("", None)
    if card == "bounce_rate":
        points = round(now - before)
        # Translators: percentage points
        return _change(points, _("%s pp") % _signed(points), card)
    if not before:
        return Change(_("new"), True) if now else Change("", None)
    amount = round(100 * (now - before) / before)
    return _change(amount, percent(_signed(amount)), card)


def duration(seconds: float) -> str:
    """`3m 05s`, `2h 10m`, `5d 3h`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return _("%(days)dd %(hours)dh") % {"days": hours // 24, "hours": hours % 24}
    if hours:
        return _("%(hours)dh %(minutes)02dm") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)dm %(seconds)02ds") % {"minutes": minutes, "seconds": rest}
    return _("%(number)ss") % {"number": rest}


def share(count: float, of: float) -> str:
    """*count* as a part of *of*, in percent; less than one is not rounded away."""
    if not of:
        return ""
    part = 100 * count / of
    if part >= 99.95:
        return percent("100")
    return percent(decimal(part, 1 if part < 9.95 else 0))


def grouped(count: int) -> str:
    """`12,345`, as the reader's language groups digits."""
    return number_format(count, force_grouping=True)


def decimal(value: float, places: int) -> str:
    """*value* in the reader's language, rounded: Django's own format cuts digits off."""
    return number_format(round(value, places), places, force_grouping=True)


def percent(number: str) -> str:
    """`12 %`, as the reader's language has it."""
    return _("%(number)s %%") % {"number": number}


def thousands(number: str) -> str:
    """`12k`."""
    return _("%(number)sk") % {"number": number}


def millions(number: str) -> str:
    """`12M`."""
    return _("%(number)sM") % {"number": number}


def axis_words() -> dict[str, str]:
    """How numbers read beside the chart, for the script: each with `{}` where the number stands."""
    return {
        "percent": percent("{}"),
        "thousands": thousands("{}"),
        "millions": millions("{}"),
        "seconds": _("%(number)ss") % {"number": "{}"},
        "minutes": _("%(number)sm") % {"number": "{}"},
    }


def _change(amount: int, text: str, card: str) -> Change:
    return Change("", None) if amount == 0 else Change(text, (amount < 0) is (card in LESS_IS_BETTER))


def _signed(amount: int) -> str:
    return f"{'−' if amount < 0 else '+'}{grouped(abs(amount))}"  # noqa: RUF001


def share_of_width(count: int, most: int) -> int:
    """How long a bar is, in percent of the longest one."""
    return round(100 * count / most) if most else 0
