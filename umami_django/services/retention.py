"""How long hits are kept: which websites have older ones than they want, and from which month on they keep them.

Pure: nothing is deleted here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

FOR_EVER = 0
"""What a website says that keeps its hits whatever the installation does."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a website's hits."""

    website_id: int
    keep_months: int | None = None
    """What the website says; None: as the installation does."""
    kept_from: datetime | None = None
    """Before this, hits are gone already."""


@dataclass(frozen=True, slots=True)
class Due:
    """A website whose hits before *cut*, the start of a UTC month, are to go."""

    website_id: int
    cut: datetime


def months_kept(own: int | None, default: int | None) -> int | None:
    """How many whole months a website keeps besides the current one; None for ever. What it says itself goes before the
    *default* of the installation; 0 says: for ever."""
    months = default if own is None else own
    return None if months is None or months == FOR_EVER else months


def cut(now: datetime, months: int) -> datetime:
    """The start of the UTC month *months* before the one that *now* is in: hits from then on are kept.

    With 1, on any day of March, it is the first of February.
    """
    number = 12 * now.astimezone(UTC).year + now.astimezone(UTC).month - 1 - months
    return datetime(max(number // 12, 1), number % 12 + 1, 1, tzinfo=UTC)


def due(websites: Iterable[Kept], now: datetime, default: int | None) -> list[Due]:
    """The websites that have a month to give up, in the order given."""
    found = []
    for website in websites:
        months = months_kept(website.keep_months, default)
        if months is None:
            continue
        at = cut(now, months)
        if website.kept_from is None or website.kept_from < at:
            found.append(Due(website.website_id, at))
    return found
