"""The default writer: one bad hit harms no other, passing trouble is tried again, the database's trouble is told."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from tests.traffic import hit
from umami_django.models import Session, StoredHit
from umami_django.signals import hit_recorded
from umami_django.writers import commit, sessions, store
from umami_django.writers.commit import CommitUncertain
from umami_django.writers.group import Ticket
from umami_django.writers.trouble import code_of, is_of_the_database, passes


def urls() -> list[str]:
    return sorted(StoredHit.objects.values_list("url__text", flat=True))


def tickets(*names: str) -> list[Ticket]:
    return [Ticket([hit(1, "ana", name)], ()) for name in names]


class Trouble:
    """Stands before `insert` and raises what it was told to, so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception, *, times: int = 1000, at: str = ""):
        self.error, self.times, self.at, self.calls = error, times, at, 0
        self.insert = commit.insert
        monkeypatch.setattr(commit, "insert", self)
        monkeypatch.setattr(commit, "PAUSE_S", 0.0)

    def __call__(self, hits: Any, *rest: Any) -> None:
        self.calls += 1
        if self.times and (not self.at or any(item.content.texts[0] == self.at for item in hits)):
            self.times -= 1
            raise self.error
        self.insert(hits, *rest)


def deadlock() -> OperationalError:
    """As the driver of the database at hand tells of a deadlock."""

    class DriversError(Exception):
        sqlstate = "40P01"

    error = OperationalError("deadlock")
    error.__cause__ = DriversError() if connection.vendor == "postgresql" else Exception(1213, "deadlock")
    return error


@pytest.mark.django_db(transaction=True)
def test_a_hit_is_committed_when_store_returns() -> None:
    store([hit(1, "ana", "/")])
    found: list[int] = []

    def look() -> None:
        found.append(StoredHit.objects.count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [1]


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_it_is_part_of_it() -> None:
    told: list[int] = []

    def listener(hits: Any, **_: Any) -> None:
        told.append(len(hits))

    hit_recorded.connect(listener)
    try:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            store([hit(1, "ana", "/")])
            assert StoredHit.objects.count() == 1
            raise ZeroDivisionError
        assert StoredHit.objects.count() == 0
        assert told == []
        store([hit(1, "ana", "/"), hit(1, "ana", "/b")])
        assert told == [2]
    finally:
        hit_recorded.disconnect(listener)


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_halved_until_the_bad_hit_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    Trouble(monkeypatch, ValueError("too long"), at="/bad")
    batch = tickets("/a", "/b", "/bad", "/c", "/d")
    commit._write(batch)
    assert [type(ticket.error) for ticket in batch] == [type(None)] * 2 + [ValueError] + [type(None)] * 2
    assert urls() == ["/a", "/b", "/c", "/d"]
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_asked_once_for_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = Trouble(monkeypatch, OperationalError("no route to host"))
    batch = tickets("/a", "/b", "/c", "/d")
    commit._write(batch)
    assert all(isinstance(ticket.error, OperationalError) for ticket in batch)
    assert trouble.calls == 1
    assert urls() == []


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setitem(commit.passes.__globals__["PASSING"], "sqlite", {1213})
    trouble = Trouble(monkeypatch, deadlock(), times=2)
    store([hit(1, "ana", "/")])
    assert trouble.calls == 3
    assert urls() == ["/"]


@pytest.mark.django_db(transaction=True)
def test_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setitem(commit.passes.__globals__["PASSING"], "sqlite", {1213})
    trouble = Trouble(monkeypatch, deadlock())
    with pytest.raises(DatabaseError):
        store([hit(1, "ana", "/")])
    assert trouble.calls == commit.MOST_TRIES


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_while_idle_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(commit, "is_lost", lambda _: True)
    trouble = Trouble(monkeypatch, OperationalError("server closed the connection unexpectedly"), times=1)
    store([hit(1, "ana", "/")])
    assert trouble.calls == 2
    assert urls() == ["/"]


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_during_commit_is_told_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "is_lost", lambda _: True)

    class Unlucky(transaction.Atomic):
        def __exit__(self, *error: Any) -> None:
            super().__exit__(*error)
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(commit, "write_transaction", lambda using: Unlucky(using, True, False))
    with pytest.raises(CommitUncertain):
        store([hit(1, "ana", "/")])
    assert urls() == ["/"]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store([hit(1, "ana", "/")])
        raise ZeroDivisionError
    store([hit(1, "ana", "/")])
    assert Session.objects.count() == 1


@pytest.mark.django_db
def test_a_session_is_asked_for_once_a_minute(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = hit(1, "ana", "/")
    sessions.remember([one.session_id])
    assert sessions.unknown([one.session_id, 7]) == {7}
    later = sessions.time.monotonic() + sessions.REMEMBERED_S + 1
    monkeypatch.setattr(sessions.time, "monotonic", lambda: later)
    assert sessions.unknown([one.session_id]) == {one.session_id}


def test_the_memory_of_sessions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_REMEMBERED", 3)
    sessions.remember(range(10))
    assert sessions.unknown(range(10)) == set(range(7))


def test_errors_are_told_apart() -> None:
    away, deadlock_error = OperationalError("away"), OperationalError(1213, "deadlock")
    too_long, bad_value = DatabaseError("too long"), OperationalError(1366, "incorrect string value")
    assert is_of_the_database(away)
    assert not is_of_the_database(too_long)
    assert not is_of_the_database(bad_value)
    assert passes(deadlock_error, "mysql")
    assert not passes(away, "mysql")
    assert not passes(deadlock_error, "postgresql")
    assert code_of(deadlock_error) == 1213
