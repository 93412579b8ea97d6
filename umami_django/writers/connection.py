"""The connection that a process writes hits through, beside those of the host's own threads.

The host may close its connections after each request, hold one in a transaction, or have a thread for each of a
hundred visitors: none of this is the writer's business.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .. import conf
from ..databases.opened import is_in_transaction, of_this_thread

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

LOCK_SUFFIX = "-umami-lock"
IMPATIENT: dict[str, dict[str, int]] = {
    "postgresql": {"connect_timeout": 5, "tcp_user_timeout": 10_000},
    "mysql": {"connect_timeout": 5, "read_timeout": 10, "write_timeout": 10},
}
"""Options of the drivers: seconds, but for `tcp_user_timeout` in milliseconds."""


class OwnConnection:
    """A connection to the traffic database that one thread at a time writes through."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection: BaseDatabaseWrapper | None = None
        self._turns: IO[bytes] | None = None

    @contextmanager
    def in_use(self, using: str) -> Iterator[BaseDatabaseWrapper]:
        """`connections[using]` is this connection in the block, for this thread; on SQLite it is our turn to write.

        A test run gets the thread's own connection: its database must be free to go at the end.
        """
        if conf.is_test_run():
            yield connections[using]
            return
        usual = of_this_thread(using)
        with self._lock:
            own = self._opened(using)
            connections[using] = own
            try:
                with self._turn(own):
                    yield own
            finally:
                if usual is None:
                    del connections[using]
                else:
                    connections[using] = usual

    def close(self) -> None:
        """Close it; the next use opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            if self._turns is not None:
                self._turns.close()
            self._connection = self._turns = None

    def _opened(self, using: str) -> BaseDatabaseWrapper:
        if self._connection is None or self._connection.alias != using:
            own = connections.create_connection(using)
            own.settings_dict = {**own.settings_dict, "OPTIONS": _impatient(own)}
            own.inc_thread_sharing()
            self._connection = own
        return self._connection

    @contextmanager
    def _turn(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Processes that write one SQLite file take turns: waiting in line is fair, SQLite's busy polling is not."""
        if connection.vendor != "sqlite" or fcntl is None:
            yield
            return
        if self._turns is None:
            self._turns = _lock_file(str(connection.settings_dict["NAME"]))
        if self._turns is None:
            yield
            return
        fcntl.flock(self._turns, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._turns, fcntl.LOCK_UN)


def _impatient(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """The host's options, and that a server that has gone away without a word is given up after seconds."""
    options = {**IMPATIENT.get(connection.vendor, {}), **connection.settings_dict["OPTIONS"]}
    options.pop("pool", None)
    return options


def _lock_file(database: str) -> IO[bytes] | None:
    """The file beside *database* that processes take turns by; None where there can be none."""
    if not Path(database).is_file():
        return None
    try:
        return Path(database + LOCK_SUFFIX).open("ab")
    except OSError:
        return None


own_connection = OwnConnection()
looking_connection = OwnConnection()
"""What collect looks up goes through one connection, too: sixty-four threads would open as many, and a database lets
in a hundred."""


@contextmanager
def looking(using: str) -> Iterator[BaseDatabaseWrapper]:
    """`connections[using]` is the connection for looking something up in the block; inside a transaction of the
    host's, in which what is looked for may have been made, it stays that of the transaction."""
    if is_in_transaction(using):
        yield connections[using]
        return
    with looking_connection.in_use(using) as connection:
        yield connection


_left_behind: list[OwnConnection] = []
"""The parent's connections in a forked child: never closed there, that would end the parent's."""


def _start_afresh() -> None:
    global own_connection, looking_connection
    _left_behind.extend((own_connection, looking_connection))
    own_connection, looking_connection = OwnConnection(), OwnConnection()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
