"""A move that is broken off anywhere goes on where it stopped; what came in meanwhile is brought by the next run."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError
from django.utils import timezone

from tests.traffic import hit
from umami_django.models import EventDocument, Move, Session, StoredHit, Website
from umami_django.moving import importing
from umami_django.moving.sources import connection
from umami_django.services.websites import reset_website
from umami_django.writers import write

from . import schemas
from .asking import assert_answers_like_its_rows
from .conftest import SourceDatabase, moved
from .stories import ANCHORS, DOMAIN, LARGE, MADE, Story, make_v1
from .test_v1 import logged_in, told

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Whatever ends a process."""


@pytest.fixture(autouse=True)
def _small_batches() -> Iterator[None]:
    with patch.object(connection, "ROWS_AT_ONCE", 7):
        yield


def made(database: SourceDatabase, **options: Any) -> Story:
    seen = told(database, **options)
    database.create(schemas.V1_LATE)
    make_v1(database, seen)
    return seen


def killed(database: SourceDatabase, after: int, place: str) -> bool:
    """Move in until the batch *after*, and die *before* its end or *behind* its COMMIT; did it come to that?"""
    real, calls = importing.insert, Counter[str]()

    def insert(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        calls["insert"] += 1
        if place == "before" and calls["insert"] > after:
            raise Killed

    def advanced(*args: Any) -> None:
        calls["batch"] += 1
        if place == "behind" and calls["batch"] > after:
            raise Killed

    with (
        patch.object(importing, "insert", insert),
        patch("umami_django.moving.progress.Progress.advance", advanced),
    ):
        try:
            moved(database)
        except Killed:
            return True
    return False


def hits() -> Counter[Any]:
    rows = StoredHit.objects.values_list("website_id", "created_at", "kind", "url__text", "session_id")
    return Counter(rows)


@pytest.mark.parametrize("place", ["before", "behind"])
def test_after_kills_at_any_batch_all_is_there_once(v1_database: SourceDatabase, place: str) -> None:
    seen = made(v1_database)
    chance = random.Random(3)
    kills = sum(killed(v1_database, chance.randint(0, 4), place) for _ in range(10))
    assert kills == 10
    assert 0 < StoredHit.objects.count() < len(seen.rows) + 5
    assert "All counts agree." in moved(v1_database)
    stored = StoredHit.objects.filter(website_id=7).values_list("created_at", "url__text")
    assert Counter(stored) == Counter((row.at, row.url) for row in seen.rows)
    assert_answers_like_its_rows(logged_in("bob"), 7, seen.rows, DOMAIN)


def test_a_second_run_brings_nothing(v1_database: SourceDatabase) -> None:
    made(v1_database)
    moved(v1_database)
    before = hits()
    report = moved(v1_database)
    assert "0 rows brought" in report
    assert "account bob: is here already and keeps its password" in report
    assert hits() == before


def test_what_came_in_meanwhile_is_brought_by_the_next_run(v1_database: SourceDatabase) -> None:
    made(v1_database)
    moved(v1_database)
    later = max(ANCHORS) + timedelta(days=30)
    v1_database.insert(
        "session",
        {"session_id": 77, "session_uuid": LARGE, "website_id": 7, "created_at": later, "browser": "safari"},
    )
    for number, session in ((501, 77), (502, 1)):
        row = {"view_id": number, "website_id": 7, "session_id": session, "created_at": later, "url": "/new"}
        v1_database.insert("pageview", row | {"referrer": ""})
    assert "3 rows brought" in (report := moved(v1_database))
    assert "All counts agree." in report
    assert StoredHit.objects.filter(url__text="/new").count() == 2
    assert Session.objects.get(uuid=LARGE).browser.text == "safari"


def test_rows_that_came_late_make_the_counts_differ(v1_database: SourceDatabase) -> None:
    made(v1_database)
    moved(v1_database)
    row = {"view_id": 900_001, "website_id": 7, "session_id": 1, "created_at": MADE, "url": "/late"}
    v1_database.insert("pageview", row | {"referrer": ""})
    with pytest.raises(CommandError, match="1 counts differ"):
        moved(v1_database)


def test_a_row_that_is_missing_or_twice_makes_the_counts_differ(v1_database: SourceDatabase) -> None:
    made(v1_database)
    moved(v1_database)
    row = StoredHit.objects.filter(website_id=7, kind=1).earliest("pk")
    key, row.pk = row.pk, None
    row.save()
    with pytest.raises(CommandError, match="1 counts differ"):
        moved(v1_database)
    StoredHit.objects.filter(pk__in=(key, row.pk)).delete()
    with pytest.raises(CommandError, match="1 counts differ"):
        moved(v1_database)


def test_hits_that_were_collected_here_are_told_apart(v1_database: SourceDatabase) -> None:
    made(v1_database)
    website = Website.objects.create(uuid=LARGE, name="Large", domain=DOMAIN)
    write([hit(website.pk, "ana", "/here", at=timezone.now())])
    assert "(and 1 that are not of the source)" in moved(v1_database)
    write([hit(website.pk, "bob", "/here", at=timezone.now() + timedelta(seconds=1))])
    report = moved(v1_database)
    assert "(and 2 that are not of the source)" in report
    assert "All counts agree." in report


def test_two_at_once_are_noticed(v1_database: SourceDatabase) -> None:
    made(v1_database)
    real = importing._missing_sessions

    def meanwhile(*args: Any) -> Any:
        Move.objects.filter(website_id=7).update(positions={"session": [0, "1", 1]})
        return real(*args)

    with (
        patch.object(importing, "_missing_sessions", meanwhile),
        pytest.raises(CommandError, match="Another process brings the same website"),
    ):
        moved(v1_database)


def test_since_brings_what_happened_from_then_on(v1_database: SourceDatabase) -> None:
    seen = made(v1_database)
    since = ANCHORS[1]
    assert "All counts agree." in moved(v1_database, "--since", since.isoformat())
    kept = [row for row in seen.rows if row.at >= since]
    assert 0 < len(kept) < len(seen.rows)
    assert_answers_like_its_rows(logged_in("bob"), 7, kept, DOMAIN)


def test_since_cannot_be_earlier_later(v1_database: SourceDatabase) -> None:
    made(v1_database)
    moved(v1_database, "--since", "2026-06-01")
    for options in ([], ["--since", "2026-05-01"]):
        with pytest.raises(CommandError, match="was brought from 2026-06-01 00:00:00 UTC on"):
            moved(v1_database, *options)
    assert "0 rows brought" in moved(v1_database, "--since", "2026-07-01")


def test_a_reset_begins_anew(v1_database: SourceDatabase) -> None:
    made(v1_database)
    moved(v1_database, "--since", "2026-06-01")
    before = StoredHit.objects.filter(website_id=7).count()
    for website in Website.objects.all():
        reset_website(website, timezone.now() + timedelta(days=365))
    assert "All counts agree." in moved(v1_database)
    assert StoredHit.objects.filter(website_id=7).count() > before
    assert Website.objects.filter(reset_at=None).count() == 2


def test_a_website_that_was_deleted_here_stays_deleted(v1_database: SourceDatabase) -> None:
    made(v1_database)
    Website.objects.create(uuid=LARGE, name="Large", deleted_at=MADE)
    report = moved(v1_database)
    assert f"Large ({LARGE}) was deleted here and stays so." in report
    assert set(StoredHit.objects.values_list("website_id", flat=True)) == {9}


def test_nothing_is_read_into_memory_whole(v1_database: SourceDatabase) -> None:
    made(v1_database)
    sizes = []
    real = importing._store

    def store(*args: Any) -> None:
        sizes.append(len(args[4]))
        real(*args)

    with patch.object(importing, "_store", store):
        moved(v1_database)
    assert max(sizes) == 7
    assert len(sizes) > 30


def test_event_data_is_stored_with_its_event(v1_database: SourceDatabase) -> None:
    made(v1_database)
    for after in range(3):
        killed(v1_database, after, "before")
    moved(v1_database)
    assert (
        EventDocument.objects.count()
        == EventDocument.objects.filter(hit_id__in=StoredHit.objects.values("pk")).count()
    )
