"""A Monday morning, an installation that knows where it is, and a reader who waits for a report."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from umami_django.models import Account, ReportSubscription, Website

MONDAY = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
"""The week of March 9 is over; stories of traffic begin in it, on the Tuesday."""
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

Subscribe = Callable[..., ReportSubscription]


@pytest.fixture(autouse=True)
def _somewhere(settings: Any) -> None:
    settings.UMAMI = {**settings.UMAMI, "BASE_URL": "https://stats.example.org"}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY)
    return MONDAY


@pytest.fixture
def subscribe(website: Website) -> Subscribe:
    """`subscribe("ada@example.org")` or `subscribe(account)`."""

    def make(reader: str | Account, **fields: Any) -> ReportSubscription:
        who = {"email": reader} if isinstance(reader, str) else {"account": reader}
        values: dict[str, Any] = {"website": website, "active_since": LONG_AGO, **who, **fields}
        return ReportSubscription.objects.create(**values)

    return make
