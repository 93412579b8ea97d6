"""Requests that wait together are written together, and each learns what came of its own hits."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.traffic import hit
from umami_django.domain.hits import Hit
from umami_django.exceptions import StoreUnavailable
from umami_django.writers.group import Group, Ticket


class Recorder:
    """A `Write` that keeps what it was given, held up while `may_go` is not set."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.has_begun = threading.Event()

    def __call__(self, tickets: Sequence[Ticket]) -> None:
        self.has_begun.set()
        self.may_go.wait(10)
        self.batches.append([item.content.location.url for ticket in tickets for item in ticket.hits])
        for ticket in tickets:
            ticket.error = None

    def hold(self) -> None:
        self.has_begun.clear()
        self.may_go.clear()


def seen(url: str) -> list[Hit]:
    return [hit(1, "ana", url)]


class Request(threading.Thread):
    """One request that stores a hit; what it was told is in `error`."""

    def __init__(self, group: Group, url: str) -> None:
        super().__init__(daemon=True)
        self.group, self.url = group, url
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.group.store(seen(self.url), ())
        except BaseException as error:
            self.error = error


def until(condition: Callable[[], Any], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def in_line(group: Group, recorder: Recorder, count: int) -> list[Request]:
    """A leader that is held up while writing, and *count* requests that wait behind."""
    recorder.hold()
    leader = Request(group, "/leader")
    assert recorder.has_begun.wait(5)
    followers = []
    for number in range(count):
        followers.append(Request(group, f"/{number}"))
        until(lambda expected=number + 1: group.size == expected)
    return [leader, *followers]


def test_a_lone_request_is_written_at_once() -> None:
    recorder = Recorder()
    Group(recorder).store(seen("/"), ())
    assert recorder.batches == [["/"]]


def test_those_who_waited_are_written_together() -> None:
    recorder = Recorder()
    group = Group(recorder)
    requests = in_line(group, recorder, 3)
    recorder.may_go.set()
    for request in requests:
        request.join(5)
    assert recorder.batches == [["/leader"], ["/0", "/1", "/2"]]
    assert [request.error for request in requests] == [None] * 4
    assert group.size == 0
    group.store(seen("/afterwards"), ())
    assert recorder.batches[-1] == ["/afterwards"]


def test_a_batch_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("umami_django.writers.group.MOST_AT_ONCE", 2)
    recorder = Recorder()
    group = Group(recorder)
    requests = in_line(group, recorder, 5)
    recorder.may_go.set()
    for request in requests:
        request.join(5)
    assert recorder.batches == [["/leader"], ["/0", "/1"], ["/2", "/3"], ["/4"]]


def test_no_more_wait_than_may() -> None:
    recorder = Recorder()
    group = Group(recorder, most_waiting=2)
    requests = in_line(group, recorder, 2)
    with pytest.raises(StoreUnavailable):
        group.store(seen("/too-many"), ())
    recorder.may_go.set()
    for request in requests:
        request.join(5)
    assert recorder.batches == [["/leader"], ["/0", "/1"]]


def test_a_request_waits_no_longer_than_its_patience_and_then_is_not_stored() -> None:
    recorder = Recorder()
    group = Group(recorder, patience_s=0.05)
    leader, follower = in_line(group, recorder, 1)
    follower.join(5)
    assert isinstance(follower.error, StoreUnavailable)
    assert group.size == 0
    assert group.is_stalled()
    with pytest.raises(StoreUnavailable):
        group.store(seen("/later"), ())
    recorder.may_go.set()
    leader.join(5)
    assert leader.error is None
    assert not group.is_stalled()
    group.store(seen("/recovered"), ())
    assert recorder.batches == [["/leader"], ["/recovered"]]


def test_each_learns_of_its_own_error() -> None:
    def write(tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            ticket.error = ValueError("bad") if ticket.hits[0].content.location.url == "/0" else None

    recorder = Recorder()

    def held(tickets: Sequence[Ticket]) -> None:
        recorder(tickets)
        write(tickets)

    group = Group(held)
    leader, bad, good = in_line(group, recorder, 2)
    recorder.may_go.set()
    for request in (leader, bad, good):
        request.join(5)
    assert isinstance(bad.error, ValueError)
    assert leader.error is None
    assert good.error is None


def test_a_writer_that_raises_ends_nothing_but_its_own_batch() -> None:
    batches: list[int] = []

    def write(tickets: Sequence[Ticket]) -> None:
        batches.append(len(tickets))
        if len(batches) == 1:
            raise KeyboardInterrupt
        tickets[0].error = None

    group = Group(write)
    with pytest.raises(KeyboardInterrupt):
        group.store(seen("/"), ())
    group.store(seen("/"), ())
    assert batches == [1, 1]


def test_many_at_once_are_all_stored_once() -> None:
    stored: list[str] = []

    def write(tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            stored.append(ticket.hits[0].content.location.url)
            ticket.error = None

    group = Group(write)

    def visits(visitor: int) -> None:
        for number in range(50):
            group.store(seen(f"/{visitor}/{number}"), ())

    threads = [threading.Thread(target=visits, args=(visitor,)) for visitor in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(stored) == len(set(stored)) == 16 * 50
    assert group.size == 0
