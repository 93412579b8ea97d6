"""What an error of the database means to a writer: try again, one hit is to blame, or the database is away."""

from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

PASSING: dict[str, set[str | int]] = {
    # serialisation failure, deadlock
    "postgresql": {"40001", "40P01"},
    # deadlock, lock wait time-out
    "mysql": {1213, 1205},
}
"""Codes of errors that go away when the transaction is tried again."""

MYSQL_DATA = {1264, 1265, 1292, 1366}
"""Operational errors of MySQL that tell of a value, not of the server."""


def code_of(error: BaseException) -> str | int | None:
    """The database's own code of *error*, as its driver gives it."""
    cause = error.__cause__ or error
    if (state := getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)) is not None:
        return str(state)
    first = cause.args[0] if cause.args else None
    return first if isinstance(first, int | str) else None


def passes(error: BaseException, vendor: str) -> bool:
    """Will it go away when the transaction is tried again?"""
    return code_of(error) in PASSING.get(vendor, ())


def is_of_the_database(error: BaseException) -> bool:
    """Does *error* tell of the database (away, full, locked) and not of what was to be stored?"""
    return isinstance(error, OperationalError | InterfaceError) and code_of(error) not in MYSQL_DATA


def is_lost(connection: BaseDatabaseWrapper) -> bool:
    """Is *connection* of no more use? It is closed then, so that the next use opens another."""
    if connection.connection is not None and connection.is_usable():
        return False
    connection.close()
    return True
