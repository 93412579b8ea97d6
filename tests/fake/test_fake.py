"""Invented traffic obeys the rules of the real: the same ids, terms and order."""

import io
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.traffic import hit
from umami_django.domain.periods import from_micros, to_micros
from umami_django.fake.crowd import months_before
from umami_django.fake.traffic import Filled, fill
from umami_django.ingest.identity import identified_session, month_number, session_key
from umami_django.ingest.location import location
from umami_django.ingest.properties import properties
from umami_django.ingest.receipt import Receipt, renewed
from umami_django.models import (
    Event,
    EventData,
    EventDocument,
    Pageview,
    Session,
    StoredHit,
    Website,
)
from umami_django.services.websites import create_website
from umami_django.writers import write

END = datetime(2026, 3, 10, 15, tzinfo=UTC)
START = END - timedelta(days=70)
INDEXES = {"umami_hit_website_time", "umami_hit_session"}


def filled(*shares: float, pageviews: int = 4_000, **more: Any) -> Filled:
    websites = [
        (create_website(owner=None, name=f"site {share}", domain="site.example"), share) for share in shares
    ]
    return fill(websites, pageviews=pageviews, start=START, end=END, **more)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        table = StoredHit._meta.db_table
        return set(connection.introspection.get_constraints(cursor, table)) & INDEXES


@pytest.mark.django_db
def test_there_is_as_much_as_was_asked_for() -> None:
    done = filled(90, 9, 1)
    assert done.pageviews == Pageview.objects.count()
    assert done.events == Event.objects.count()
    assert done.sessions == Session.objects.count()
    assert 3_880 <= done.pageviews <= 4_120
    assert 120 <= done.events <= 360
    shares = [Pageview.objects.for_website(website.pk).count() for website in Website.objects.order_by("pk")]
    assert 3_400 < shares[0] < 3_800
    assert 250 < shares[1] < 460
    assert 10 < shares[2] < 80
    assert indexes() == INDEXES


@pytest.mark.django_db
def test_hits_are_stored_in_order_of_time_within_the_period() -> None:
    filled(2, 1)
    times = list(StoredHit.objects.order_by("id").values_list("created_at", flat=True))
    assert times == sorted(times)
    assert START <= times[0] < START + timedelta(hours=12)
    assert END - timedelta(hours=12) < times[-1] < END


@pytest.mark.django_db
def test_sessions_and_visits_are_those_that_collect_would_have_made() -> None:
    filled(1)
    hits: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for session, moment, visit in StoredHit.objects.order_by("created_at", "id").values_list(
        "session_id", "created_at", "visit_id"
    ):
        hits[session].append((moment, visit))
    sessions = {session.id: session for session in Session.objects.all()}
    assert hits.keys() == sessions.keys()
    for session in sessions.values():
        assert session.id == session_key(session.uuid)
        assert session.created_at == hits[session.id][0][0]
        receipt: Receipt | None = None
        for moment, visit in hits[session.id]:
            if receipt and month_number(from_micros(receipt.visit_started_at)) != month_number(moment):
                receipt = None
            receipt = renewed(session.website_id, session.uuid.hex, receipt, to_micros(moment))
            assert visit == receipt.visit_id


@pytest.mark.django_db
def test_anonymous_visitors_end_with_the_month_and_identified_ones_return(settings: Any) -> None:
    filled(1)
    website = Website.objects.get()
    months = defaultdict(set)
    for session, moment in StoredHit.objects.values_list("session_id", "created_at"):
        months[session].add(month_number(moment))
    anonymous = Session.objects.filter(distinct_id=None).values_list("id", flat=True)
    assert {len(months[session]) for session in anonymous} == {1}
    identified = Session.objects.exclude(distinct_id=None)
    assert max(len(months[session.id]) for session in identified) >= 3
    for session in identified:
        assert session.uuid.hex == identified_session(
            website.uuid, session.distinct_id or "", settings.SECRET_KEY
        )


@pytest.mark.django_db
def test_terms_are_those_of_the_address_and_the_referrer() -> None:
    filled(1)
    columns = ("url", "referrer", "hostname", "path", "query", "referrer_domain", "utm_source", "channel")
    rows = set(StoredHit.objects.values_list(*(f"{column}__text" for column in columns)))
    assert len(rows) > 300
    for url, referrer, hostname, *parts in rows:
        place = location(url, referrer, hostname)
        assert parts == [
            *(place.path, place.query, place.referrer_domain),
            *(place.utm_source, place.channel),
        ]
    assert {row[-1] for row in rows} > {None, "direct", "referral", "organicSearch", "email", "paidAds"}


@pytest.mark.django_db
def test_event_data_are_the_leaves_of_the_document() -> None:
    filled(1)
    leaves = defaultdict(list)
    for leaf in EventData.objects.order_by("id"):
        leaves[leaf.hit_id].append((leaf.key, leaf.data_type, leaf.string_value, leaf.number_value))
    documents = EventDocument.objects.all()
    assert len(documents) > 80
    for document in documents:
        told = properties(json.loads(document.document))
        assert leaves.pop(document.hit_id) == [
            (leaf.key, leaf.data_type, leaf.string_value, leaf.number_value) for leaf in told
        ]
        assert Event.objects.filter(pk=document.hit_id).exists()
    assert not leaves


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_traffic() -> None:
    def made(seed: int) -> list[tuple[Any, ...]]:
        for model in (StoredHit, EventDocument, EventData, Session):
            model.objects.all().delete()
        fill([(website, 1)], pageviews=500, start=START, end=END, seed=seed)
        columns = ("created_at", "session__uuid", "visit_id", "url__text", "session__browser__text")
        return list(StoredHit.objects.order_by("id").values_list(*columns))

    website = create_website(owner=None, name="a", domain="site.example")
    once, other, again = made(1), made(2), made(1)
    assert once == again
    assert once != other


@pytest.mark.django_db
def test_what_is_collected_afterwards_gets_ids_of_its_own() -> None:
    filled(1, pageviews=300)
    website = Website.objects.get()
    highest = StoredHit.objects.order_by("-id").values_list("id", flat=True)[0]
    write([hit(website.pk, "ana", "/new", at=END)])
    assert StoredHit.objects.get(url__text="/new").id > highest


@pytest.mark.django_db(transaction=True)
def test_what_is_broken_off_leaves_nothing_behind() -> None:
    def stop(done: Filled) -> None:
        if done.pageviews > 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled(1, progress=stop)
    assert not StoredHit.objects.exists()
    assert not Session.objects.exists()
    assert indexes() == INDEXES
    assert filled(1, pageviews=300).pageviews == Pageview.objects.count()


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("umami_fake", stdout=out, **{"pageviews": 300, "months": 1} | options)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_makes_websites_and_tells_what_it_did() -> None:
    report = run(until="2026-03-31T12:00Z")
    assert f"{Pageview.objects.count():,} pageviews and " in report
    assert "sessions on 3 websites in " in report
    first = Website.objects.order_by("pk")[0]
    assert (first.name, first.created_at) == ("Fake 1.1", datetime(2026, 2, 28, 12, tzinfo=UTC))


@pytest.mark.django_db
def test_a_database_with_traffic_is_refused_unless_forced() -> None:
    run()
    with pytest.raises(CommandError, match="holds traffic already"):
        run(seed=2)
    with pytest.raises(CommandError, match="the traffic of 1 is here already"):
        run(force=True)
    before = Pageview.objects.count()
    run(seed=2, force=True, shares="1")
    assert Website.objects.count() == 4
    assert Pageview.objects.count() > before + 250


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("pageviews", 0),
        ("months", 0),
        ("shares", "1,x"),
        ("shares", "0"),
        ("until", "soon"),
        ("until", "2026-02-30T00:00"),
    ],
)
def test_a_wrong_option_is_named(option: str, value: Any) -> None:
    with pytest.raises(CommandError, match=f"--{option}"):
        run(**{option: value})
    assert not Website.objects.exists()


def test_a_month_before_the_last_of_march_is_the_last_of_february() -> None:
    def micros(*moment: int) -> int:
        return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]

    assert months_before(micros(2026, 3, 31, 5), 1) == micros(2026, 2, 28, 5)
    assert months_before(micros(2026, 3, 31), 12) == micros(2025, 3, 31)
    assert months_before(micros(2026, 1, 1), 1) == micros(2025, 12, 1)
