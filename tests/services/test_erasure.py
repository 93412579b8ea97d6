"""Whoever is erased is gone, whole and alone; what arrives late goes too; unused texts follow."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from tests.conftest import Api
from tests.factories import make_website
from tests.moving.story import answers, fill, rows
from tests.traffic import START, Traffic, hit
from umami_django.domain.periods import HOUR_US, to_micros
from umami_django.models import (
    Erasure,
    Event,
    EventData,
    EventDocument,
    RollupMark,
    RollupState,
    Session,
    SessionData,
    StoredHit,
    Term,
    TermSweep,
    Website,
)
from umami_django.rollups.build import build_step, drop
from umami_django.services import erasure, unused_terms
from umami_django.services.purge import purge_website
from umami_django.services.websites import delete_website, reset_website
from umami_django.writers import terms, write

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=3)
LATER = unused_terms.SETTLES_IN + timedelta(minutes=1)


def session_of(website: Website, name: str) -> Session:
    return Session.objects.get(pk=hit(website.pk, name, "/").session_id)


def erase(website: Website, name: str, **options: Any) -> erasure.Erased:
    found = erasure.visitors(website, session=session_of(website, name).uuid)
    return erasure.erase(website, found, **options)


def test_a_visitor_is_erased_whole_and_alone(website: Website) -> None:
    other = make_website()
    fill(website)
    fill(other)
    elsewhere = rows(other)
    bob = session_of(website, "bob")
    before = rows(website)
    erased = erase(website, "bob")
    assert (erased.sessions, erased.hits, erased.event_properties, erased.session_properties) == (1, 7, 7, 0)
    after = rows(website)
    assert not after["documents"]
    assert not after["leaves"]
    assert after["hits"] == [row for row in before["hits"] if row[1] != bob.uuid]
    assert after["sessions"] == [row for row in before["sessions"] if row[0] != bob.uuid]
    assert after["told"] == before["told"]
    assert rows(other) == elsewhere


def test_by_distinct_id_every_session_of_it_goes(website: Website) -> None:
    fill(website)
    Session.objects.filter(pk=session_of(website, "silent").pk).update(distinct_id="ana@example.com")
    found = erasure.visitors(website, distinct_id="ana@example.com")
    assert erasure.counted(website, found) == erasure.Erased(2, 3, 0, 4)
    assert erasure.erase(website, found) == erasure.Erased(2, 3, 0, 4)
    assert not SessionData.objects.exists()
    assert erasure.visitors(website, distinct_id="ana@example.com") == {}
    assert erasure.visitors(website) == {}


def test_nobody_of_another_website_is_found(website: Website) -> None:
    fill(website)
    other = make_website()
    assert erasure.visitors(other, distinct_id="ana@example.com") == {}
    assert erasure.visitors(other, session=session_of(website, "bob").uuid) == {}
    assert erasure.visitors(website, session=uuid4()) == {}


def test_erasing_goes_in_batches_oldest_first_and_may_be_interrupted(
    website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    Traffic(website).visitor("ana").sees(*(f"/{number}" for number in range(30)), gap=1)
    noted: list[Any] = []
    monkeypatch.setattr(
        erasure, "note_erased", lambda website_id, earliest: noted.append((website_id, earliest))
    )

    def stop(hits: int) -> None:
        if hits == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase(website, "ana", batch_hits=10, progress=stop)
    assert StoredHit.objects.count() == 10
    key = session_of(website, "ana").pk
    assert noted == [(website.pk, {key: START}), (website.pk, {key: START + timedelta(seconds=10)})]
    assert erase(website, "ana", batch_hits=10).hits == 10
    assert not Session.objects.exists()
    assert noted[2:] == [(website.pk, {key: START + timedelta(seconds=20)})]


def test_a_batch_and_its_note_are_one_transaction(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(website)

    def fail(*_: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(erasure, "note_erased", fail)
    before = rows(website)
    with pytest.raises(IntegrityError):
        erase(website, "bob")
    assert rows(website) == before


@pytest.mark.parametrize("views", [1, 60])
def test_erasing_a_visitor_takes_the_same_queries(
    website: Website, django_assert_max_num_queries: Any, views: int
) -> None:
    Traffic(website).visitor("ana").sees(*(f"/{number}" for number in range(views)), gap=1)
    found = erasure.visitors(website, session=session_of(website, "ana").uuid)
    with django_assert_max_num_queries(26):
        erasure.erase(website, found)


def test_hits_that_arrive_late_go_too_and_new_ones_stay(website: Website) -> None:
    now = timezone.now()
    Traffic(website, now - timedelta(hours=1)).visitor("ana").sees("/")
    erase(website, "ana")
    write([hit(website.pk, "ana", "/late", at=now - timedelta(minutes=1))])
    write([hit(website.pk, "ana", "/new", at=now + timedelta(minutes=1))])
    assert erasure.settle(timezone.now()) == 0  # too early
    assert erasure.settle(timezone.now() + SOON) == 1
    assert [*StoredHit.objects.values_list("url__text", flat=True)] == ["/new"]
    assert Session.objects.count() == 1
    assert Erasure.objects.count() == 1
    erasure.settle(timezone.now() + timedelta(days=8))
    assert Erasure.objects.count() == 0
    assert StoredHit.objects.count() == 1


def test_whoever_comes_back_at_that_moment_has_a_session_again(website: Website) -> None:
    """A process that takes the session for stored writes hits alone."""
    now = timezone.now()
    ana = Traffic(website, now).visitor("ana").using(browser="chrome").sees("/")
    uuid = session_of(website, "ana").uuid
    erase(website, "ana")
    ana.at(now + timedelta(seconds=30)).sees("/again")
    Session.objects.all().delete()
    erasure.settle(timezone.now() + SOON)
    made = Session.objects.get()
    assert (made.uuid, made.browser, made.created_at) == (uuid, None, now + timedelta(seconds=30))


def sweep(after: timedelta) -> unused_terms.Swept:
    terms.forget()  # the memory of every process expires before
    return unused_terms.sweep(timezone.now() + after)


def texts(website: Website) -> set[str]:
    return set(Term.objects.filter(website_id=website.pk).values_list("text", flat=True))


def test_unused_texts_go_in_two_steps_with_time_between(website: Website) -> None:
    Traffic(website).visitor("ana").sees("/?email=ana@example.com").does("hello")
    Traffic(website).visitor("bob").sees("/")
    assert sweep(LATER) == unused_terms.Swept()  # nothing was deleted
    erase(website, "ana")
    assert sweep(timedelta(minutes=30)) == unused_terms.Swept()  # somebody may remember them
    first = sweep(LATER)
    assert (first.removed, first.put_aside) == (0, 3)  # url, query, event name
    assert "email=ana@example.com" in texts(website)
    assert sweep(LATER + timedelta(minutes=30)) == unused_terms.Swept()
    assert sweep(2 * LATER) == unused_terms.Swept(removed=3)
    assert texts(website) == {"/", "example.com", "direct", ""}
    assert sweep(4 * LATER) == unused_terms.Swept()


def test_a_text_seen_again_after_it_was_put_aside_is_a_new_one(website: Website) -> None:
    Traffic(website).visitor("ana").sees("/once")
    Traffic(website).visitor("bob").sees("/")
    erase(website, "ana")
    sweep(LATER)
    Traffic(website).visitor("eve").sees("/once")
    assert StoredHit.objects.filter(url__digest=terms.digest("/once")).count() == 1
    assert sweep(2 * LATER).removed == 2  # url and path
    assert [*StoredHit.objects.order_by("pk").values_list("url__text", flat=True)] == ["/", "/once"]


def test_what_was_being_written_when_it_was_put_aside_is_put_back(website: Website) -> None:
    Traffic(website).visitor("ana").sees("/once")
    ids = dict(Term.objects.filter(text="/once").values_list("kind", "pk"))
    Traffic(website).visitor("bob").sees("/", "/twice")
    erase(website, "ana")
    sweep(LATER)
    StoredHit.objects.filter(url__text="/").update(
        url_id=ids[1], path_id=ids[2]
    )  # a transaction that had begun before
    assert sweep(2 * LATER) == unused_terms.Swept(put_back=2)
    terms.forget()
    Traffic(website).visitor("eve").sees("/once")
    assert StoredHit.objects.filter(url_id=ids[1]).count() == 2


def test_what_was_put_back_is_joined_with_the_new_one_of_the_same_text(website: Website) -> None:
    Traffic(website).visitor("ana").sees("/once")
    ids = dict(Term.objects.filter(text="/once").values_list("kind", "pk"))
    Traffic(website).visitor("bob").sees("/")
    erase(website, "ana")
    sweep(LATER)
    Traffic(website).visitor("eve").sees("/once")
    StoredHit.objects.filter(url__text="/").update(url_id=ids[1], path_id=ids[2])
    sweep(2 * LATER)
    assert Term.objects.filter(text="/once").count() == 2
    assert StoredHit.objects.filter(url__text="/once").values_list("url_id").distinct().count() == 1
    assert StoredHit.objects.filter(path__digest=terms.digest("/once")).count() == 2


def test_memory_of_terms_expires(
    website: Website, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    keys = {(website.pk, 1, "/")}
    Traffic(website).visitor("ana").sees("/")
    terms._remember({(website.pk, 1, "/"): 1})
    with django_assert_num_queries(0):
        terms.term_ids(keys, "default")
    monkeypatch.setattr(terms, "_emptied_at", terms._emptied_at - terms.REMEMBERED_S)
    with django_assert_num_queries(1):
        terms.term_ids(keys, "default")


def test_a_reset_makes_its_texts_worth_looking_at_and_a_deletion_leaves_nothing(website: Website) -> None:
    fill(website)
    erase(website, "bob")
    reset_website(website, timezone.now())
    purge_website(website)
    assert TermSweep.objects.get().dirty_at is not None
    sweep(LATER)
    sweep(2 * LATER)
    assert texts(website) == set()
    delete_website(website, timezone.now())
    purge_website(website)
    assert not TermSweep.objects.exists()
    assert not Erasure.objects.exists()


def build_summaries(website: Website) -> None:
    while build_step(website.pk, START + timedelta(days=2), "default"):
        pass


def test_summaries_follow_an_erasure(website: Website, owner_api: Api) -> None:
    fill(website)
    build_summaries(website)
    before = answers(owner_api, website)
    erase(website, "bob")
    assert RollupMark.objects.count() > 0
    said = answers(owner_api, website)
    build_summaries(website)
    assert RollupMark.objects.count() == 0
    assert RollupState.objects.get().hours_until is not None
    assert answers(owner_api, website) == said
    drop(website.pk, "default")
    assert answers(owner_api, website) == said
    assert said["stats"]["pageviews"]["value"] == before["stats"]["pageviews"]["value"] - 4


def test_texts_that_only_summaries_know_stay(website: Website) -> None:
    fill(website)
    build_summaries(website)
    RollupState.objects.update(raw_from=to_micros(START + timedelta(days=1)) // HOUR_US)
    StoredHit.objects.all().delete()
    Session.objects.all().delete()
    unused_terms.note_deleted(website.pk, timezone.now(), "default")
    sweep(LATER)
    sweep(2 * LATER)
    assert texts(website) >= {
        "/",
        "/a#h",
        "firefox",
        "Berlin",
        "DE",
        "buy",
        "=cmd()",
        "t.co",
        "paidAds",
    }
    assert not Term.objects.filter(digest__startswith=unused_terms.RETIRED).exists()
    assert "gclid" not in texts(website)
    RollupState.objects.update(raw_from=None)
    unused_terms.note_deleted(website.pk, timezone.now(), "default")
    sweep(3 * LATER)
    sweep(4 * LATER)
    assert texts(website) == set()


def run(website: Website, capsys: Any, **options: Any) -> str:
    call_command("umami_erase", website=str(website.uuid), **options)
    told: str = capsys.readouterr().out
    return told


def test_the_command_tells_and_asks(website: Website, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(website)
    bob = str(session_of(website, "bob").uuid)
    told = run(website, capsys, session=bob, dry_run=True)
    assert "On Example: 1 sessions, 7 hits, 7 properties of events, 0 of visitors." in told
    assert "Nothing was erased" in told
    for answer in ("no", "y", ""):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        with pytest.raises(CommandError, match="Nothing was erased"):
            run(website, capsys, session=bob)
    assert Event.objects.count() == 3
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert "Erased: 1 sessions, 7 hits" in run(website, capsys, session=bob)
    assert Event.objects.count() == EventData.objects.count() == EventDocument.objects.count() == 0
    assert "Erased: 1 sessions, 3 hits" in run(website, capsys, distinct_id="ana@example.com", yes=True)
    assert "Nobody sees it any more" in run(website, capsys, all=True, yes=True)
    website.refresh_from_db()
    assert website.reset_at is not None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"session": "x"}, "--session: 'x' is not a uuid"),
        ({"session": str(uuid4())}, "no such visitor"),
        ({"distinct_id": "nobody"}, "no such visitor"),
    ],
)
def test_mistakes_are_named(website: Website, capsys: Any, options: dict[str, str], text: str) -> None:
    with pytest.raises(CommandError, match=text):
        run(website, capsys, yes=True, **options)
