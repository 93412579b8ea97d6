"""When a week or month is over, by the clocks of the website."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from umami_django.domain.reports import ReportPeriod, days_before, finished_days

WEEKLY, MONTHLY = ReportPeriod.WEEKLY, ReportPeriod.MONTHLY
LAST_WEEK = (date(2026, 3, 9), date(2026, 3, 15))
WEEK_BEFORE = (date(2026, 3, 2), date(2026, 3, 8))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("period", "now", "zone", "days"),
    [
        (WEEKLY, "2026-03-16T00:14", "UTC", WEEK_BEFORE),
        (WEEKLY, "2026-03-16T00:15", "UTC", LAST_WEEK),
        (WEEKLY, "2026-03-22T23:59", "UTC", LAST_WEEK),
        (WEEKLY, "2026-03-15T23:15", "Europe/Berlin", LAST_WEEK),
        (WEEKLY, "2026-03-16T03:00", "America/New_York", WEEK_BEFORE),
        (WEEKLY, "2026-03-16T04:15", "America/New_York", LAST_WEEK),
        (MONTHLY, "2026-03-01T00:14", "UTC", JANUARY),
        (MONTHLY, "2026-03-01T00:15", "UTC", FEBRUARY),
        (MONTHLY, "2026-03-31T22:00", "UTC", FEBRUARY),
        (MONTHLY, "2026-02-28T15:15", "Asia/Tokyo", FEBRUARY),
        (MONTHLY, "2026-01-05T12:00", "UTC", (date(2025, 12, 1), date(2025, 12, 31))),
    ],
)
def test_the_last_one_that_is_over(
    period: ReportPeriod, now: str, zone: str, days: tuple[date, date]
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert finished_days(period, moment, ZoneInfo(zone)) == days


def test_the_one_before() -> None:
    assert days_before(WEEKLY, LAST_WEEK[0]) == WEEK_BEFORE
    assert days_before(MONTHLY, date(2026, 3, 1)) == FEBRUARY
    assert days_before(MONTHLY, FEBRUARY[0]) == JANUARY
