"""The bucket of each address and website: full, emptying, bounded, and without the address in it."""

import threading

import pytest

from umami_django.services import rate
from umami_django.services.rate import Buckets, Rate, parsed_rate

TEN = Rate(hits=10, seconds=5)


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(rate.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_bucket_fills_and_empties(clock: Clock) -> None:
    buckets = Buckets()
    assert [buckets.take("192.0.2.1", 1, TEN) for _ in range(11)] == [0] * 10 + [1]
    clock.now += 0.4
    assert buckets.take("192.0.2.1", 1, TEN) == 1
    clock.now += 0.2
    assert [buckets.take("192.0.2.1", 1, TEN) for _ in range(2)] == [0, 1]
    clock.now += 100
    assert [buckets.take("192.0.2.1", 1, TEN) for _ in range(11)] == [0] * 10 + [1]


def test_addresses_and_websites_have_their_own(clock: Clock) -> None:
    buckets, one = Buckets(), Rate(1, 60)
    assert buckets.take("192.0.2.1", 1, one) == 0
    assert buckets.take("192.0.2.1", 1, one) == 60
    assert buckets.take("192.0.2.2", 1, one) == 0
    assert buckets.take("192.0.2.1", 2, one) == 0


def test_a_network_of_ipv6_shares_one(clock: Clock) -> None:
    buckets, one = Buckets(), Rate(1, 60)
    assert buckets.take("2001:db8:1:2::1", 1, one) == 0
    assert buckets.take("2001:db8:1:2:ffff::9", 1, one) > 0
    assert buckets.take("2001:db8:1:3::1", 1, one) == 0


def test_without_an_address_there_is_no_limit() -> None:
    buckets = Buckets()
    assert [buckets.take(None, 1, Rate(1, 60)) for _ in range(3)] == [0, 0, 0]


def test_memory_is_bounded_and_holds_no_address() -> None:
    buckets = Buckets(most=100)
    for number in range(1000):
        buckets.take(f"192.0.{number // 250}.{number % 250}", 1, TEN)
    assert len(buckets) == 100
    assert "192" not in " ".join(type(key).__name__ for key in buckets._levels)
    assert all(isinstance(key, int) for key in buckets._levels)


def test_threads_take_no_more_than_there_is() -> None:
    buckets, taken = Buckets(), []

    def take() -> None:
        taken.extend(buckets.take("192.0.2.1", 1, Rate(100, 86400)) == 0 for _ in range(50))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 100


@pytest.mark.parametrize("text", ["", "10", "0/1s", "10/0s", "10/s", "-1/1s", "10/1m", "1/1s "])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="is no rate such as"):
        parsed_rate(text)


def test_a_rate() -> None:
    assert parsed_rate("1000/10s") == Rate(1000, 10)
