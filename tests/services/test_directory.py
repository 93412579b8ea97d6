"""Collect knows its websites without a query, with one query for a crowd, and without the database for a while."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from tests.conftest import CHROME
from umami_django.exceptions import StoreUnavailable
from umami_django.models import Website
from umami_django.services import directory
from umami_django.writers import journal


class Clock:
    """The time that the directory sees."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(directory.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def fail(condition: Any) -> None:
    raise OperationalError("the database is away")


def test_a_website_is_looked_up_every_few_seconds(
    website: Website, clock: Clock, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        for _ in range(3):
            assert directory.website_by_uuid(website.uuid) is not None
    clock.now += directory.REMEMBERED_S
    Website.objects.all().delete()
    with django_assert_num_queries(1):
        assert directory.website_by_uuid(website.uuid) is None
        assert directory.website_by_uuid(website.uuid) is None


def test_while_one_looks_the_others_go_on_with_what_is_remembered(
    website: Website, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = directory.website_by_uuid(website.uuid)
    clock.now += directory.REMEMBERED_S
    looks: list[Any] = []
    begun, finish = threading.Event(), threading.Event()

    def look(condition: Any) -> Any:
        looks.append(condition)
        begun.set()
        assert finish.wait(10)
        return known

    monkeypatch.setattr(directory, "_looked_up", look)
    one = threading.Thread(target=directory.website_by_uuid, args=(website.uuid,))
    one.start()
    assert begun.wait(10)
    assert [directory.website_by_uuid(website.uuid) for _ in range(3)] == [known] * 3
    finish.set()
    one.join(10)
    assert len(looks) == 1


def test_what_is_known_holds_while_the_database_is_away(
    website: Website, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = directory.website_by_uuid(website.uuid)
    with monkeypatch.context() as patch:
        patch.setattr(directory, "_looked_up", fail)
        for _ in range(20):
            clock.now += 3600
            assert directory.website_by_uuid(website.uuid) == known
    Website.objects.all().delete()
    clock.now += directory.RETRIED_AFTER_S
    assert directory.website_by_uuid(website.uuid) is None


def test_what_is_not_known_is_asked_for_once_a_second_while_the_database_is_away(
    website: Website, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(directory, "_looked_up", fail)
        with pytest.raises(OperationalError):
            directory.website_by_uuid(website.uuid)
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                directory.website_by_uuid(uuid4())
    clock.now += directory.RETRIED_AFTER_S
    assert directory.website_by_uuid(website.uuid) is not None


@pytest.fixture
def _journal(tmp_path: Path) -> Iterator[None]:
    settings = {"RECORD": True, "COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": str(tmp_path)}
    with override_settings(UMAMI=settings):
        yield
        journal.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_journal")
def test_with_a_journal_collect_goes_on_without_the_database(
    website: Website, clock: Clock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"type": "pageview", "payload": {"website": str(website.uuid), "url": "/"}}

    def collect() -> int:
        answer = client.post("/api/collect", body, "application/json", headers={"user-agent": CHROME})
        return answer.status_code

    monkeypatch.setattr(directory, "_looked_up", fail)
    assert collect() == 503
    monkeypatch.undo()
    assert collect() == 200
    size = journal.size(tmp_path)
    # no query of any kind from here on
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", lambda *_: fail(None))
    assert collect() == 200
    assert journal.size(tmp_path) > size
