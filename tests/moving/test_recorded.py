"""The database behind the recorded answers of a real Umami 1.38, moved in, answers the recorded questions."""

from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from tests.recorded import world as recorded
from tests.recorded.test_recorded_answers import compared
from umami_django.models import Account, Website

from . import schemas
from .conftest import SourceDatabase, moved
from .stories import HASH

pytestmark = pytest.mark.django_db
SQL = Path(recorded.__file__).parent / "umami-1.38-database.sql"
UUIDS = {number: UUID(f"0f8a1a1e-6a83-4ff6-9c1b-2a2f7d7c000{number}") for number in (1, 2, 4)}
QUESTIONS = [record for record in recorded.RECORDS if record["n"] in recorded.STATISTICS]


class MovedWorld(recorded.World):
    """The recorded world, its rows come from the source."""

    def __init__(self) -> None:
        self.accounts = {
            number: Account.objects.with_username(name).get() for number, name in ((1, "admin"), (2, "bob"))
        }
        self.websites = {number: Website.objects.get(uuid=uuid) for number, uuid in UUIDS.items()}
        self.share = self.websites[1].shares.get()


def fill(database: SourceDatabase) -> None:
    """The database as it was recorded; on other servers than PostgreSQL the same rows."""
    if database.vendor == "postgresql":
        database.execute(SQL.read_text("utf-8").replace("%", "%%"))
        return
    database.create(schemas.V1_LATE)
    for number, name in ((1, "admin"), (2, "bob")):
        database.insert(
            "account", {"user_id": number, "username": name, "password": HASH, "is_admin": number == 1}
        )
    for number, uuid in UUIDS.items():
        _, owner, name, domain = recorded.WEBSITES[number]
        database.insert(
            "website",
            {"website_id": number, "website_uuid": uuid, "user_id": owner, "name": name, "domain": domain}
            | {"share_id": "abcd1234" if number == 1 else None},
        )
    names = ("session_uuid", "browser", "os", "device", "screen", "language", "country")
    for number, values in recorded.SESSIONS.items():
        common = {
            "session_id": number,
            "website_id": 1,
            "created_at": recorded.FIRST,
            "hostname": "example.com",
        }
        database.insert("session", common | dict(zip(names, values, strict=True)))
    for position, (session, url, referrer) in enumerate(recorded.PAGEVIEWS, start=1):
        row = {
            "website_id": 1,
            "session_id": session,
            "created_at": recorded.pageview_at(position),
            "url": url,
        }
        database.insert("pageview", row | {"referrer": referrer})
    for position, (session, url, name) in enumerate(recorded.EVENTS, start=1):
        row = {"website_id": 1, "session_id": session, "created_at": recorded.event_at(position), "url": url}
        database.insert("event", row | {"event_name": name})
    database.insert("event_data", {"event_id": 2, "event_data": '{"l": ["a", null], "é": true, "price": 3}'})
    database.insert("event_data", {"event_id": 3, "event_data": '"text"'})


def test_the_recorded_questions_are_answered_from_the_moved_rows(
    v1_database: SourceDatabase, client: Client
) -> None:
    fill(v1_database)
    report = moved(v1_database)
    assert "2 accounts, 3 websites." in report
    assert "All counts agree." in report
    world = MovedWorld()
    assert {number: row.pk for number, row in world.websites.items()} == {1: 1, 2: 2, 4: 4}
    assert len(QUESTIONS) > 30
    for record in QUESTIONS:
        compared(client, world, record)
