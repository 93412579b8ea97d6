"""What was filtered: how many hits of the last 30 days were not counted, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..ingest.pipeline import Reason
from ..services.refusals import NO_WEBSITE, flush, refused_by
from .dates import WEEKDAY, dated
from .numbers import grouped, share_of_width

DAYS = 30
REASONS: dict[str, tuple[str | Promise, str | Promise]] = {
    Reason.BOT: (_("Bots"), _("programs that say so in their user agent")),
    Reason.BLOCKED_ADDRESS: (_("Addresses"), _("from an excluded address or network")),
    Reason.NO_USER_AGENT: (_("No user agent"), _("every browser has one")),
    Reason.UNKNOWN_WEBSITE: (_("Unknown website"), _("an old or wrong tracking code, or somebody tries ids")),
    Reason.EXCLUDED_HOSTNAME: (_("Hostnames"), _("pages of another host than those that are wanted")),
    Reason.EXCLUDED_PATH: (_("Paths"), _("pages under an excluded path")),
    Reason.DO_NOT_TRACK: (_("Do not track"), _("visitors whose browser asks for it")),
    Reason.RATE_LIMITED: (_("Too many"), _("more from one address than UMAMI['COLLECT_RATE'] allows")),
    Reason.PRUNED_PERIOD: (_("Too old"), _("of a time whose hits were pruned already")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; percent of the longest."""

    name: str
    hint: str
    count: str
    percent: int


@dataclass(frozen=True, slots=True)
class Filtered:
    """Everything the page shows."""

    total: int
    days: int
    by_reason: list[Row]
    by_day: list[Row]


def filtered(website_ids: Iterable[int], now: datetime) -> Filtered:
    """The last 30 UTC days of these websites. Two queries, and what this process still holds is written down first."""
    flush()
    last = now.date()
    first = last - timedelta(days=DAYS - 1)
    ids = list(website_ids)
    reasons = [(item.name, item.count) for item in refused_by("reason", ids, first, last)]
    counts = {item.name: item.count for item in refused_by("day", ids, first, last)}
    days = [last - timedelta(days=back) for back in range(DAYS)]
    return Filtered(
        total=sum(count for _name, count in reasons),
        days=DAYS,
        by_reason=_rows([(*_words(name), count) for name, count in reasons]),
        by_day=_rows([(_day(day), "", counts.get(day.isoformat(), 0)) for day in days]),
    )


def with_unknown(website_ids: Iterable[int]) -> list[int]:
    """These websites and the hits for none that there is."""
    return [*website_ids, NO_WEBSITE]


def _words(reason: str) -> tuple[str, str]:
    name, hint = REASONS.get(reason, (reason, ""))
    return str(name), str(hint)


def _day(day: date) -> str:
    return dated(day, WEEKDAY)


def _rows(named: list[tuple[str, str, int]]) -> list[Row]:
    most = max((count for _name, _hint, count in named), default=0)
    return [Row(name, hint, grouped(count), share_of_width(count, most)) for name, hint, count in named]
