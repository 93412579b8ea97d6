"""The doctor: what it says when all is well, and one thing after the other when it is not."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import override_settings
from django.utils import timezone

from tests.factories import make_website
from tests.ingest.mmdb import write_mmdb
from tests.traffic import Traffic
from umami_django.ingest.pipeline import Reason
from umami_django.models import Salt, TermSweep, Website
from umami_django.services import refusals, salts
from umami_django.services.doctor import database, examination, surroundings, traffic
from umami_django.services.doctor.finding import Finding, Level, ok, warn
from umami_django.services.websites import reset_website
from umami_django.writers.loader_state import State

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return timezone.now()


def level_and_words(finding: Finding) -> tuple[str, str]:
    return finding.level.name.lower(), finding.message


def test_a_sound_installation(website: Website, capsys: Any, django_assert_max_num_queries: Any) -> None:
    Traffic(website, now() - timedelta(hours=1)).visitor("ana").sees("/", "/a")
    salts.current_salt(now())
    with django_assert_max_num_queries(45):
        call_command("umami_doctor")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", name]
        for name in "database clock journal hits refused proxies geo salts purges summaries sizes".split()
    ]
    assert "2 in the last 24 hours on 1 websites" in lines[3]


def test_monitoring_gets_an_exit_code_and_json(website: Website, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        examination.examine, "__defaults__", ((lambda _: ok("a", "fine"), lambda _: warn("b", "hm", x=1)),)
    )
    with pytest.raises(SystemExit) as caught:
        call_command("umami_doctor", json=True)
    assert caught.value.code == 1
    told = json.loads(capsys.readouterr().out)
    assert told["level"] == "warn"
    assert told["findings"][1] == {"concern": "b", "level": "warn", "message": "hm", "figures": {"x": 1}}


def test_every_finding_is_json(website: Website, capsys: Any) -> None:
    with pytest.raises(SystemExit):  # no hits yet: a warning
        call_command("umami_doctor", json=True)
    told = json.loads(capsys.readouterr().out)
    assert {finding["concern"] for finding in told["findings"]} >= {"database", "sizes"}


def test_a_database_that_is_away_is_an_error_and_no_traceback(capsys: Any, monkeypatch: Any) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("connection refused\nmore")

    with monkeypatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(connection, "cursor", away)
        call_command("umami_doctor")
    assert caught.value.code == 2
    out = capsys.readouterr().out
    assert "error database  the database does not answer: connection refused\n" in out
    assert "ok    journal" in out


def test_a_check_that_fails_is_an_error_of_its_own() -> None:
    def broken(_: datetime) -> Finding:
        raise KeyError("x")

    findings = examination.examine(now(), [broken, lambda _: ok("b", "fine")])
    assert level_and_words(findings[0]) == ("error", "cannot be looked at: KeyError: 'x'")
    assert examination.worst(findings) is Level.ERROR
    assert examination.worst([]) is Level.OK


def test_missing_migrations(monkeypatch: Any) -> None:
    monkeypatch.setattr(
        database.MigrationExecutor, "migration_plan", lambda *_: [("umami_django.0099_new", False)]
    )
    assert level_and_words(database.database(now())) == ("error", "1 migrations are missing: run migrate")


@pytest.mark.parametrize(("off_s", "level"), [(0, "ok"), (5, "warn"), (-5, "warn"), (300, "error")])
def test_a_clock_that_is_off(monkeypatch: Any, off_s: float, level: str) -> None:
    real = time.time
    monkeypatch.setattr(database.time, "time", lambda: real() + off_s)
    found = database.clock(now())
    assert found.level.name.lower() == level
    assert abs(found.figures["apart_s"] - abs(off_s)) < 1


def test_hits(website: Website) -> None:
    assert level_and_words(traffic.hits(now())) == ("warn", "none yet: is the tracking code in the pages?")
    Traffic(website, now() - timedelta(days=2)).visitor("ana").sees("/")
    assert level_and_words(traffic.hits(now()))[1].startswith("none in the last 24 hours; the newest is of 2")
    Website.objects.all().delete()
    assert traffic.hits(now()).level is Level.OK


@pytest.mark.parametrize(
    ("reason", "count", "level"),
    [
        (Reason.BOT, 5000, "ok"),
        (Reason.UNKNOWN_WEBSITE, 99, "ok"),
        (Reason.UNKNOWN_WEBSITE, 100, "warn"),
        (Reason.RATE_LIMITED, 100, "warn"),
    ],
)
def test_refused_hits_by_reason(website: Website, reason: Reason, count: int, level: str) -> None:
    refusals.note(website.pk, reason, now(), count)
    refusals.note(make_website().pk, Reason.BOT, now(), 7)
    found = traffic.refused(now())
    assert found.level.name.lower() == level
    assert found.figures == ({"bot": count + 7} if reason is Reason.BOT else {"bot": 7, reason.value: count})


def test_purges_that_nobody_does(website: Website) -> None:
    reset_website(website, now() - timedelta(days=1))
    assert traffic.purges(now()).level is Level.OK
    reset_website(website, now() - timedelta(days=3))
    TermSweep.objects.create(website_id=website.pk, dirty_at=now())
    found = traffic.purges(now())
    assert level_and_words(found) == (
        "warn",
        "1 websites wait for more than two days: is umami_purge run daily?",
    )
    assert found.figures["term_sweeps"] == 1


def test_salts_that_should_be_gone() -> None:
    moment = datetime(2026, 3, 20, tzinfo=UTC)
    assert traffic.salts(moment).message == "none for this month yet; the first hit makes it"
    Salt.objects.create(month=12 * 2026 + 2, value="x")
    assert traffic.salts(moment).level is Level.OK
    Salt.objects.create(month=12 * 2026 + 1, value="y")
    assert traffic.salts(datetime(2026, 3, 4, tzinfo=UTC)).level is Level.OK
    assert traffic.salts(moment).level is Level.ERROR


@contextmanager
def journal(path: Path, size: int = 10, **state: Any) -> Iterator[None]:
    (path / "1.journal").write_bytes(b"x" * size)
    if state:
        (path / "loader.json").write_text(json.dumps(asdict(State(1, **state))))
    settings = {"COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": str(path), "JOURNAL_MAX_BYTES": 100}
    with override_settings(UMAMI=settings):
        yield


@pytest.mark.parametrize(
    ("size", "state", "level", "words"),
    [
        (10, {"ago": 1}, "ok", "10 bytes, the worker is 0.0 s behind"),
        (10, {}, "error", "no umami_worker has ever loaded it"),
        (0, {}, "warn", "no umami_worker has ever loaded it"),
        (100, {"ago": 1}, "error", "full (100 bytes): hits are turned away"),
        (90, {"ago": 1}, "warn", "90% full"),
        (10, {"ago": 600}, "error", "the worker was last seen 600 s ago"),
        (0, {"ago": 600}, "ok", "0 bytes, the worker is 0.0 s behind"),
        (10, {"ago": 1, "lag_s": 61.0}, "warn", "the worker is 61 s behind"),
        (10, {"ago": 1, "lag_s": 1000.0}, "error", "the worker is 1,000 s behind"),
        (10, {"ago": 1, "last_error": "disk"}, "error", "the worker's last step failed: disk"),
    ],
)
def test_the_journal(tmp_path: Path, size: int, state: dict[str, Any], level: str, words: str) -> None:
    told = dict(state)
    if "ago" in told:
        told["seen_at"] = time.time() - told.pop("ago")
    with journal(tmp_path, size, **told):
        assert level_and_words(surroundings.journal(now())) == (level, words)


def test_a_proxy_that_is_not_trusted(website: Website) -> None:
    assert surroundings.proxies(now()).level is Level.OK
    refusals.note(website.pk, Reason.RATE_LIMITED, now(), 3)
    refusals.flush()
    assert "3 hits since yesterday were too many of one address" in surroundings.proxies(now()).message
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert "SECURE_PROXY_SSL_HEADER say that there is a proxy" in surroundings.proxies(now()).message
        with override_settings(UMAMI={"TRUSTED_PROXIES": ["10.0.0.0/8"]}):
            found = surroundings.proxies(now())
    assert level_and_words(found) == ("ok", "X-Forwarded-For is believed of 10.0.0.0/8")


def test_the_geo_database(tmp_path: Path) -> None:
    assert surroundings.geo(now()).level is Level.OK
    path = tmp_path / "x.mmdb"
    write_mmdb(path, "00000001", {"country": {"iso_code": "AU"}})
    with override_settings(UMAMI={"GEOIP_DATABASE": str(path)}):
        built = datetime.fromtimestamp(1_700_000_000, UTC)
        assert level_and_words(surroundings.geo(built + timedelta(days=90))) == (
            "ok",
            "x.mmdb is 90 days old",
        )
        assert surroundings.geo(built + timedelta(days=91)).level is Level.WARN
        path.write_bytes(b"nonsense")
        assert surroundings.geo(now()).level is Level.ERROR
    with override_settings(UMAMI={"GEOIP_DATABASE": str(tmp_path / "missing.mmdb")}):
        assert surroundings.geo(now()).level is Level.ERROR


def test_sizes(website: Website) -> None:
    found = database.sizes(now())
    assert found.figures["total_bytes"] > 0
    if connection.vendor != "sqlite":
        assert "umami_django_storedhit" in found.figures["table_bytes"]
