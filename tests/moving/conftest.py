"""Databases that an Umami might have left: made on the servers that the environment names, and on SQLite.

`TEST_DATABASE_URL` (the run's own), `POSTGRES_URL`, `MARIADB_URL`: `tox -e moving` has all of them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from umami_django.moving.sources.connection import parsed

from .schemas import ddl

VENDORS = {"postgres": "postgresql", "postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
SERVERS = {
    VENDORS[urlsplit(url).scheme]: url
    for variable in ("TEST_DATABASE_URL", "POSTGRES_URL", "MARIADB_URL")
    if urlsplit(url := os.environ.get(variable, "")).scheme in VENDORS
}
V1_VENDORS = ("sqlite", *SERVERS)
MODERN_VENDORS = tuple(vendor for vendor in V1_VENDORS if vendor != "mysql")


class SourceDatabase:
    """An empty database, to be filled with Umami's tables."""

    def __init__(self, vendor: str, url: str) -> None:
        self.vendor, self.url = vendor, url
        self.connection = connected(url)
        if vendor == "mysql":
            self.execute("SET time_zone = '+00:00'")
        self.connection.set_autocommit(False)

    def create(self, schema: str) -> None:
        for statement in ddl(schema, self.vendor):
            self.execute(statement)

    def execute(self, statement: str, parameters: Sequence[Any] | None = None) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    def insert(self, table: str, *rows: dict[str, Any]) -> None:
        quote = self.connection.ops.quote_name
        for row in rows:
            names = ", ".join(row)
            places = ", ".join(["%s"] * len(row))
            values = [self._value(value) for value in row.values()]
            self.execute(f"insert into {quote(table)}({names}) values ({places})", values)

    def _value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.connection.ops.adapt_datetimefield_value(value)
        return str(value) if isinstance(value, UUID) else value


def connected(url: str) -> BaseDatabaseWrapper:
    connection = ConnectionHandler({"default": parsed(url)})["default"]
    connection.ensure_connection()
    return connection


def moved(database: SourceDatabase, *options: str) -> str:
    """Move the database in; what the command says."""
    database.connection.commit()
    out = StringIO()
    call_command("umami_import", database.url, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[Callable[[str], SourceDatabase]]:
    """Makes databases, by vendor; they are gone after the test."""
    made: list[tuple[SourceDatabase, BaseDatabaseWrapper | None, str]] = []

    def make(vendor: str) -> SourceDatabase:
        stem = urlsplit(SERVERS.get(vendor, "")).path[1:] or "umami"
        name = f"{stem}_source_{uuid4().hex[:12]}"
        if vendor == "sqlite":
            made.append((SourceDatabase(vendor, f"sqlite:///{tmp_path}/{name}"), None, ""))
        else:
            server = SERVERS[vendor]
            admin = connected(server)
            with admin.cursor() as cursor:
                cursor.execute(f"create database {name}")
            url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            made.append((SourceDatabase(vendor, url), admin, name))
        return made[-1][0]

    yield make
    for database, admin, name in made:
        database.connection.close()
        if admin is not None:
            with admin.cursor() as cursor:
                cursor.execute(f"drop database {name}")
            admin.close()


@pytest.fixture(params=V1_VENDORS)
def v1_database(
    request: pytest.FixtureRequest, new_database: Callable[[str], SourceDatabase]
) -> SourceDatabase:
    return new_database(request.param)


@pytest.fixture(params=MODERN_VENDORS)
def modern_database(
    request: pytest.FixtureRequest, new_database: Callable[[str], SourceDatabase]
) -> SourceDatabase:
    return new_database(request.param)
