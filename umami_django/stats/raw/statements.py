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

Steps = dict[str, Sql]
"""Named statements, each of which may read from those before it: the WITH of a query. SQLite's parser gives up on
subqueries that are nested too deep; these are not nested at all."""

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


def numbers_by(keys: Sequence[str], hits: Sql) -> Steps:
    """The five numbers for each combination of *keys*, columns of *hits*, as the step `counted`.

    *hits* also has the columns session_id, visit_id and created_at. A visit's time is rounded down to seconds.
    """
    by = ", ".join(keys)
    visits = f"""SELECT {by}, session_id, visit_id, COUNT(*) AS views, MAX(created_at) - MIN(created_at) AS micros
        FROM hits GROUP BY {by}, session_id, visit_id"""  # noqa: S608
    counted = f"""SELECT {by}, SUM(views) AS pageviews, COUNT(DISTINCT session_id) AS visitors, COUNT(*) AS visits,
        SUM(CASE WHEN views = 1 THEN 1 ELSE 0 END) AS bounces,
        SUM((micros - micros %% {SECOND_US}) / {SECOND_US}) AS total_seconds
        FROM visits GROUP BY {by}"""  # noqa: S608
    return {"hits": hits, "visits": (visits, ()), "counted": (counted, ())}


def named(
    keys: Sequence[str],
    columns: Sequence[str],
    order: str,
    *,
    vendor: str,
    limit: int | None,
    offset: int,
    names_descending: bool = False,
) -> Sql:
    """The rows of `counted` with the texts of *keys*, which are terms, in their place; sorted and cut.

    The last column of each is the number of all rows. Ties go by the texts in byte order, unknown last.
    """
    table = Term._meta.db_table
    joins = " ".join(f"LEFT JOIN {table} name_{key} ON name_{key}.id = counted.{key}" for key in keys)
    ties = ", ".join(
        f"CASE WHEN name_{key}.text IS NULL THEN 1 ELSE 0 END, "
        + in_byte_order(f"name_{key}.text", vendor)
        + (" DESC" if names_descending else "")
        for key in keys
    )
    texts = ", ".join(f"name_{key}.text" for key in keys)
    numbers = ", ".join(f"counted.{column}" for column in columns)
    return (
        f"SELECT {texts}, {numbers}, COUNT(*) OVER () FROM counted {joins} ORDER BY {order}{ties} "  # noqa: S608
        "LIMIT %s OFFSET %s",
        (EVERYTHING if limit is None else limit, offset),
    )


def fetched(steps: Steps, answer: Sql, using: str) -> list[tuple[Any, ...]]:
    """The rows of *answer*, which reads from *steps*. One query."""
    parts = ", ".join(f"{name} AS ({sql})" for name, (sql, _) in steps.items())
    params = [value for _, values in steps.values() for value in values]
    with connections[using].cursor() as cursor:
        cursor.execute(f"WITH {parts} {answer[0]}", [*params, *answer[1]])
        return list(cursor.fetchall())


def as_summary(values: Sequence[Any]) -> Summary:
    """The five numbers of a row, in the order of NUMBERS; databases give sums as decimals."""
    return Summary(*(int(value) for value in values))


__all__ = [
    "NUMBERS",
    "ORDERS",
    "EmptyResultSet",
    "Sql",
    "Steps",
    "as_summary",
    "compiled",
    "fetched",
    "named",
    "numbers_by",
]
