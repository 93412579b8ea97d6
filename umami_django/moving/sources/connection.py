"""A connection to somebody else's database that only reads, in one snapshot. It knows no table of Umami.

The drivers and Django's way with them are those of the host; the connection is none of the host's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from ...domain.periods import from_micros
from ..values import CannotRead

ENGINES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite3",
}
EXTRAS = {"postgresql": "postgres", "mysql": "mysql"}
POSTGRESQL_OPTIONS = {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "host"}
"""What of a url's parameters libpq knows; the others are for Umami's own driver."""
ROWS_AT_ONCE = 10_000
KEYS_AT_ONCE = 1_000

Row = tuple[Any, ...]


class Reader:
    """Reads tables; make it with `reading`."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._connection = _connected(settings)
        self._beside: BaseDatabaseWrapper | None = None
        self.vendor: str = self._connection.vendor
        self.quote = self._connection.ops.quote_name
        _begin_snapshot(self._connection)
        self.columns = self._columns()

    def parameter(self, moment: datetime) -> Any:
        """An aware moment as a parameter."""
        return self._connection.ops.adapt_datetimefield_value(moment)

    def time(self, column: str) -> str:
        """A column of times, to be selected and read by `moment`. As a number it is read in half the time."""
        if self.vendor == "postgresql":
            return f"ROUND(EXTRACT(EPOCH FROM {column}) * 1000000)::bigint"
        return column

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a small answer; also while `stream` is read."""
        with self._free_connection().cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[Row] = cursor.fetchall()
        return rows

    def number(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """The number that a query answers with."""
        return int(self.select(sql, parameters)[0][0])

    def select_by_keys(self, sql: str, keys: Sequence[Any]) -> Iterator[Row]:
        """The rows of a query that ends in `IN`, for any number of keys."""
        for start in range(0, len(keys), KEYS_AT_ONCE):
            part = keys[start : start + KEYS_AT_ONCE]
            yield from self.select(f"{sql} ({', '.join(['%s'] * len(part))})", part)

    def stream(self, sql: str, parameters: Sequence[Any]) -> Iterator[list[Row]]:
        """Any number of rows in constant memory: a cursor of the server's. One at a time."""
        with _streaming_cursor(self._connection) as cursor:
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield list(rows) if self.vendor == "postgresql" else [_without_nul(row) for row in rows]

    def close(self) -> None:
        """End the snapshot."""
        for connection in (self._connection, self._beside):
            if connection is not None:
                connection.close()

    def _free_connection(self) -> BaseDatabaseWrapper:
        """MySQL's protocol knows one open answer a connection: questions meanwhile go through a second one."""
        if self.vendor != "mysql":
            return self._connection
        if self._beside is None:
            self._beside = _connected(self._settings)
            _begin_snapshot(self._beside)
        return self._beside

    def _columns(self) -> dict[str, frozenset[str]]:
        """The columns of each table."""
        introspection = self._connection.introspection
        with self._connection.cursor() as cursor:
            return {
                table.name: frozenset(
                    column.name for column in introspection.get_table_description(cursor, table.name)
                )
                for table in introspection.get_table_list(cursor)
                if table.type == "t"
            }


@contextmanager
def reading(url: str) -> Iterator[Reader]:
    """The database at *url*. Raises CannotRead, which never shows the password."""
    settings = parsed(url)
    try:
        reader = Reader(settings)
    except ImproperlyConfigured:
        extra = EXTRAS[settings["ENGINE"].rpartition(".")[2]]
        raise CannotRead(f"The driver is missing: pip install 'umami-django[{extra}]'") from None
    except Error as error:
        raise CannotRead(f"The database cannot be reached: {str(error).strip()}") from None
    try:
        yield reader
    finally:
        reader.close()


def parsed(url: str) -> dict[str, Any]:
    """Django's settings for a url such as Umami's own `DATABASE_URL`. Raises CannotRead."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise CannotRead(
            "The database's url cannot be understood: is a part of it not percent-escaped?"
        ) from None
    engine = ENGINES.get(parts.scheme)
    if engine is None or not parts.path.strip("/"):
        raise CannotRead("Write the database as postgresql://user:password@host:5432/name, or mysql://….")
    parameters = dict(parse_qsl(parts.query))
    return {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": _options(engine, parameters),
    }


def moment(value: datetime | int) -> datetime:
    """A time of the source as an aware one: all of Umami's are UTC (v1 reference 6.2)."""
    if isinstance(value, int):
        return from_micros(value)
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def moment_or_none(value: datetime | int | None) -> datetime | None:
    """The same, of a column that may be null."""
    return None if value is None else moment(value)


def _without_nul(row: Row) -> Row:
    """A row whose texts PostgreSQL takes: MySQL stores U+0000, which some strangers send."""
    if any(isinstance(value, str) and "\0" in value for value in row):
        return tuple(value.replace("\0", "") if isinstance(value, str) else value for value in row)
    return row


def _options(engine: str, parameters: dict[str, str]) -> dict[str, Any]:
    match engine:
        case "postgresql":
            options = {name: value for name, value in parameters.items() if name in POSTGRESQL_OPTIONS}
            if schema := parameters.get("schema"):
                quoted = schema.replace('"', '""').replace("\\", "\\\\").replace(" ", "\\ ")
                options["options"] = f'-c search_path="{quoted}"'
            return options
        case "mysql":
            return {"isolation_level": "repeatable read", "charset": "utf8mb4"}
        case _:
            return {}


def _connected(settings: dict[str, Any]) -> BaseDatabaseWrapper:
    connection = ConnectionHandler({"default": settings})["default"]
    connection.ensure_connection()
    return connection


def _begin_snapshot(connection: BaseDatabaseWrapper) -> None:
    """From now on all that is read is of this moment, and nothing can be written."""
    match connection.vendor:
        case "postgresql":
            connection.set_autocommit(False)
            statements = [
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                "SET idle_in_transaction_session_timeout = 0",
            ]
        case "mysql":
            statements = [
                "SET SESSION time_zone = '+00:00', net_write_timeout = 3600",
                "SET SESSION TRANSACTION READ ONLY",
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
            ]
        case _:
            statements = ["PRAGMA query_only = ON", "BEGIN"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _streaming_cursor(connection: BaseDatabaseWrapper) -> Any:
    if connection.vendor != "mysql":
        return connection.chunked_cursor()
    from MySQLdb.cursors import SSCursor

    return connection.connection.cursor(SSCursor)
