"""Which stretches of time are summed up in a report by e-mail, and when each is over. Days are those of a website."""

from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

LATE = timedelta(minutes=15)
"""So long after midnight a day's hits are awaited: a journal may be behind a little."""

Days = tuple[date, date]
"""The first and the last day, both included."""


class ReportPeriod(StrEnum):
    """What a report is about."""

    WEEKLY = "weekly"
    """Monday to Sunday."""
    MONTHLY = "monthly"


def finished_days(period: ReportPeriod, now: datetime, tz: tzinfo) -> Days:
    """The last week or month that is over at *now* by the clocks of *tz*."""
    today = (now - LATE).astimezone(tz).date()
    first = (
        today.replace(day=1) if period is ReportPeriod.MONTHLY else today - timedelta(days=today.weekday())
    )
    return days_before(period, first)


def days_before(period: ReportPeriod, first: date) -> Days:
    """The week or month that ends on the day before *first*."""
    last = first - timedelta(days=1)
    return (last.replace(day=1) if period is ReportPeriod.MONTHLY else first - timedelta(days=7)), last
