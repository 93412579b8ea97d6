"""Has this thread a connection open? Most collects need none, and asking Django each time is not free."""

from threading import local
from time import monotonic
from typing import Any

from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

LOOKED_AT_EVERY_S = 1.0
"""How often a connection that stays open (`CONN_MAX_AGE`) is looked at."""


class _Opened(local):
    connection = True
    """May one be open? Until somebody has looked: it may have been opened before anybody listened."""
    look_at = old_at = 0.0
    """When to look again: is any open? is any too old?"""


_opened = _Opened()


def _note(**_: Any) -> None:
    _opened.connection, _opened.look_at, _opened.old_at = True, 0.0, 0.0


connection_created.connect(_note, dispatch_uid="umami_django.databases.opened")


def of_this_thread(using: str) -> BaseDatabaseWrapper | None:
    """This thread's `connections[using]`, if it has been asked for. To ask makes one, at which Django then looks
    three times in each request."""
    return next((known for known in connections.all(initialized_only=True) if known.alias == using), None)


def is_in_transaction(using: str) -> bool:
    """Is this thread inside a transaction on *using*?"""
    if not _opened.connection:
        return False
    if monotonic() >= _opened.look_at:
        _look()
        if not _opened.connection:
            return False
    return bool(connections[using].in_atomic_block)


def close_old() -> None:
    """As Django does after each request; those that stay open are looked at again after a second."""
    if _opened.connection and (now := monotonic()) >= _opened.old_at:
        close_old_connections()
        _look()
        _opened.old_at = now + LOOKED_AT_EVERY_S


def _look() -> None:
    """See whether any is open, or inside a transaction in which it was lost."""
    _opened.connection = any(
        known.connection or known.in_atomic_block for known in connections.all(initialized_only=True)
    )
    _opened.look_at = monotonic() + LOOKED_AT_EVERY_S
