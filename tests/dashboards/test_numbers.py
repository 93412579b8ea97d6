"""How numbers, durations and changes read."""

from collections.abc import Callable

import pytest
from django.utils.translation import override

from umami_django.dashboards.numbers import change, duration, share, short, written


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.6, "1m 00s"), (185, "3m 05s"), (7800, "2h 10m"), (270_000, "3d 3h")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("card", "now", "before", "text", "good"),
    [
        ("visitors", 5, 10, "−50 %", False),
        ("visitors", 10, 5, "+100 %", True),
        ("visitors", 3, 0, "new", True),
        ("visitors", 0, 0, "", None),
        ("pageviews", 999, 1000, "", None),
        ("bounce_rate", 20.0, 50.0, "−30 pp", True),
        ("bounce_rate", 50.0, 20.0, "+30 pp", False),
        ("bounce_rate", None, 20.0, "", None),
        ("visit_duration", 100.0, 50.0, "+100 %", True),
    ],
)
def test_fewer_bounces_are_good_and_more_of_all_else(
    card: str, now: float | None, before: float | None, text: str, good: bool | None
) -> None:
    found = change(card, now, before)
    assert (found.text, found.good) == (text, good)


@pytest.mark.parametrize(
    ("value", "text"),
    [(9_999, "9,999"), (12_345, "12.3k"), (999_949, "999.9k"), (999_950, "1.0M"), (None, "–")],
)
def test_large_counts_are_short(value: int | None, text: str) -> None:
    assert short("visitors", value) == text


@pytest.mark.parametrize(
    ("count", "of", "text"), [(1, 3, "33 %"), (1, 30, "3.3 %"), (3, 3, "100 %"), (1, 0, "")]
)
def test_shares(count: int, of: int, text: str) -> None:
    assert share(count, of) == text


def test_rates_and_averages() -> None:
    assert written("bounce_rate", 33.4) == "33 %"
    assert written("pages_per_visit", 1.5) == "1.50"


@pytest.mark.parametrize(
    ("text", "german"),
    [
        (lambda: written("visitors", 12_345), "12.345"),
        (lambda: short("visitors", 12_345), "12,3\xa0Tsd."),
        (lambda: short("visitors", 1_234_567), "1,2\xa0Mio."),
        (lambda: written("bounce_rate", 33.4), "33\xa0%"),
        (lambda: written("pages_per_visit", 1.5), "1,50"),
        (lambda: written("visit_duration", 185), "3:05\xa0min"),
        (lambda: duration(7800), "2:10\xa0h"),
        (lambda: duration(270_000), "3\xa0d 3\xa0h"),
        (lambda: duration(7), "7\xa0s"),
        (lambda: share(1, 30), "3,3\xa0%"),
        (lambda: change("visitors", 5, 10).text, "−50\xa0%"),
        (lambda: change("visitors", 1500, 1).text, "+149.900\xa0%"),
        (lambda: change("visitors", 3, 0).text, "neu"),
        (lambda: change("bounce_rate", 50.0, 20.0).text, "+30\xa0%-Pkt."),
    ],
)
def test_numbers_read_as_germans_write_them(text: Callable[[], str], german: str) -> None:
    with override("de"):
        assert text() == german
