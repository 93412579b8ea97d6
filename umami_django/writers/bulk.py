"""Many rows of plain values into a table, the quickest way of each database.

Django's `bulk_create` makes an object of each row and a parameter of each value, again for each row. Measured with
batches of 32 hits: it takes most of the writer's time (benchmarks/collect.py).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models import Model

PLAIN_TYPES = {"smallint", "integer", "bigint", "uuid"}
"""Types of PostgreSQL whose texts need no quotes in an array."""
IGNORING = {"sqlite": "INSERT OR IGNORE", "mysql": "INSERT IGNORE"}
"""Inserts what is not there yet."""
Row = Sequence[Any]
"""Values as the database takes them: integers, texts, None; a UUID as its driver's text."""


@contextmanager
def in_one_go(using: str) -> Iterator[None]:
    """Statements in the block travel together where the driver can do that (psycopg's pipeline); an error of any is
    raised at the end of the block at the latest. Call inside a transaction."""
    connection = connections[using]
    connection.ensure_connection()
    pipeline = getattr(connection.connection, "pipeline", None)
    if pipeline is None:
        yield
        return
    with connection.wrap_database_errors, pipeline():
        yield


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Sequence[Row], using: str, *, ignore_known: bool = False
) -> None:
    """Insert *rows* into the table of *model*; with *ignore_known* leave out those whose key is there already.

    One statement on PostgreSQL; on SQLite one for each row, prepared once; on MariaDB as many as its packets ask for.
    """
    if not rows:
        return
    connection = connections[using]
    if connection.vendor == "postgresql":
        _insert_columns(connection, model, columns, rows, ignore_known)
        return
    verb = IGNORING[connection.vendor] if ignore_known else "INSERT"
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"{verb} INTO {_target(connection, model, columns)} VALUES ({places})", rows)


def _insert_columns(connection: Any, model: Any, columns: Any, rows: Any, ignore_known: bool) -> None:
    """A column at a time: the statement is the same however many rows there are. Columns that no row fills, a third
    of a hit's most of the time, are left out."""
    types = _types(connection.alias, model, tuple(columns))
    filled = [
        (name, kind, values)
        for name, kind, values in zip(columns, types, zip(*rows, strict=True), strict=True)
        if values.count(None) != len(values)
    ]
    target = _target(connection, model, [name for name, _, _ in filled])
    arrays = ", ".join(f"%s::{kind}[]" for _, kind, _ in filled)
    conflict = " ON CONFLICT DO NOTHING" if ignore_known else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {target} SELECT * FROM unnest({arrays}){conflict}",  # noqa: S608
            [_array(kind, values) for _, kind, values in filled],
        )


def _target(connection: Any, model: Any, columns: Sequence[str]) -> str:
    """`table (column, …)`."""
    quote = connection.ops.quote_name
    return f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"


def _array(kind: str, column: Sequence[Any]) -> list[Any] | str:
    """A column as a parameter. The driver looks at each value of a list; numbers and uuids need none of that."""
    if kind not in PLAIN_TYPES:
        return list(column)
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"


@lru_cache(maxsize=32)
def _types(using: str, model: type[Model], columns: tuple[str, ...]) -> list[str]:
    connection = connections[using]
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return [str(by_column[column].rel_db_type(connection)) for column in columns]
