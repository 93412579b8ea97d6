"""Umami 1 moves in: every version of its tables, and afterwards every statistic answers as its rows say."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.conftest import Api
from umami_django.models import Account, EventDocument, Session, Share, StoredHit, Website

from . import schemas
from .asking import assert_answers_like_its_rows
from .conftest import SourceDatabase, moved
from .stories import DOMAIN, LARGE, MADE, SMALL, Story, make_v1, story

pytestmark = pytest.mark.django_db
HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
]


def told(database: SourceDatabase, **options: Any) -> Story:
    return story(7, whole_seconds=database.vendor == "mysql", **options)


@override_settings(PASSWORD_HASHERS=HASHERS)
def logged_in(username: str) -> Api:
    api = Api(Client())
    answer = api.post("/api/auth/login", {"username": username, "password": "umami"})
    assert answer.status_code == 200, answer.content
    return Api(Client(), answer.json()["token"])


@pytest.mark.parametrize(
    ("schema", "event_tables", "version"),
    [
        (schemas.V1_EARLY, ["event"], "1.0 to 1.36"),
        (schemas.V1_LATE, ["event"], "1.37 or 1.38"),
        (schemas.V1_UPGRADED, ["event", "_event_old"], "1.37 or 1.38"),
        (schemas.V1_LAST, ["event"], "1.39 or 1.40"),
    ],
    ids=["early", "late", "upgraded", "last"],
)
def test_every_statistic_answers_as_the_rows_of_the_source_say(
    v1_database: SourceDatabase, schema: str, event_tables: list[str], version: str
) -> None:
    v1_database.create(schema)
    seen = told(v1_database)
    make_v1(v1_database, seen, event_tables=event_tables)
    report = moved(v1_database)
    assert f"Umami {version} on {v1_database.vendor}: 2 accounts, 2 websites." in report
    assert "All counts agree." in report
    assert_answers_like_its_rows(logged_in("bob"), 7, seen.rows, DOMAIN)
    assert_answers_like_its_rows(logged_in("admin"), 9, seen_by_the_small_one(seen), DOMAIN)


def seen_by_the_small_one(seen: Story) -> list[Any]:
    return [replace(row, visitor="900", **seen.sessions[1]) for row in seen.rows[:5]]


def test_accounts_websites_and_share_links_are_as_they_were(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    make_v1(v1_database, told(v1_database, rows=4))
    moved(v1_database)
    accounts = {str(account): account for account in Account.objects.all()}
    assert {name: (row.pk, row.role) for name, row in accounts.items()} == {
        "admin": (1, "admin"),
        "bob": (5, "user"),
    }
    large, small = Website.objects.get(uuid=LARGE), Website.objects.get(uuid=SMALL)
    assert (large.pk, large.name, large.domain, large.owner, large.created_at) == (
        *(7, "Large", DOMAIN),
        accounts["bob"],
        MADE,
    )
    assert (small.pk, small.owner) == (9, accounts["admin"])
    assert list(Share.objects.values_list("slug", "website_id")) == [("abcd1234", 7)]
    # what is made from now on gets keys of its own
    assert Website.objects.create(name="next").pk > 9
    assert Account.objects.create(user=accounts["bob"].user.__class__.objects.create(username="next")).pk > 5


def test_passwords_work_and_are_stored_anew_by_the_sites_own_hasher(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    make_v1(v1_database, told(v1_database, rows=0))
    moved(v1_database)
    users = Account.objects.with_username("bob").get().user.__class__.objects
    assert users.get(username="bob").password.startswith("bcrypt$$2a$10$")
    assert users.get(username="admin").password.startswith("bcrypt$$2b$10$")
    with override_settings(PASSWORD_HASHERS=HASHERS):
        answer = Api(Client()).post("/api/auth/login", {"username": "bob", "password": "wrong"})
        assert answer.status_code == 401
        for name in ("bob", "admin"):
            logged_in(name)
    assert users.get(username="bob").password.startswith("md5$")


def test_sessions_keep_their_uuids_attributes_and_times(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    seen = told(v1_database, rows=30)
    make_v1(v1_database, seen)
    moved(v1_database)
    stored = {
        str(row.uuid): row
        for row in Session.objects.filter(website_id=7).select_related(
            "browser", "language", "country", "hostname"
        )
    }
    with v1_database.connection.cursor() as cursor:
        cursor.execute("select session_uuid, browser, language, country from session where website_id = 7")
        rows = cursor.fetchall()
    assert len(rows) == len(stored) == 12
    for uuid, browser, language, country in rows:
        row = stored[str(uuid)]
        assert [getattr(row.browser, "text", None), getattr(row.language, "text", None)] == [
            browser,
            language,
        ]
        assert getattr(row.country, "text", None) == country
        assert (row.hostname.text, row.created_at) == (DOMAIN, MADE)


def test_urls_and_referrers_come_byte_for_byte(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    seen = told(v1_database)
    make_v1(v1_database, seen)
    moved(v1_database)
    stored = StoredHit.objects.filter(website_id=7, kind=1).values_list(
        "created_at", "url__text", "referrer__text"
    )
    wanted = [(row.at, row.url, row.referrer) for row in seen.rows if row.event is None]
    assert sorted(stored, key=str) == sorted(wanted, key=str)


def test_event_data_comes_as_a_document_and_as_typed_values(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    seen = told(v1_database)
    make_v1(v1_database, seen)
    moved(v1_database)
    count = sum(row.event is not None and position % 2 for position, row in enumerate(seen.rows, start=1))
    documents = EventDocument.objects.filter(website_id=7).values_list("document", flat=True)
    assert len(documents) == count
    assert set(map(str, documents)) <= {
        '{"price":3,"l":["a",null],"\\u00e9":true}',
        '{"l":["a",null],"price":3,"\\u00e9":true}',
        '{"l":["a",null],"\\u00e9":true,"price":3}',
    }
    columns = {"price": "sum"}
    answer = logged_in("bob").post(
        f"/api/websites/{LARGE}/eventdata",
        {"start_at": 0, "end_at": 4_102_444_800_000, "timezone": "UTC", "columns": columns},
    )
    assert answer.json() == [{"x": "sum(price)", "y": 3 * count}]


def test_a_visit_is_a_clock_hour_of_a_session(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    seen = told(v1_database)
    make_v1(v1_database, seen)
    moved(v1_database)
    hours = {(row.visitor, row.at.replace(minute=0, second=0, microsecond=0)) for row in seen.rows}
    visits = StoredHit.objects.filter(website_id=7).values_list("visit_id", flat=True).distinct()
    assert len(set(visits)) == len(hours)


def test_an_integer_id_that_is_taken_is_replaced_and_told(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    make_v1(v1_database, told(v1_database))
    taken = Website.objects.create(pk=7, name="was here")
    report = moved(v1_database)
    website = Website.objects.get(uuid=LARGE)
    assert website.pk not in (7, 9)
    assert f"Large: its integer id 7 is taken here, it is now {website.pk}." in report
    assert not StoredHit.objects.filter(website_id=taken.pk).exists()
    assert "All counts agree." in report


def test_rows_whose_session_or_time_is_gone_lose_nothing_but_that(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_UPGRADED)
    make_v1(v1_database, told(v1_database, rows=0), event_tables=["event", "_event_old"])
    gone = {"website_id": 7, "session_id": 4711, "url": "/", "event_type": "click", "event_value": "buy"}
    v1_database.insert(
        "_event_old",
        {"event_id": 1, "created_at": MADE} | gone,
        {"event_id": 2, "created_at": MADE + timedelta(seconds=1)} | gone,
        {"event_id": 3, "created_at": MADE} | gone | {"website_id": 4711},
        {"event_id": 4, "created_at": None} | gone,
    )
    report = moved(v1_database)
    hits = StoredHit.objects.filter(website_id=7, event_name__text="buy")
    assert len({hit.session_id for hit in hits}) == 1
    assert hits.count() == 2
    assert Session.objects.filter(pk=hits[0].session_id).exists()
    assert "not brought: event of 1.36 or earlier: rows of no website: 1" in report
    assert "not brought: event of 1.36 or earlier: rows without a time: 1" in report
    assert "not brought: types of events (their values are the names): 1" in report
