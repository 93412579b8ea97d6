"""Umami 1.0 to 1.40, on PostgreSQL and MySQL: integer keys, pageviews and events in tables of their own.

Up to 1.36 an event has a type and a value; upgrading keeps those in `_event_old`. Source: v1 reference 6.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ...domain.hits import Identification
from ...domain.roles import Role
from ..values import Person, Position, Site, Source, Tally, Told
from . import ids, v1_rows
from .connection import Reader, Row, moment, moment_or_none
from .others import lost_sessions, other_tables

NAME = "Umami 1"
NEEDS = {
    "account": {"user_id", "username", "password", "is_admin", "created_at"},
    "website": {"website_id", "website_uuid", "user_id", "name", "domain", "share_id", "created_at"},
    "session": {
        "session_id",
        "session_uuid",
        "website_id",
        "created_at",
        "hostname",
        "browser",
        "os",
        "device",
    }
    | {"screen", "language", "country"},
    "pageview": {"view_id", "website_id", "session_id", "created_at", "url", "referrer"},
    "event": {"event_id", "website_id", "session_id", "created_at", "url"},
}
SESSION, PAGEVIEW, EVENT, OLD_EVENT = "session", "pageview", "event", "event of 1.36 or earlier"
KEYS = {"session": "session_id", "pageview": "view_id", "event": "event_id", "_event_old": "event_id"}
OF_SESSION = "browser, os, device, screen, language, country"

Make = Callable[[Row], Told]


def source(reader: Reader) -> Source:
    """The database as a source."""
    return V1(reader)


class V1:
    """A database of Umami 1."""

    family = "1"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        has_names = "event_name" in reader.columns["event"]
        self._tables = {SESSION: "session", PAGEVIEW: "pageview"}
        if has_names:
            self._tables[EVENT] = "event"
        if not has_names or "_event_old" in reader.columns:
            self._tables[OLD_EVENT] = "_event_old" if has_names else "event"
        self._has_data = "event_data" in reader.columns
        self.streams: Sequence[str] = tuple(self._tables)
        self.tallied: Sequence[Tally] = (
            *(Tally.SESSIONS, Tally.PAGEVIEWS, Tally.EVENTS),
            *((Tally.EVENT_DOCUMENTS,) if self._has_data else ()),
        )
        is_late = "account_uuid" in reader.columns["account"]
        versions = "1.39 or 1.40" if is_late else "1.37 or 1.38" if has_names else "1.0 to 1.36"
        self.description = f"Umami {versions} on {reader.vendor}"

    def people(self) -> list[Person]:
        """Accounts."""
        has_uuid = "account_uuid" in self._reader.columns["account"]
        rows = self._reader.select(
            "SELECT user_id, username, password, is_admin, created_at, "
            f"{'account_uuid' if has_uuid else 'NULL'} FROM account ORDER BY user_id"
        )
        return [
            Person(
                key=str(number),
                username=username,
                password=password,
                role=Role.ADMIN if is_admin else Role.USER,
                created_at=moment_or_none(created_at),
                number=number,
                uuid=ids.as_uuid(uuid),
            )
            for number, username, password, is_admin, created_at, uuid in rows
        ]

    def sites(self) -> list[Site]:
        """Websites."""
        rows = self._reader.select(
            "SELECT website_id, website_uuid, user_id, name, domain, share_id, created_at FROM website "
            "ORDER BY website_id"
        )
        return [
            Site(
                key=number,
                uuid=UUID(str(uuid)),
                name=name,
                domain=domain,
                owner=str(owner),
                created_at=moment_or_none(created_at),
                number=number,
                slugs=(slug,) if slug else (),
            )
            for number, uuid, owner, name, domain, slug, created_at in rows
        ]

    def count(self, stream: str, site: Site, since: datetime | None) -> int:
        """How many rows of a stream have a time, since a moment."""
        condition, parameters = self._condition(site, since)
        table = self._reader.quote(self._tables[stream])
        return self._reader.number(f"SELECT COUNT(*) FROM {table} r WHERE {condition}", parameters)

    def rows(
        self, stream: str, site: Site, website_id: int, since: datetime | None, after: Position | None
    ) -> Iterator[tuple[list[Told], Position]]:
        """The rows of a stream, by time and key: ours."""
        columns, make = self._shape(stream, site, website_id)
        table = self._tables[stream]
        key = KEYS[table]
        condition, parameters = self._condition(site, since)
        if after is not None:
            condition += f" AND r.created_at >= %s AND (r.created_at > %s OR r.{key} > %s)"
            parameters += [self._reader.parameter(after.at)] * 2 + [int(after.row)]
        joined = "" if stream == SESSION else self._joined(stream)
        sql = (
            f"SELECT {self._reader.time('r.created_at')}, r.{key}, {columns} "
            f"FROM {self._reader.quote(table)} r{joined} "
            f"WHERE {condition} ORDER BY r.created_at, r.{key}"
        )
        for rows in self._reader.stream(sql, parameters):
            yield [make(row) for row in rows], Position(moment(rows[-1][0]), str(rows[-1][1]))

    def sessions(self, site: Site, website_id: int, uuids: Sequence[UUID]) -> list[Identification]:
        """Sessions by uuid."""
        sql = (
            f"SELECT created_at, session_id, session_uuid, hostname, {OF_SESSION} FROM session "
            "WHERE session_uuid IN"
        )
        texts = [str(uuid) for uuid in uuids]
        return [v1_rows.session(row, site, website_id) for row in self._reader.select_by_keys(sql, texts)]

    def counts(self, site: Site, since: datetime | None) -> dict[Tally, int]:
        """Sessions, pageviews, events of both forms, and events with data."""
        found = {stream: self.count(stream, site, since) for stream in self.streams}
        counted = {
            Tally.SESSIONS: found[SESSION],
            Tally.PAGEVIEWS: found[PAGEVIEW],
            Tally.EVENTS: found.get(EVENT, 0) + found.get(OLD_EVENT, 0),
        }
        if self._has_data:
            condition, parameters = self._condition(site, since)
            counted[Tally.EVENT_DOCUMENTS] = self._reader.number(
                f"SELECT COUNT(*) FROM event_data d JOIN event r ON r.event_id = d.event_id WHERE {condition}",
                parameters,
            )
        return counted

    def lost_sessions(self, site: Site, since: datetime | None) -> int:
        """Sessions that only rows tell of."""
        condition, parameters = self._condition(site, since)
        lost = lost_sessions([self._reader.quote(self._tables[name]) for name in self.streams[1:]], condition)
        return self._reader.number(lost, parameters * (len(self.streams) - 1))

    def left_behind(self) -> dict[str, int]:
        """Rows without a time or a website, and tables that are none of Umami's."""
        known = {*NEEDS, "event_data", "_event_old"}
        left = other_tables(self._reader, known)
        for stream, table in self._tables.items():
            name = self._reader.quote(table)
            lost = "NOT EXISTS (SELECT 1 FROM website w WHERE w.website_id = r.website_id)"
            left[f"{stream}: rows without a time"] = self._reader.number(
                f"SELECT COUNT(*) FROM {name} r WHERE created_at IS NULL"
            )
            left[f"{stream}: rows of no website"] = self._reader.number(
                f"SELECT COUNT(*) FROM {name} r WHERE {lost}"
            )
        if OLD_EVENT in self._tables:
            left["types of events (their values are the names)"] = self._reader.number(
                f"SELECT COUNT(DISTINCT event_type) FROM {self._reader.quote(self._tables[OLD_EVENT])}"
            )
        return {what: count for what, count in left.items() if count}

    def _condition(self, site: Site, since: datetime | None) -> tuple[str, list[Any]]:
        if since is None:
            return "r.website_id = %s AND r.created_at IS NOT NULL", [site.key]
        return "r.website_id = %s AND r.created_at >= %s", [site.key, self._reader.parameter(since)]

    def _joined(self, stream: str) -> str:
        """A row of `_event_old` may be of a session that is gone: its foreign keys are."""
        joined = " LEFT JOIN session s ON s.session_id = r.session_id"
        if stream == EVENT and self._has_data:
            joined += " LEFT JOIN event_data d ON d.event_id = r.event_id"
        return joined

    def _shape(self, stream: str, site: Site, website_id: int) -> tuple[str, Make]:
        """What to select after time and key, and what a row becomes."""
        of_hit = "r.session_id, s.session_uuid, s.hostname, r.url"
        match stream:
            case "session":
                columns = ", ".join(f"r.{name.strip()}" for name in OF_SESSION.split(","))
                return f"r.session_uuid, r.hostname, {columns}", lambda row: v1_rows.session(
                    row, site, website_id
                )
            case "pageview":
                return f"{of_hit}, r.referrer", lambda row: v1_rows.pageview(row, site, website_id)
            case "event":
                data = "NULL"
                if self._has_data:
                    data = (
                        "CAST(d.event_data AS CHAR)"
                        if self._reader.vendor == "mysql"
                        else ("CAST(d.event_data AS text)")
                    )
                return f"{of_hit}, r.event_name, {data}", lambda row: v1_rows.event(row, site, website_id)
            case _:
                return f"{of_hit}, r.event_value, NULL", lambda row: v1_rows.event(row, site, website_id)
