"""The database: is it there, is it migrated, does its clock agree with ours, how large are the tables?"""

import time
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from ...conf import umami_settings
from .finding import Finding, error, ok, warn

CLOCKS = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())::float8",
    "mysql": "SELECT UNIX_TIMESTAMP(NOW(6))",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}
"""The database's time in seconds since 1970."""
SIZES = {
    "postgresql": "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relname LIKE %s",
    "mysql": "SELECT table_name, data_length + index_length FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name LIKE %s",
}
"""Bytes of each table, with its indexes."""
SLOW_MS = 250
CLOCK_WARNS_AT_S, CLOCK_FAILS_AT_S = 2.0, 60.0


def aliases() -> list[str]:
    """The databases that this app uses: the one of the websites, the one of the traffic."""
    return list(
        dict.fromkeys([apps.get_model("umami_django.Website").objects.db, umami_settings().TRAFFIC_DATABASE])
    )


def database(now: datetime) -> Finding:
    """Does it answer, and is it migrated?"""
    figures: dict[str, Any] = {}
    for alias in aliases():
        connection = connections[alias]
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        answered_ms = round((time.perf_counter() - started) * 1000, 1)
        executor = MigrationExecutor(connection)
        targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "umami_django"]
        pending = [str(migration) for migration, _ in executor.migration_plan(targets)]
        figures[alias] = {
            "vendor": connection.vendor,
            "answered_ms": answered_ms,
            "pending_migrations": pending,
        }
    if missing := [name for figure in figures.values() for name in figure["pending_migrations"]]:
        return error("database", f"{len(missing)} migrations are missing: run migrate", **figures)
    slowest = max(figure["answered_ms"] for figure in figures.values())
    words = ", ".join(f"{figure['vendor']} ({alias})" for alias, figure in figures.items())
    if slowest > SLOW_MS:
        return warn("database", f"{words} took {slowest:.0f} ms to answer", **figures)
    return ok("database", f"{words}, migrated", **figures)


def clock(now: datetime) -> Finding:
    """Do the database and this machine agree what time it is?"""
    connection = connections[umami_settings().TRAFFIC_DATABASE]
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute(CLOCKS[connection.vendor])
        theirs = float(cursor.fetchone()[0])
        after = time.time()
    off_s = round(max(before - theirs, theirs - after, 0.0), 3)
    figures = {"apart_s": off_s}
    if off_s >= CLOCK_WARNS_AT_S:
        found = error if off_s >= CLOCK_FAILS_AT_S else warn
        return found("clock", f"the database's clock and this machine's are {off_s:,.1f} s apart", **figures)
    return ok("clock", "the database and this machine agree", **figures)


def sizes(now: datetime) -> Finding:
    """How large are the tables?"""
    connection = connections[umami_settings().TRAFFIC_DATABASE]
    tables: dict[str, int] = {}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            total = int(cursor.fetchone()[0])
        else:
            cursor.execute(SIZES[connection.vendor], ["umami\\_django\\_%"])
            tables = {name: int(size or 0) for name, size in cursor.fetchall()}
            total = sum(tables.values())
    largest = sorted(tables.items(), key=lambda item: -item[1])
    words = ", ".join(
        f"{name.removeprefix('umami_django_')} {_megabytes(size)}" for name, size in largest[:3]
    )
    message = f"{_megabytes(total)}" + (f", most of it {words}" if words else " in one file")
    return ok("sizes", message, total_bytes=total, table_bytes=dict(largest))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
