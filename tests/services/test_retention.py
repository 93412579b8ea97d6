"""How long hits are kept."""

from datetime import UTC, datetime

import pytest

from umami_django.services.retention import Due, Kept, cut, due, months_kept


def at(year: int, month: int, day: int = 1, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        (at(2026, 3, 1), 1, at(2026, 2)),
        (at(2026, 3, 31, 23), 1, at(2026, 2)),
        (at(2026, 1, 15), 1, at(2025, 12)),
        (at(2026, 1, 15), 12, at(2025, 1)),
        (at(2026, 12, 31), 13, at(2025, 11)),
        (datetime.fromisoformat("2026-03-01T01:00:00+02:00"), 1, at(2026, 1)),  # still February in UTC
    ],
)
def test_the_cut_is_the_start_of_a_month(now: datetime, months: int, expected: datetime) -> None:
    assert cut(now, months) == expected


@pytest.mark.parametrize(
    ("own", "default", "expected"),
    [(None, None, None), (None, 6, 6), (3, 6, 3), (0, 6, None), (24, None, 24)],
)
def test_what_a_website_says_goes_before_the_installation(
    own: int | None, default: int | None, expected: int | None
) -> None:
    assert months_kept(own, default) == expected


def test_websites_are_due_that_have_a_month_to_give_up() -> None:
    websites = [
        Kept(1),
        Kept(2, keep_months=0),
        Kept(3, keep_months=1),
        Kept(4, kept_from=at(2025, 12)),
        Kept(5, kept_from=at(2025, 11)),
    ]
    now = at(2026, 3, 15)
    assert due(websites, now, 3) == [Due(1, at(2025, 12)), Due(3, at(2026, 2)), Due(5, at(2025, 12))]
    assert due(websites, now, None) == [Due(3, at(2026, 2))]
