"""Hits become rows: few statements, nothing twice, texts byte for byte."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.conftest import HOLDING
from tests.traffic import START, hit, retold
from umami_django.domain.hits import Client
from umami_django.models import EventData, EventDocument, Session, StoredHit, Term
from umami_django.writers import terms, write


@pytest.mark.django_db
def test_a_warm_pageview_takes_few_statements(django_assert_num_queries: Any) -> None:
    write([hit(1, "ana", "/")])
    with django_assert_num_queries(5 + HOLDING):  # savepoint, terms, session, hit, state, release
        write([hit(1, "ana", "/")])


@pytest.mark.django_db
def test_many_hits_take_no_more_statements(django_assert_max_num_queries: Any) -> None:
    # savepoint, terms three times, sessions, hits (twice on SQLite: 999 values at once), the website's first
    # state (twice), release
    with django_assert_max_num_queries(9 + 2 * HOLDING):
        write([hit(1, f"v{number}", f"/{number}") for number in range(50)])
    assert StoredHit.objects.count() == 50


@pytest.mark.django_db
def test_a_session_stays_as_it_was_first_seen() -> None:
    write([hit(1, "ana", "/", at=START, client=Client(browser="chrome"))])
    write([hit(1, "ana", "/", at=START + timedelta(hours=1), client=Client(browser="firefox"))])
    session = Session.objects.select_related("browser").get()
    assert (session.browser.text, session.created_at) == ("chrome", START)


@pytest.mark.django_db
def test_the_first_hit_of_a_batch_makes_the_session() -> None:
    later = hit(1, "ana", "/", at=START + timedelta(hours=1), client=Client(browser="firefox"))
    write([later, hit(1, "ana", "/", at=START, client=Client(browser="chrome"))])
    session = Session.objects.select_related("browser").get()
    assert (session.browser.text, session.created_at) == ("chrome", START)


TEXTS = ["/e", "/E", "/é", "/É", "/e ", "/e\u0301", "/😀", "/ß", "/ss", "/" + "u" * 499, "", "%", "_"]


@pytest.mark.django_db
def test_texts_differ_by_the_byte() -> None:
    write([hit(1, "ana", text) for text in TEXTS])
    assert sorted(StoredHit.objects.values_list("url__text", flat=True)) == sorted(TEXTS)
    assert StoredHit.objects.values("url_id").distinct().count() == len(TEXTS)


@pytest.mark.django_db
def test_terms_belong_to_one_website() -> None:
    write([hit(1, "ana", "/"), hit(2, "ana", "/")])
    assert Term.objects.filter(text="/", kind=1).count() == 2


@pytest.mark.django_db
def test_event_data_is_stored_as_sent_and_as_leaves() -> None:
    write([hit(1, "ana", "/"), hit(1, "ana", "/", event="buy", data={"price": 3, "item": {"name": "x"}})])
    event = StoredHit.objects.events().get()
    assert EventDocument.objects.get().hit_id == event.pk
    assert sorted(EventData.objects.values_list("hit_id", "key", "string_value")) == [
        (event.pk, "item.name", "x"),
        (event.pk, "price", "3.0000"),
    ]


@pytest.mark.django_db(transaction=True)
def test_terms_are_remembered_after_commit_only(django_assert_num_queries: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write([hit(1, "ana", "/gone")])
        raise RuntimeError
    assert not terms._known
    write([hit(1, "ana", "/kept")])
    assert len(terms._known) == 5  # url, path, referrer, hostname, channel
    with django_assert_num_queries(
        3 + HOLDING
    ):  # begin, hit, state, commit: no term or session is stored again
        write([hit(1, "ana", "/kept")])
    assert StoredHit.objects.filter(url__text="/kept").count() == 2


@pytest.mark.django_db(transaction=True)
def test_several_writers_store_the_same_new_visitor_at_once() -> None:
    """On SQLite, which has one writer at a time in one memory, one after the other."""
    errors: list[Exception] = []

    def visit(number: int) -> None:
        try:
            for page in range(5):
                write([hit(1, "ana", f"/{page}"), hit(1, f"own{number}", f"/{page}")])
        except Exception as error:
            errors.append(error)
        finally:
            if threading.current_thread() is not threading.main_thread():
                connections.close_all()

    if connection.vendor == "sqlite":
        for number in range(4):
            visit(number)
    else:
        threads = [threading.Thread(target=visit, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert (StoredHit.objects.count(), Session.objects.count()) == (40, 5)
    assert Term.objects.filter(kind=1).count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one lock for the whole file")
def test_sqlite_takes_its_lock_at_the_beginning() -> None:
    with CaptureQueriesContext(connection) as captured:
        write([hit(1, "ana", "/")])
    assert captured.captured_queries[0]["sql"] == "BEGIN IMMEDIATE"
    assert connection.transaction_mode is None


@pytest.mark.django_db
def test_many_hits_are_stored_as_few_are() -> None:
    """What no hit of a batch has is left out on PostgreSQL."""
    sent = [
        retold(hit(1, f"v{number % 7}", f"/{number}"), title=f"Page {number}" if number % 3 else None)
        for number in range(600)
    ]
    write(sent)
    write(sent[:3])
    rows = StoredHit.objects.order_by("id").values_list("url__text", "title__text", "visit_id", "tag")
    assert [*rows] == [
        (one.content.location.url, one.content.title, one.visit_id, None) for one in (*sent, *sent[:3])
    ]


@pytest.mark.django_db
def test_nothing_is_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        write([])
