"""Umami 2 and 3 on PostgreSQL: uuids, one table of events, their data in typed leaves.

Columns came and went (v3 reference 5.1): what a version lacks is read as null, older names are known. Source: v3
reference 5.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ...domain.hits import Identification, Property
from ...domain.roles import Role
from ...ingest.location import CLICK_IDS, UTM_FIELDS
from ..values import Person, Position, Site, Source, Tally, Told
from . import ids, modern_rows
from .connection import Reader, moment, moment_or_none
from .others import lost_sessions, other_tables

NAME = "Umami 2 or 3"
NEEDS = {
    "user": {"user_id", "username", "password", "role", "created_at"},
    "website": {"website_id", "name", "domain", "user_id", "created_at"},
    "session": {"session_id", "website_id", "created_at", "browser", "os", "device", "screen", "language"}
    | {"country"},
    "website_event": {"event_id", "website_id", "session_id", "created_at", "url_path", "url_query"}
    | {"referrer_path", "referrer_query", "referrer_domain", "page_title", "event_type", "event_name"},
}
SESSION, EVENT, SESSION_DATA = "session", "website_event", "session_data"
KINDS = "(1, 2)"
"""The types of events that are brought: pageviews and custom events."""
OTHER_TYPES = {3: "clicks on links", 4: "loads of pixels", 5: "performance samples"}
TEAM_OWNER = "team-owner"
WEBSITE_SHARE = 1
LEAF_COLUMNS = (
    ("data_key", "event_key", "session_key"),
    ("string_value", "event_string_value"),
    ("number_value", "event_numeric_value"),
    ("date_value", "event_date_value"),
    ("data_type", "event_data_type"),
)
"""The columns of event and session data, each with the names it had before."""
ROLES = {role.value: role for role in Role}


def source(reader: Reader) -> Source:
    """The database as a source."""
    return Modern(reader)


class Modern:
    """A database of Umami 2 or 3."""

    family = "2"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._session_columns = reader.columns["session"]
        self._event_columns = reader.columns["website_event"]
        self._has_data = "event_data" in reader.columns
        self._has_session_data = "session_data" in reader.columns
        self.streams: Sequence[str] = (SESSION, EVENT) + ((SESSION_DATA,) if self._has_session_data else ())
        self.tallied: Sequence[Tally] = (
            *(Tally.SESSIONS, Tally.PAGEVIEWS, Tally.EVENTS),
            *((Tally.EVENT_DATA,) if self._has_data else ()),
            *((Tally.SESSION_DATA,) if self._has_session_data else ()),
        )
        version = "3" if "share_id" not in reader.columns["website"] else "2"
        self.description = f"Umami {version} on {reader.vendor}"

    def people(self) -> list[Person]:
        """Users that are not deleted."""
        rows = self._reader.select(
            f"SELECT user_id, username, password, role, created_at FROM {self._reader.quote('user')} "
            f"WHERE {self._in_use('user')} ORDER BY created_at, username"
        )
        return [
            Person(
                key=str(uuid),
                username=username,
                password=password,
                role=ROLES.get(role, Role.USER),
                created_at=moment_or_none(created_at),
                uuid=ids.as_uuid(uuid),
            )
            for uuid, username, password, role, created_at in rows
        ]

    def sites(self) -> list[Site]:
        """Websites that are not deleted; those of a team are its owner's."""
        columns = ", ".join(self._column("website", name) for name in ("reset_at", "team_id", "share_id"))
        rows = self._reader.select(
            f"SELECT website_id, name, domain, user_id, created_at, {columns} FROM website "
            f"WHERE {self._in_use('website')} ORDER BY created_at, website_id"
        )
        owners, slugs = self._team_owners(), self._slugs()
        sites = []
        for key, name, domain, user, created_at, reset_at, team, share in rows:
            owner = user or owners.get(str(team))
            sites.append(
                Site(
                    key=str(key),
                    uuid=UUID(str(key)),
                    name=name,
                    domain=domain,
                    owner=None if owner is None else str(owner),
                    created_at=moment_or_none(created_at),
                    reset_at=moment_or_none(reset_at),
                    slugs=(*([share] if share else ()), *slugs[str(key)]),
                )
            )
        return sites

    def count(self, stream: str, site: Site, since: datetime | None) -> int:
        """How many rows of a stream have a time, since a moment."""
        condition, parameters = self._condition(stream, site, since)
        return self._reader.number(f"SELECT COUNT(*) FROM {stream} r WHERE {condition}", parameters)

    def rows(
        self, stream: str, site: Site, website_id: int, since: datetime | None, after: Position | None
    ) -> Iterator[tuple[list[Told], Position]]:
        """The rows of a stream, by time and key: ours."""
        key, columns = self._shape(stream)
        joined = ""
        if stream == EVENT and self._hostname_is_in_session:
            joined = " LEFT JOIN session s ON s.session_id = r.session_id"
        condition, parameters = self._condition(stream, site, since)
        if after is not None:
            condition += f" AND r.created_at >= %s AND (r.created_at > %s OR r.{key} > %s)"
            parameters += [self._reader.parameter(after.at)] * 2 + [after.row]
        sql = (
            f"SELECT {self._reader.time('r.created_at')}, r.{key}, {columns} FROM {stream} r{joined} "
            f"WHERE {condition} ORDER BY r.created_at, r.{key}"
        )
        for rows in self._reader.stream(sql, parameters):
            leaves = self._leaves([row[1] for row in rows]) if stream == EVENT and self._has_data else {}
            match stream:
                case "session":
                    told: list[Told] = [modern_rows.session(row, website_id) for row in rows]
                case "website_event":
                    told = [modern_rows.hit(row, website_id, leaves.get(str(row[1]), ())) for row in rows]
                case _:
                    told = [modern_rows.told(row, website_id) for row in rows]
            yield told, Position(moment(rows[-1][0]), str(rows[-1][1]))

    def sessions(self, site: Site, website_id: int, uuids: Sequence[UUID]) -> list[Identification]:
        """Sessions by uuid."""
        sql = (
            f"SELECT r.created_at, r.session_id, {self._columns_of_session('r')} FROM session r "
            "WHERE r.session_id IN"
        )
        texts = [str(uuid) for uuid in uuids]
        return [modern_rows.session(row, website_id) for row in self._reader.select_by_keys(sql, texts)]

    def counts(self, site: Site, since: datetime | None) -> dict[Tally, int]:
        """Sessions, pageviews, events, the leaves of event data, and those of session data by key."""
        number = self._reader.number
        condition, parameters = self._condition(EVENT, site, since)
        events = f"website_event r WHERE {condition}"
        counted = {
            Tally.SESSIONS: self.count(SESSION, site, since),
            Tally.PAGEVIEWS: number(f"SELECT COUNT(*) FROM {events} AND r.event_type = 1", parameters),
            Tally.EVENTS: number(f"SELECT COUNT(*) FROM {events} AND r.event_type = 2", parameters),
        }
        if self._has_data:
            counted[Tally.EVENT_DATA] = number(
                "SELECT COUNT(*) FROM event_data d JOIN website_event r ON r.event_id = d.website_event_id "
                f"WHERE {condition}",
                parameters,
            )
        if self._has_session_data:
            condition, parameters = self._condition(SESSION_DATA, site, since)
            key = self._leaf_name(SESSION_DATA, LEAF_COLUMNS[0])
            counted[Tally.SESSION_DATA] = number(
                f"SELECT COUNT(*) FROM (SELECT DISTINCT r.session_id, r.{key} FROM session_data r "
                f"WHERE {condition}) AS latest",
                parameters,
            )
        return counted

    def lost_sessions(self, site: Site, since: datetime | None) -> int:
        """Sessions that only rows tell of."""
        condition, parameters = self._condition(EVENT, site, since)
        return self._reader.number(lost_sessions([EVENT], condition), parameters)

    def left_behind(self) -> dict[str, int]:
        """What there is no place for here, and rows that nobody sees in Umami either."""
        reader = self._reader
        left = other_tables(reader, {*NEEDS, "event_data", "session_data", "share"})
        for number, count in reader.select(
            f"SELECT event_type, COUNT(*) FROM website_event WHERE event_type NOT IN {KINDS} GROUP BY event_type"
        ):
            left[OTHER_TYPES.get(number, f"events of type {number}")] = count
        for table in ("user", "website"):
            if "deleted_at" in reader.columns[table]:
                left[f"deleted: {table}"] = reader.number(
                    f"SELECT COUNT(*) FROM {reader.quote(table)} WHERE deleted_at IS NOT NULL"
                )
        if "team_id" in reader.columns["website"]:
            left["websites of a team, given to its owner"] = reader.number(
                f"SELECT COUNT(*) FROM website WHERE team_id IS NOT NULL AND {self._in_use('website')}"
            )
        if "share" in reader.columns:
            left["shares of links, pixels and boards"] = reader.number(
                "SELECT COUNT(*) FROM share WHERE share_type <> %s", [WEBSITE_SHARE]
            )
        for table in self.streams:
            kinds = f"event_type IN {KINDS} AND " if table == EVENT else ""
            left[f"{table}: rows without a time"] = reader.number(
                f"SELECT COUNT(*) FROM {table} WHERE {kinds}created_at IS NULL"
            )
            left[f"{table}: rows of no website (deleted ones, links, pixels)"] = reader.number(
                f"SELECT COUNT(*) FROM {table} r WHERE {kinds}NOT EXISTS (SELECT 1 FROM website w "
                f"WHERE w.website_id = r.website_id AND {self._in_use('website', 'w.')})"
            )
        if self._has_data:
            left["event_data: values of no event that is brought"] = reader.number(
                "SELECT COUNT(*) FROM event_data d WHERE NOT EXISTS (SELECT 1 FROM website_event r "
                f"WHERE r.event_id = d.website_event_id AND r.event_type IN {KINDS})"
            )
        return {what: count for what, count in left.items() if count}

    @property
    def _hostname_is_in_session(self) -> bool:
        """Up to 2.17 it was."""
        return "hostname" not in self._event_columns and "hostname" in self._session_columns

    def _column(self, table: str, name: str, alias: str = "") -> str:
        """The column, or null where this version has none."""
        return f"{alias}{name}" if name in self._reader.columns[table] else f"NULL AS {name}"

    def _in_use(self, table: str, alias: str = "") -> str:
        return f"{alias}deleted_at IS NULL" if "deleted_at" in self._reader.columns[table] else "1 = 1"

    def _condition(self, stream: str, site: Site, since: datetime | None) -> tuple[str, list[Any]]:
        condition, parameters = "r.website_id = %s AND r.created_at IS NOT NULL", [site.key]
        if since is not None:
            condition, parameters = (
                "r.website_id = %s AND r.created_at >= %s",
                [
                    site.key,
                    self._reader.parameter(since),
                ],
            )
        if stream == EVENT:
            condition += f" AND r.event_type IN {KINDS}"
        return condition, parameters

    def _shape(self, stream: str) -> tuple[str, str]:
        """The key of a table, and what to select after time and key."""
        match stream:
            case "session":
                return "session_id", self._columns_of_session("r")
            case "website_event":
                return "event_id", self._columns_of_event()
            case _:
                return "session_data_id", f"r.session_id, {self._leaf_columns(SESSION_DATA)}"

    def _columns_of_session(self, alias: str) -> str:
        region = "region" if "region" in self._session_columns else "subdivision1"
        names = ("browser", "os", "device", "screen", "language", "country", region, "city", "distinct_id")
        return ", ".join(self._column("session", name, f"{alias}.") for name in ("hostname", *names))

    def _columns_of_event(self) -> str:
        address = ("url_path", "url_query", "referrer_path", "referrer_query", "referrer_domain")
        columns = [self._column(EVENT, name, "r.") for name in (*address, *UTM_FIELDS, *CLICK_IDS)]
        hostname = "s.hostname" if self._hostname_is_in_session else self._column(EVENT, "hostname", "r.")
        others = ("visit_id", "event_type", "page_title", "event_name", "tag")
        return ", ".join(
            [
                "r.session_id",
                *(self._column(EVENT, name, "r.") for name in others),
                hostname,
                "1" if "utm_source" in self._event_columns else "0",
                *columns,
            ]
        )

    def _leaf_name(self, table: str, names: Sequence[str]) -> str:
        return next(name for name in names if name in self._reader.columns[table])

    def _leaf_columns(self, table: str) -> str:
        return ", ".join(self._leaf_name(table, names) for names in LEAF_COLUMNS)

    def _leaves(self, events: Sequence[Any]) -> dict[str, list[Property]]:
        """The data of events, by their ids."""
        sql = f"SELECT website_event_id, {self._leaf_columns('event_data')} FROM event_data WHERE website_event_id IN"
        found: dict[str, list[Property]] = defaultdict(list)
        for event, *value in self._reader.select_by_keys(sql, [str(event) for event in events]):
            found[str(event)].append(modern_rows.leaf(*value))
        return found

    def _team_owners(self) -> dict[str, Any]:
        if "team_user" not in self._reader.columns:
            return {}
        rows = self._reader.select(
            "SELECT team_id, user_id FROM team_user WHERE role = %s ORDER BY created_at DESC", [TEAM_OWNER]
        )
        return {str(team): user for team, user in rows}

    def _slugs(self) -> dict[str, list[str]]:
        """The share ids of websites."""
        found: dict[str, list[str]] = defaultdict(list)
        if "share" in self._reader.columns:
            for entity, slug in self._reader.select(
                "SELECT entity_id, slug FROM share WHERE share_type = %s ORDER BY created_at, slug",
                [WEBSITE_SHARE],
            ):
                found[str(entity)].append(slug)
        return found
