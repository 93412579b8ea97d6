"""Traffic of an Umami 1, as rows of its tables and as the twin sees it."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from tests.twin.v1 import Seen

from .conftest import SourceDatabase

HASH = "$2b$10$BUli0c.muyCW1ErNJc3jL.vFRFtFJWrT8/GcR4A.sUdCznaXiqFXa"
"""Of the password `umami`, as every Umami begins with."""
LARGE = UUID("0f8a1a1e-6a83-4ff6-9c1b-2a2f7d7c0007")
SMALL = UUID("0f8a1a1e-6a83-4ff6-9c1b-2a2f7d7c0009")
DOMAIN = "example.com"
MADE = datetime(2026, 1, 1, tzinfo=UTC)

URLS = ("/", "/a", "/A", "/á", "/a ", "/a?x=1", "/a?x=2#h", "/a%20b", "/?", "", "/" + "u" * 499, "/😀")
REFERRERS = (
    None,
    "",
    "https://t.co/",
    "https://example.com/x",
    "/inside",
    "https://www.example.com/",
    "100%_x",
)
EVENTS = ("buy", "Buy", "sign_up", "n" * 50)
ANCHORS = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin: clocks go forward
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # and back
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # New York: back; a month's end
)
GAPS_MIN = (-1500, -61, -60, -31, -1, 0, 1, 29, 30, 59, 60, 61, 120, 1440)
ATTRIBUTES = {
    "browser": (None, "chrome", "Chrome", "firefox"),
    "os": (None, "Linux", "iOS"),
    "device": (None, "desktop", "mobile"),
    "country": (None, "DE", "NL"),
    "screen": (None, "1x1"),
    "language": (None, "en", "en-US", "EN-gb", "de-DE"),
}


@dataclass(frozen=True)
class Story:
    """Who was where when; names of visitors are their numbers in table session."""

    sessions: dict[int, dict[str, Any]]
    rows: list[Seen]


def story(seed: int, *, visitors: int = 12, rows: int = 240, whole_seconds: bool = False) -> Story:
    """Some traffic, the same for the same seed. MySQL keeps whole seconds only."""
    chance = random.Random(seed)
    people = {
        number: {name: chance.choice(values) for name, values in ATTRIBUTES.items()}
        for number in range(1, visitors + 1)
    }
    seen = []
    for _ in range(rows):
        number = chance.randint(1, visitors - 1)  # the last one never comes
        event = chance.choice(EVENTS) if chance.random() < 0.3 else None
        moment = chance.choice(ANCHORS) + timedelta(minutes=chance.choice(GAPS_MIN))
        if not whole_seconds:
            moment += timedelta(microseconds=chance.choice((0, 1, -1, 999_999)))
        referrer = None if event else chance.choice(REFERRERS)
        seen.append(Seen(f"{number}", moment, chance.choice(URLS), referrer, event, **people[number]))
    return Story(people, seen)


def make_v1(database: SourceDatabase, told: Story, *, event_tables: Sequence[str] = ("event",)) -> None:
    """Two accounts and two websites; the second website has the story's first rows, too.

    Events go to the tables in turn; those of the old form have a type and a value.
    """
    database.insert(
        "account",
        {"user_id": 1, "username": "admin", "password": HASH, "is_admin": True, "created_at": MADE},
        {"user_id": 5, "username": "bob", "password": HASH.replace("$2b$", "$2a$"), "is_admin": False}
        | {"created_at": MADE},
    )
    database.insert(
        "website", *(website(*row) for row in ((7, LARGE, 5, "Large", "abcd1234"), (9, SMALL, 1, "Small")))
    )
    for number, attributes in told.sessions.items():
        database.insert("session", session(number, 7, attributes))
    database.insert("session", session(900, 9, told.sessions[1]))
    data = {"price": 3, "l": ["a", None], "é": True}
    for position, row in enumerate(told.rows, start=1):
        places = [(7, int(row.visitor), position)] + ([(9, 900, 10_000 + position)] if position <= 5 else [])
        for website_id, session_id, key in places:
            common = {
                "website_id": website_id,
                "session_id": session_id,
                "created_at": row.at,
                "url": row.url,
            }
            if row.event is None:
                database.insert("pageview", {"view_id": key} | common | {"referrer": row.referrer})
                continue
            table = event_tables[position % len(event_tables)]
            names = {"event_name": row.event}
            if is_old(database, table):
                names = {"event_type": "click", "event_value": row.event}
            # keys begin anew in the table that an upgrade makes
            event_id = key - 1 if table == "_event_old" else key
            database.insert(table, {"event_id": event_id} | common | names)
            if not is_old(database, table) and position % 2:
                database.insert("event_data", {"event_id": event_id, "event_data": json.dumps(data)})


def is_old(database: SourceDatabase, table: str) -> bool:
    with database.connection.cursor() as cursor:
        columns = database.connection.introspection.get_table_description(cursor, table)
    return any(column.name == "event_type" for column in columns)


def website(number: int, uuid: UUID, owner: int, name: str, share: str | None = None) -> dict[str, Any]:
    return {
        "website_id": number,
        "website_uuid": uuid,
        "user_id": owner,
        "name": name,
        "domain": DOMAIN,
        "share_id": share,
        "created_at": MADE,
    }


def session(number: int, website_id: int, attributes: dict[str, Any]) -> dict[str, Any]:
    uuid = uuid5(NAMESPACE_DNS, f"{website_id}:{number}")
    known = {"session_id": number, "session_uuid": uuid, "website_id": website_id, "created_at": MADE}
    return known | {"hostname": DOMAIN} | attributes
