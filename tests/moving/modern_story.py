"""A story in the tables of Umami 2 and 3, small enough to count on fingers, and what it is by the plain model."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from tests.twin.v1 import Seen
from umami_django.domain.periods import Period

from .conftest import SourceDatabase
from .stories import HASH, MADE

NOON = datetime(2026, 3, 10, 12, 50, tzinfo=UTC)
EVER = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def uuid(name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, name)


SHOP = uuid("shop")
ANA = {
    "browser": "chrome",
    "os": "Linux",
    "device": "desktop",
    "screen": "1x1",
    "language": "de-DE",
    "country": "DE",
}
BOB = {
    "browser": "firefox",
    "os": "iOS",
    "device": "mobile",
    "screen": "1x1",
    "language": "en-US",
    "country": "US",
}
VIEWS: list[dict[str, Any]] = [
    # ana: one visit across the clock hour, by a campaign from a search engine
    {"who": "ana", "visit": "ana 1", "at": 0, "url_path": "/", "url_query": "utm_source=News+letter&gclid=x"}
    | {"referrer_domain": "google.com", "referrer_path": "/search", "referrer_query": "q=x"}
    | {"utm_source": "News letter", "gclid": "x", "page_title": "Home"},
    {"who": "ana", "visit": "ana 1", "at": 15, "url_path": "/café#top", "url_query": "a=1", "tag": "b"},
    # bob: two visits, the second of a single page
    {
        "who": "bob",
        "visit": "bob 1",
        "at": 0,
        "url_path": "/",
        "referrer_domain": "t.co",
        "referrer_path": "/abc",
    },
    {"who": "bob", "visit": "bob 1", "at": 5, "url_path": "/price"},
    {"who": "bob", "visit": "bob 2", "at": 300, "url_path": "/100%", "url_query": ""},
]
EVENTS = [
    {"who": "bob", "visit": "bob 1", "at": 6, "url_path": "/price", "event_name": "buy", "event_type": 2},
]
SEEN = [
    Seen("ana", NOON, "/?utm_source=News+letter&gclid=x", "https://google.com/search?q=x"),
    Seen("ana", NOON + timedelta(minutes=15), "/café?a=1#top"),
    Seen("bob", NOON, "/", "https://t.co/abc"),
    Seen("bob", NOON + timedelta(minutes=5), "/price"),
    Seen("bob", NOON + timedelta(minutes=300), "/100%"),
    Seen("bob", NOON + timedelta(minutes=6), "/price", event="buy"),
]


def make(database: SourceDatabase, *, is_old: bool = False, is_3: bool = True) -> None:
    """The story in a database of Umami 3, or 2, or (*is_old*) 2.0."""
    for name, role in (("admin", "admin"), ("olga", "user"), ("vera", "view-only"), ("gone", "user")):
        deleted = MADE if name == "gone" else None
        database.insert(
            "user",
            {"user_id": uuid(name), "username": name, "password": HASH, "role": role}
            | {"created_at": MADE, "deleted_at": deleted},
        )
    share = {} if is_3 else {"share_id": "shop1234"}
    database.insert(
        "website",
        {
            "website_id": SHOP,
            "name": "Shop",
            "domain": "shop.example",
            "user_id": uuid("olga"),
            "created_at": MADE,
        }
        | share,
        {
            "website_id": uuid("old"),
            "name": "Old",
            "user_id": uuid("olga"),
            "deleted_at": MADE,
            "created_at": MADE,
        },
    )
    for name, attributes in (("ana", ANA), ("bob", BOB)):
        place = (
            {"subdivision1": "BE", "hostname": "www.shop.example"}
            if is_old
            else {"region": f"{attributes['country']}-BE", "distinct_id": "7"}
        )
        database.insert(
            "session",
            {"session_id": uuid(name), "website_id": SHOP, "created_at": NOON, "city": "Berlin"}
            | attributes
            | place,
        )
    for number, row in enumerate([*VIEWS, *EVENTS]):
        database.insert("website_event", event(number, row, is_old=is_old))


def event(number: int, row: dict[str, Any], *, is_old: bool = False) -> dict[str, Any]:
    columns = {
        "event_id": uuid(f"event {number}"),
        "website_id": SHOP,
        "session_id": uuid(row["who"]),
        "visit_id": uuid(row["visit"]),
        "created_at": NOON + timedelta(minutes=row["at"]),
        "hostname": "shop.example",
    } | {name: value for name, value in row.items() if name not in ("who", "visit", "at")}
    if is_old:
        for name in ("visit_id", "hostname", "utm_source", "gclid", "tag"):
            columns.pop(name, None)
    return columns


def leaf(number: int, key: str, data_type: int, text: str | None, **value: Any) -> dict[str, Any]:
    return {
        "event_data_id": uuid(f"leaf {number} {key}"),
        "website_id": SHOP,
        "website_event_id": uuid(f"event {number}"),
        "data_key": key,
        "data_type": data_type,
        "string_value": text,
        "created_at": NOON,
    } | value


def story_seen() -> list[Seen]:
    of = {"ana": ANA, "bob": BOB}
    return [replace(row, **of[row.visitor]) for row in SEEN]
