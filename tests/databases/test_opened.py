"""A thread that has no connection open is in no transaction, and need not ask Django."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from umami_django.databases import opened
from umami_django.databases.opened import close_old, is_in_transaction


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(opened, "_opened", opened._Opened())
    yield


def in_a_thread(ask: Callable[[], Any]) -> Any:
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(ask())
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]


@pytest.mark.django_db
def test_inside_a_transaction_it_is_told() -> None:
    assert is_in_transaction("default")  # a test's own


@pytest.mark.django_db(transaction=True)
def test_outside_of_one_it_is_not() -> None:
    connection.ensure_connection()
    assert not is_in_transaction("default")
    with transaction.atomic():
        assert is_in_transaction("default")
    assert not is_in_transaction("default")


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_opens_one_later_is_noticed() -> None:
    def ask() -> list[bool]:
        found = [is_in_transaction("default"), opened._opened.connection]  # it has looked: none is open
        with transaction.atomic():
            connections["default"].ensure_connection()
            found.append(is_in_transaction("default"))
        return found

    assert in_a_thread(ask) == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_old_connections_are_closed_each_second_and_only_where_any_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[int] = []
    now = [100.0]
    monkeypatch.setattr(opened, "close_old_connections", lambda: closed.append(1))
    monkeypatch.setattr(opened, "monotonic", lambda: now[0])

    def ask() -> int:
        close_old()  # none is open; that is seen once
        for _ in range(3):
            close_old()
        before = len(closed)
        connections["default"].ensure_connection()
        for _ in range(3):
            assert not is_in_transaction("default")
            close_old()
        now[0] += opened.LOOKED_AT_EVERY_S
        assert not is_in_transaction("default")  # it looks, too, and that must not put closing off
        close_old()
        return len(closed) - before

    assert in_a_thread(ask) == 2
