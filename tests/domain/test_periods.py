"""Periods, offsets and buckets: pure arithmetic of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from umami_django.domain.periods import (
    HOUR_US,
    SECOND_US,
    Period,
    bucket_label,
    bucket_starts,
    from_micros,
    month_starts,
    offset_spans,
    previous_period,
    to_micros,
    zone,
)
from umami_django.domain.vocabulary import Unit


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_micros_are_exact() -> None:
    moment = utc(2026, 3, 10, 12, 0, 0, 123457)
    assert to_micros(moment) == 1_773_144_000_123_457
    assert from_micros(to_micros(moment)) == moment
    assert to_micros(utc(1969, 12, 31, 23, 59, 59, 999_999)) == -1


def test_the_previous_period_shares_the_instant() -> None:
    period = Period(utc(2026, 3, 10), utc(2026, 3, 12))
    assert previous_period(period) == Period(utc(2026, 3, 8), utc(2026, 3, 10))
    assert previous_period(Period(utc(1, 1, 2), utc(9, 1, 1))).is_empty


@pytest.mark.parametrize("name", ["Europe/Berlin", "europe/berlin", "US/Pacific", "GMT", "Asia/Kathmandu"])
def test_zone_names_are_found_in_any_letter_case(name: str) -> None:
    assert zone(name).key.lower() == name.lower()


@pytest.mark.parametrize("name", ["", "+02:00", "Mars", "../../etc/passwd", "US/Pacific-New"])
def test_other_names_are_not(name: str) -> None:
    with pytest.raises(KeyError):
        zone(name)


SPANS = [
    # zone, from, to, [(change in UTC, hours of offset)]
    ("UTC", (2026, 1, 1), (2026, 12, 31), [(None, 0)]),
    ("Asia/Kolkata", (2026, 1, 1), (2026, 12, 31), [(None, 5.5)]),
    (
        "Europe/Berlin",
        (2026, 1, 1),
        (2026, 12, 31),
        [(None, 1), ((2026, 3, 29, 1), 2), ((2026, 10, 25, 1), 1)],
    ),
    (
        "Australia/Lord_Howe",
        (2026, 4, 1),
        (2026, 11, 1),
        [(None, 11), ((2026, 4, 4, 15), 10.5), ((2026, 10, 3, 15, 30), 11)],
    ),
    ("Pacific/Apia", (2011, 12, 29), (2012, 1, 1), [(None, -10), ((2011, 12, 30, 10), 14)]),
]


@pytest.mark.parametrize(("name", "start", "end", "changes"), SPANS, ids=[row[0] for row in SPANS])
def test_offsets_and_the_moments_they_change(
    name: str,
    start: tuple[int, ...],
    end: tuple[int, ...],
    changes: list[tuple[tuple[int, ...] | None, float]],
) -> None:
    spans = offset_spans(Period(utc(*start), utc(*end)), ZoneInfo(name))
    assert [(span.since_us, span.offset_us) for span in spans] == [
        (to_micros(utc(*(moment or start))), int(hours * HOUR_US)) for moment, hours in changes
    ]


def test_offsets_of_odd_seconds() -> None:
    (span,) = offset_spans(Period(utc(1880, 1, 1), utc(1880, 1, 2)), ZoneInfo("Europe/Berlin"))
    assert span.offset_us == (53 * 60 + 28) * SECOND_US


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        (Unit.HOUR, "2026-03-10 12:00:00"),
        (Unit.DAY, "2026-03-10"),
        (Unit.MONTH, "2026-03-10"),
        (Unit.YEAR, "2026-03-10"),
    ],
)
def test_labels(unit: Unit, label: str) -> None:
    assert bucket_label(to_micros(utc(2026, 3, 10, 12)), unit) == label


def hours(period: Period, name: str) -> list[str]:
    return [
        bucket_label(start, Unit.HOUR)[11:13] for start in bucket_starts(period, Unit.HOUR, ZoneInfo(name))
    ]


def test_hours_of_a_spring_night() -> None:
    """02:00 does not exist; its place in the list stays, empty."""
    night = Period(utc(2026, 3, 29, 0), utc(2026, 3, 29, 2))
    assert hours(night, "Europe/Berlin") == ["01", "02", "03", "04"]


def test_hours_of_an_autumn_night() -> None:
    night = Period(utc(2026, 10, 25, 0), utc(2026, 10, 25, 2))
    assert hours(night, "Europe/Berlin") == ["02", "03"]


def test_days_months_and_years_touched() -> None:
    period = Period(utc(2025, 12, 31, 23, 30), utc(2026, 2, 1))
    berlin = ZoneInfo("Europe/Berlin")
    assert len(list(bucket_starts(period, Unit.DAY, berlin))) == 32
    labels = [bucket_label(start, Unit.MONTH) for start in bucket_starts(period, Unit.MONTH, berlin)]
    assert labels == ["2026-01-01", "2026-02-01"]
    labels = [bucket_label(start, Unit.YEAR) for start in bucket_starts(period, Unit.YEAR, UTC)]
    assert labels == ["2025-01-01", "2026-01-01"]


def test_nothing_has_no_buckets() -> None:
    assert list(bucket_starts(Period(utc(2026, 1, 2), utc(2026, 1, 1)), Unit.DAY, UTC)) == []


def test_month_starts_cross_years() -> None:
    starts = month_starts(to_micros(utc(2025, 11, 15)), to_micros(utc(2026, 2, 1)), Unit.MONTH)
    assert [from_micros(start) for start in starts] == [
        utc(2025, 11, 1),
        utc(2025, 12, 1),
        utc(2026, 1, 1),
        utc(2026, 2, 1),
    ]


def test_fifty_years_of_offsets_are_quick() -> None:
    import time

    started = time.perf_counter()
    spans = offset_spans(Period(utc(1980, 1, 1), utc(2030, 1, 1)), ZoneInfo("Europe/Berlin"))
    assert len(spans) > 90
    assert time.perf_counter() - started < 2
    assert spans[0].since_us + timedelta(days=1) // timedelta(microseconds=1) < spans[1].since_us
