"""What SQLite is told when the traffic database is opened. A host's other databases are left alone.

Whatever a host has chosen itself in `OPTIONS` (`init_command`, `timeout`) stays as it is.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError
from django.db.backends.signals import connection_created

from .. import conf

logger = logging.getLogger("umami_django.databases")

MEBIBYTE = 1024 * 1024
SHARED = {
    "journal_mode": "WAL",
    "busy_timeout": "20000",
    "mmap_size": str(256 * MEBIBYTE),
    "cache_size": "-8192",
    "wal_autocheckpoint": "16384",
}
"""Where the host's own tables are, too: readers and the writer do not wait for each other, and nothing else changes. A
negative cache size is in KiB, for each connection; a checkpoint comes every so many pages of 4 KiB.

Each hit changes a page of its own in the index of sessions. With the usual 1,000 pages a batch of hits is written
twice, to the log and at once to the file. Later batches change most of these pages again: waiting saves a third.
"""
OWN = SHARED | {"synchronous": "NORMAL", "mmap_size": str(1024 * MEBIBYTE), "cache_size": "-32768"}
"""Where only traffic is: a loss of power (no crash) may cost the last moments, and never damages the file."""
STORING_MUCH = {"cache_size": "-65536"}
"""In the one process that stores a journal: most pages that its next batch changes are at hand."""

_stores_much = False


@contextmanager
def storing_much() -> Iterator[None]:
    """Connections that are opened in the block are told so."""
    global _stores_much
    _stores_much = True
    try:
        yield
    finally:
        _stores_much = False


def pragmas(alias: str, options: dict[str, Any]) -> dict[str, str]:
    """What the database *alias* with these `OPTIONS` is told, by the name of the pragma."""
    told = SHARED if alias == "default" else OWN
    if _stores_much:
        told = told | STORING_MUCH
    chosen = str(options.get("init_command") or "").lower()
    return {
        name: value
        for name, value in told.items()
        if name not in chosen and not (name == "busy_timeout" and "timeout" in options)
    }


def _tell(*, connection: Any, **_: Any) -> None:
    """Tell a new connection, if it is one to the traffic database in a SQLite file."""
    settings = conf.umami_settings()
    if (
        connection.vendor != "sqlite"
        or connection.alias != settings.TRAFFIC_DATABASE
        or not settings.SQLITE_PRAGMAS
        or connection.is_in_memory_db()
    ):
        return
    for name, value in pragmas(connection.alias, connection.settings_dict["OPTIONS"]).items():
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA {name} = {value}")
        except DatabaseError:  # a file that may only be read, a moment when somebody else holds the lock
            logger.warning("SQLite does not take PRAGMA %s = %s.", name, value, exc_info=True)


def connect() -> None:
    """Be told of every new connection."""
    connection_created.connect(_tell, dispatch_uid="umami_django.databases.pragmas")
