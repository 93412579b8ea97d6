"""Statements that sum up hits by a value twice over: first into visits, then into numbers: Django's ORM groups once.

The hits come as querysets, so that conditions and parameters are the ORM's; only the sums around them are text.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from ...domain.answers import Summary
from ...domain.periods import SECOND_US
from ...domain.vocabulary import Order
from ...models import Term
from ...querysets.expressions import in_byte_order

Sql = tuple[str, tuple[Any, ...]]
"""A statement and its parameters."""

EVERYTHING = 2**63 - 1

NUMBERS = ("pageviews", "visitors", "visits", "bounces", "total_seconds")

ORDERS = {
    Order.VISITORS: "visitors",
    Order.VISITS: "visits",
    Order.PAGEVIEWS: "pageviews",
    Order.BOUNCES: "bounces",
    Order.TOTAL_SECONDS: "total_seconds",
    # parts of a million and whole seconds: the same integers on every database
    Order.BOUNCE_RATE: "(bounces * 1000000 - (bounces * 1000000) %% visits) / visits",
    Order.VISIT_SECONDS: "(total_seconds - total_seconds %% visits) / visits",
}


def compiled(hits: QuerySet[Any]) -> Sql:
    """The SQL of a queryset. Raises EmptyResultSet when it is known to be empty."""
    sql, params = hits.query.get_compiler(using=hits.db).as_sql()
    return sql, tuple(params)


def numbers_by(keys: Sequence[str], hits: Sql) -> Sql:
    """The five numbers for each combination of *keys*, columns of *hits*.

    *hits* also has the columns session_id, visit_id and created_at. A visit's time is rounded down to seconds.
    """
    sql, params = hits
    by = ", ".join(keys)
    return (
        f"""SELECT {by}, SUM(views) AS pageviews, COUNT(DISTINCT session_id) AS visitors, COUNT(*) AS visits,
            SUM(CASE WHEN views = 1 THEN 1 ELSE 0 END) AS bounces,
            SUM((micros - micros %% {SECOND_US}) / {SECOND_US}) AS total_seconds
        FROM (
            SELECT {by}, session_id, visit_id, COUNT(*) AS views, MAX(created_at) - MIN(created_at) AS micros
            FROM ({sql}) hits GROUP BY {by}, session_id, visit_id
        ) visits GROUP BY {by}""",  # noqa: S608
        params,
    )


def named(
    keys: Sequence[str],
    columns: Sequence[str],
    rows: Sql,
    order: str,
    *,
    using: str,
    limit: int | None,
    offset: int,
    names_descending: bool = False,
) -> Sql:
    """*rows* with the texts of *keys*, which are terms, in their place; sorted, cut, and each with their number.

    Ties go by the texts in byte order, unknown last.
    """
    sql, params = rows
    connection = connections[using]
    table = connection.ops.quote_name(Term._meta.db_table)
    joins = " ".join(f"LEFT JOIN {table} name_{key} ON name_{key}.id = counted.{key}" for key in keys)
    ties = ", ".join(
        f"CASE WHEN name_{key}.text IS NULL THEN 1 ELSE 0 END, "
        + in_byte_order(f"name_{key}.text", connection.vendor)
        + (" DESC" if names_descending else "")
        for key in keys
    )
    texts = ", ".join(f"name_{key}.text" for key in keys)
    numbers = ", ".join(f"counted.{column}" for column in columns)
    statement = (
        f"SELECT {texts}, {numbers}, COUNT(*) OVER () FROM ({sql}) counted {joins} ORDER BY {order}{ties}"  # noqa: S608
    )
    if limit is None and not offset:
        return statement, params
    most = EVERYTHING if limit is None else limit
    return f"{statement} LIMIT %s OFFSET %s", (*params, most, offset)


def fetched(statement: Sql, using: str) -> list[tuple[Any, ...]]:
    """The rows of a statement. One query."""
    with connections[using].cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def as_summary(values: Sequence[Any]) -> Summary:
    """The five numbers of a row, in the order of NUMBERS; databases give sums as decimals."""
    return Summary(*(int(value) for value in values))


__all__ = [
    "NUMBERS",
    "ORDERS",
    "EmptyResultSet",
    "Sql",
    "as_summary",
    "compiled",
    "fetched",
    "named",
    "numbers_by",
]
