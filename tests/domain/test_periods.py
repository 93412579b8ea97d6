"""Periods, offsets and buckets: pure arithmetic of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from umami_django.domain.periods import (
    HOUR_US,
    SECOND_US,
    Period,
    bucket_end,
    bucket_label,
    bucket_starts,
    default_unit,
    from_micros,
    month_starts,
    offset_spans,
    previous_period,
    same_period_last_year,
    to_micros,
    units_for,
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
    """02:00 does not exist, and has no place in the list."""
    night = Period(utc(2026, 3, 29, 0), utc(2026, 3, 29, 2))
    assert hours(night, "Europe/Berlin") == ["01", "03", "04"]


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


def labels(period: Period, unit: Unit, tz: str) -> list[str]:
    return [f"{from_micros(start):%m-%d %H:%M}" for start in bucket_starts(period, unit, zone(tz))]


def test_a_week_begins_on_monday() -> None:
    fortnight = Period(utc(2026, 3, 1, 12), utc(2026, 3, 9, 12))  # Sunday to Monday
    assert labels(fortnight, Unit.WEEK, "UTC") == ["02-23 00:00", "03-02 00:00", "03-09 00:00"]


def test_minutes_that_clocks_go_through_twice_are_there_once() -> None:
    """From 02:58 summer time to 02:01 winter time in Berlin: an hour and three minutes."""
    night = Period(utc(2026, 10, 25, 0, 58), utc(2026, 10, 25, 1, 1))
    assert labels(night, Unit.MINUTE, "Europe/Berlin") == [
        *("10-25 02:00", "10-25 02:01", "10-25 02:58", "10-25 02:59")
    ]


def test_a_day_that_a_country_skipped_is_left_out() -> None:
    """Samoa went from 29 to 31 December 2011."""
    days = Period(utc(2011, 12, 29, 20), utc(2011, 12, 31, 20))
    assert labels(days, Unit.DAY, "Pacific/Apia") == ["12-29 00:00", "12-31 00:00", "01-01 00:00"]


@pytest.mark.parametrize(
    ("unit", "end"),
    [
        (Unit.MINUTE, "2026-12-28 00:01"),
        (Unit.HOUR, "2026-12-28 01:00"),
        (Unit.DAY, "2026-12-29 00:00"),
        (Unit.WEEK, "2027-01-04 00:00"),
        (Unit.MONTH, "2027-01-01 00:00"),
        (Unit.YEAR, "2027-01-01 00:00"),
    ],
)
def test_when_a_bucket_ends(unit: Unit, end: str) -> None:
    (start, *_) = bucket_starts(Period(utc(2026, 12, 28), utc(2026, 12, 28)), unit, UTC)
    assert f"{from_micros(bucket_end(start, unit)):%Y-%m-%d %H:%M}" == end


def test_the_same_period_a_year_ago_keeps_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    easter = Period(datetime(2026, 3, 29, tzinfo=berlin), datetime(2026, 4, 5, 23, 59, tzinfo=berlin))
    found = same_period_last_year(easter, berlin)
    assert found.start.astimezone(berlin).isoformat() == "2025-03-29T00:00:00+01:00"
    assert found.end.astimezone(berlin).isoformat() == "2025-04-05T23:59:00+02:00"


def test_a_year_before_a_leap_day_is_the_28th() -> None:
    found = same_period_last_year(Period(utc(2024, 2, 29), utc(2024, 3, 1)), UTC)
    assert (found.start, found.end) == (utc(2023, 2, 28), utc(2023, 3, 1))


def test_a_year_before_all_years_is_nothing() -> None:
    assert same_period_last_year(Period(utc(1, 1, 1), utc(1, 1, 2)), UTC).is_empty


@pytest.mark.parametrize(
    ("length", "finest", "usual"),
    [
        (timedelta(hours=1), Unit.MINUTE, Unit.MINUTE),
        (timedelta(hours=24), Unit.HOUR, Unit.HOUR),
        (timedelta(days=30), Unit.HOUR, Unit.DAY),
        (timedelta(days=365), Unit.DAY, Unit.MONTH),
        (timedelta(days=3000), Unit.WEEK, Unit.MONTH),
        (timedelta(days=9000), Unit.MONTH, Unit.YEAR),
    ],
)
def test_which_units_suit_a_period(length: timedelta, finest: Unit, usual: Unit) -> None:
    period = Period(utc(2026, 1, 1), utc(2026, 1, 1) + length)
    assert units_for(period)[0] is finest
    assert units_for(period)[-1] is Unit.YEAR
    assert default_unit(period) is usual
    assert usual in units_for(period)
