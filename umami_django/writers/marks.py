"""Marks what is stored where summaries are closed already, in the same transaction. Nothing is built here.

A writer holds the website's state shared until it commits; whoever closes hours takes it alone. So every hit is either
stored before its hour is closed, and seen by whoever summarises it then, or leaves a mark. Source: design, section 5.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connections

from ..domain.periods import HOUR_US
from ..models import RollupMark, RollupState

ADVISORY_KEY = 0x756D616D
"""PostgreSQL's advisory locks are told by two numbers; this is the app's."""
_STATES = RollupState._meta.db_table


@contextmanager
def noting(earliest: Mapping[int, int], using: str) -> Iterator[None]:
    """Stores a mark for each website whose *earliest* time (in microseconds) is in a closed hour.

    Put it around what is stored, in its transaction: the state is asked for before, and looked at after, so that
    drivers which can send statements together lose no time. One statement; another one where there is a mark to set.
    """
    if not earliest:
        yield
        return
    connection = connections[using]
    website_ids = sorted(earliest)
    _hold(website_ids, using)
    with connection.cursor() as cursor:
        _ask(cursor, website_ids, connection.vendor)
        yield
        closed = dict(cursor.fetchall())
    if len(closed) < len(website_ids):
        closed |= _begun([key for key in website_ids if key not in closed], using)
    late = [
        RollupMark(website_id=key, at=at) for key, at in earliest.items() if at < closed.get(key, 0) * HOUR_US
    ]
    if late:
        RollupMark.objects.using(using).bulk_create(late)


def _hold(website_ids: list[int], using: str) -> None:
    """On PostgreSQL in memory only: a row that is locked would be written for each batch."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s, key) FROM unnest(%s::int[]) AS key",
                [ADVISORY_KEY, website_ids],
            )


def _ask(cursor: Any, website_ids: list[int], vendor: str) -> None:
    places = ", ".join(["%s"] * len(website_ids))
    statement = f"SELECT website_id, closed_until FROM {_STATES} WHERE website_id IN ({places})"  # noqa: S608
    if vendor == "mysql":
        statement += " LOCK IN SHARE MODE"
    cursor.execute(statement, website_ids)


def _begun(website_ids: list[int], using: str) -> dict[int, int]:
    """A state for websites that have none: from now on there is something to hold."""
    states = [RollupState(website_id=key) for key in website_ids]
    RollupState.objects.using(using).bulk_create(states, ignore_conflicts=True)
    connection = connections[using]
    with connection.cursor() as cursor:
        _ask(cursor, website_ids, connection.vendor)
        return dict(cursor.fetchall())
