"""Pruning from outside: the command, the worker, doors and imports that come too late, what pages and headers say."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from tests.api.test_send import message, post
from tests.conftest import Api
from tests.logs.test_import import entry
from tests.logs.test_import import run as import_log
from tests.moving.test_moving import export, load
from tests.traffic import hit
from umami_django.domain.periods import HOUR_US, to_micros
from umami_django.models import Erasure, RefusedDay, RollupState, Session, StoredHit, Website
from umami_django.rollups.build import build_step
from umami_django.services import erasure, pruning, refusals
from umami_django.services.doctor.finding import Level
from umami_django.services.doctor.summaries import summaries
from umami_django.services.retention import cut
from umami_django.services.upkeep import JOBS
from umami_django.writers import write

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MONTHS = 2


def now() -> datetime:
    return timezone.now()


def kept_from() -> datetime:
    return cut(now(), MONTHS)


def seen(
    website: Website, visitor: str, at: datetime, *, named: bool = False, event: str | None = None
) -> None:
    made = hit(website.pk, visitor, "/", at=at, event=event, data={"a": 1} if event else None)
    write([made._replace(distinct_id=visitor if named else None)])


def fill(website: Website) -> None:
    """Two hits that are too old, one of them of somebody with a name, and one that is not."""
    seen(website, "ana", kept_from() - 3 * DAY, event="buy")
    seen(website, "ida", kept_from() - 2 * DAY, named=True)
    seen(website, "bob", kept_from() + DAY)


def is_pruned(website: Website, at: datetime | None = None) -> None:
    RollupState.objects.filter(pk=website.pk).delete()
    hour = to_micros(at or kept_from()) // HOUR_US
    RollupState.objects.create(website_id=website.pk, raw_from=hour, hours_until=hour, days_until=hour // 24)


def run(**options: Any) -> list[str]:
    out = io.StringIO()
    call_command("umami_prune", stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_command_prunes_what_is_due(website: Website) -> None:
    fill(website)
    assert run() == ["Every website keeps its hits for ever: neither it nor UMAMI['KEEP_MONTHS'] says else."]
    with override_settings(UMAMI={"KEEP_MONTHS": MONTHS}):
        said = (
            f"{website.name}: of before {kept_from():%Y-%m-%d}, 2 hits, 1 properties of events and 1 sessions"
        )
        assert run(dry_run=True) == [f"{said} would go.", "Nothing was deleted."]
        assert StoredHit.objects.count() == 3
        assert run(website=str(website.uuid)) == [f"{said} went."]
        assert run() == ["Nothing is older than it may be."]
    assert StoredHit.objects.count() == 1
    assert Session.objects.count() == 2


def test_what_a_website_says_goes_before_the_installation(website: Website) -> None:
    fill(website)
    Website.objects.update(keep_months=0)
    with override_settings(UMAMI={"KEEP_MONTHS": MONTHS}):
        assert pruning.wanted(now()) == []
        Website.objects.update(keep_months=MONTHS + 1)
        assert pruning.wanted(now()) == [(website.pk, cut(now(), MONTHS + 1))]
        Website.objects.update(keep_months=None)
        assert pruning.wanted(now()) == [(website.pk, kept_from())]
        is_pruned(website, kept_from() + 40 * DAY)  # never backwards
        assert pruning.wanted(now()) == [(website.pk, kept_from() + 40 * DAY)]
        assert pruning.wanted(now(), {website.pk + 1}) == []


def test_the_worker_prunes(website: Website) -> None:
    fill(website)
    Website.objects.update(keep_months=MONTHS)
    job = next(job for job in JOBS if job.name == "prune")
    assert job.every_s == 60
    job.do(Event())
    assert StoredHit.objects.count() == 1
    assert pruning.kept_from(website.pk) == kept_from()


def test_a_hit_that_comes_too_late_is_refused_and_counted(
    client: Client, website: Website, owner_api: Api, django_assert_num_queries: Any
) -> None:
    is_pruned(website)
    for at in (kept_from() - DAY, kept_from() + DAY):
        body = message(website, timestamp=int(at.timestamp()))
        answer = post(client, body, authorization=owner_api.headers["authorization"])
        assert answer.status_code == 200
        assert ("x-umami-dropped" in answer.headers) is (at < kept_from()), answer.headers
    assert StoredHit.objects.get().created_at > kept_from()
    refusals.flush()
    assert list(RefusedDay.objects.values_list("reason", "count")) == [("pruned-period", 1)]
    with django_assert_num_queries(0):
        assert not pruning.is_pruned(website.pk, now() - DAY, now())


def test_imports_leave_out_what_is_too_old_and_say_so(website: Website, tmp_path: Path) -> None:
    write(
        [
            hit(website.pk, "ana", "/old", at=datetime(2015, 5, 17, tzinfo=UTC)),
            hit(website.pk, "bob", "/", at=now()),
        ]
    )
    file = export(website, tmp_path / "x.jsonl")
    StoredHit.objects.all().delete()
    Session.objects.all().delete()
    is_pruned(website)
    assert "skipped 1 of a time whose hits are pruned here" in load(file, website=str(website.uuid))
    assert StoredHit.objects.count() == 1
    log = tmp_path / "access.log"
    log.write_text(entry("/a") + entry("/b", second=10))
    assert "skipped 2 of a time whose hits are pruned here" in import_log(website, log)
    assert StoredHit.objects.count() == 1


def test_who_is_erased_goes_on_being_counted_where_hits_are_pruned(website: Website, capsys: Any) -> None:
    fill(website)
    seen(website, "ida", kept_from() + DAY, named=True)
    Website.objects.update(keep_months=MONTHS)
    pruning.prune(now())
    ida = erasure.visitors(website, distinct_id="ida")
    expected = erasure.Erased(sessions=1, hits=1, in_totals=1)
    assert erasure.counted(website, ida) == expected
    call_command("umami_erase", website=str(website.uuid), distinct_id="ida", yes=True)
    assert "Of 1 of these sessions older hits were pruned before" in capsys.readouterr().out
    assert Erasure.objects.count() == 1
    while build_step(website.pk, now(), "default") is not None:
        pass
    assert pruning.kept_from(website.pk) == kept_from()


def test_the_doctor_looks_at_summaries(website: Website) -> None:
    assert (found := summaries(now())).level is Level.OK
    assert found.message == "0 hours behind, 0 changes wait"
    fill(website)
    found = summaries(now())
    assert found.level is Level.WARN
    assert "umami_worker" in found.message
    assert found.figures["hours_behind"] > 24
    while build_step(website.pk, now(), "default") is not None:
        pass
    assert summaries(now()).level is Level.OK
    with override_settings(UMAMI={"KEEP_MONTHS": MONTHS}):
        later = cut(now(), -1) + 3 * DAY  # of next month
        found = summaries(now() if now().day > 3 else later)
        assert found.level is Level.WARN
        assert "umami_prune" in found.message
        pruning.prune(now())
        found = summaries(now())
        assert found.level is Level.OK
        assert found.message == "0 hours behind, 0 changes wait, 1 websites pruned"
        assert found.figures["pruned_until"] == {str(website.pk): kept_from().isoformat(timespec="seconds")}
    json.dumps(found.figures)


def test_statistics_say_from_when_on_there_are_hits(website: Website, owner_api: Api) -> None:
    fill(website)
    Website.objects.update(keep_months=MONTHS)
    path = f"/api/website/{website.pk}"

    def ask(route: str, start: datetime, end: datetime, **query: str) -> Any:
        times = {"start_at": int(start.timestamp() * 1000), "end_at": int(end.timestamp() * 1000)}
        return owner_api.get(f"{path}/{route}", times | {"unit": "day", "tz": "UTC"} | query)

    old, recent = (kept_from() - 5 * DAY, now()), (kept_from(), now())
    before = ask("stats", *old)
    assert before.json()["pageviews"]["value"] == 2
    assert "X-Umami-Raw-From" not in before
    pruning.prune(now())
    for route in ("stats", "pageviews", "events", "metrics"):
        query = {"type": "browser"} if route == "metrics" else {}
        answer = ask(route, *old, **query)
        assert answer["X-Umami-Raw-From"] == kept_from().strftime("%Y-%m-%dT00:00:00Z")
        assert "X-Umami-Raw-From" not in ask(route, *recent, **query)
    assert ask("stats", *old).json() == before.json()
    assert ask("stats", *old, browser="chrome").json()["pageviews"]["value"] == 0
    day = kept_from() - 2 * DAY  # less than two days: usually from hits
    assert ask("stats", day - DAY / 2, day + DAY / 4).json()["pageviews"]["value"] == 1
