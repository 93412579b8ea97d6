"""The `commit` writer: a request is answered after COMMIT of the batch that its hits are in."""

import logging
import os
import random
import time
from collections.abc import Sequence
from itertools import chain

from django.db import DatabaseError

from ..conf import umami_settings
from ..domain.hits import Hit, Identification
from . import connection as connections
from .group import Group, Ticket
from .rows import announce, insert, write_transaction
from .trouble import is_lost, is_of_the_database, passes

logger = logging.getLogger("umami_django.writers")

MOST_TRIES = 5
PAUSE_S = 0.02


class CommitUncertain(DatabaseError):
    """The connection was lost during COMMIT: the hits may be stored, or not."""


def store(hits: Sequence[Hit], identifications: Sequence[Identification]) -> None:
    """Store them together with whatever waits in this process; return after COMMIT.

    Raises StoreUnavailable when too much waits, and DatabaseError when the database fails: then nothing is stored,
    but for CommitUncertain.
    """
    _group.store(hits, identifications)
    announce(hits)


def is_stalled() -> bool:
    """Does the database hold up a batch for so long that nobody else should wait for it?"""
    return _group.is_stalled()


def waiting() -> int:
    """How many hits of this process wait to be stored."""
    return _group.size


def _write(tickets: Sequence[Ticket]) -> None:
    """All of *tickets* in one transaction; those around one that cannot be stored, without it."""
    try:
        _try(tickets)
    except Exception as error:
        if len(tickets) > 1 and not is_of_the_database(error):
            middle = len(tickets) // 2
            _write(tickets[:middle])
            _write(tickets[middle:])
            return
        logger.exception("%d hits could not be stored.", sum(map(len, tickets)))
        for ticket in tickets:
            ticket.error = error
    else:
        for ticket in tickets:
            ticket.error = None


def _try(tickets: Sequence[Ticket]) -> None:
    """One transaction, tried again where the database asks for it or an idle connection had been lost."""
    using = umami_settings().TRAFFIC_DATABASE
    hits = list(chain.from_iterable(ticket.hits for ticket in tickets))
    identifications = list(chain.from_iterable(ticket.identifications for ticket in tickets))
    for tries_left in reversed(range(MOST_TRIES)):
        with connections.own_connection.in_use(using) as connection:
            was_open, committing = connection.connection is not None, False
            try:
                with write_transaction(using):
                    insert(hits, identifications, using)
                    committing = True
                return
            except DatabaseError as error:
                lost = is_lost(connection)
                if lost and committing:
                    raise CommitUncertain from error
                if not tries_left or not (passes(error, connection.vendor) or (lost and was_open)):
                    raise
        time.sleep(PAUSE_S * random.random())  # noqa: S311


_group = Group(_write)


def _start_afresh() -> None:
    """A forked child has none of the parent's waiting requests."""
    global _group
    _group = Group(_write)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
