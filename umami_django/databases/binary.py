"""Rows from PostgreSQL in binary form: as text, bytes are twice as long, and are written and parsed digit by digit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def in_binary(rows: QuerySet[Any, Any]) -> Iterable[Any]:
    """The tuples of *rows*, a queryset of `values_list` whose columns are whole numbers and bytes. One query.

    Where the driver has no binary form (and on other databases), as the queryset alone gives them.
    """
    connection: Any = connections[rows.db]
    if connection.vendor != "postgresql":
        return rows
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    if not is_psycopg3:
        return rows
    import psycopg

    try:
        sql, values = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return []
    connection.ensure_connection()
    # Django's own cursors put values into the text, and such statements are answered with text
    plain = psycopg.Cursor(connection.connection)
    plain.format = psycopg.pq.Format.BINARY
    wrapped = (
        connection.make_debug_cursor(plain) if connection.queries_logged else connection.make_cursor(plain)
    )
    with wrapped as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found
