"""The bar."""

from umami_django.moving.progress import Progress


def test_it_shows_share_rate_and_time_left() -> None:
    state = Progress(total=1000, done_before=400, started_s=100.0)
    state.advance(100)
    assert state.shown(110.0) == (
        "███████████████···············  50%  500 of 1,000 rows, 10 a second, 50 s left"
    )


def test_long_times_are_shown_in_minutes_and_hours() -> None:
    state = Progress(total=100_000, done_before=0, started_s=0.0)
    state.advance(10)
    assert state.shown(0.1).endswith("100 a second, 16 min 40 s left")
    assert state.shown(10.0).endswith("1 a second, 27 h 46 min left")


def test_nothing_to_do_is_all_done() -> None:
    assert Progress(total=0, done_before=0, started_s=0.0).shown(1.0).startswith("█" * 30 + " 100%")
