"""The import command: every line once, whatever happens in between."""

import gzip
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from umami_django.logs import importing
from umami_django.models import Pageview, Session, Website
from umami_django.services.websites import reset_website

from .test_formats import CADDY, COMBINED, COMMON, NGINX, VHOST

REAL_LOG = Path(__file__).resolve().parents[3] / "shared" / "data" / "semicomplete-access.log"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


def entry(
    target: str = "/", *, address: str = "192.0.2.1", second: int = 0, agent: str = FIREFOX, day: int = 17
) -> str:
    return (
        f'{address} - - [17/May/2015:10:05:{second:02} +0000] "GET {target} HTTP/1.1" 200 5 '
        f'"https://t.co/x" "{agent}"\n'
    )


def run(website: Website, *files: Path | str, **options: Any) -> str:
    out = io.StringIO()
    call_command("umami_import_log", *map(str, files), website=str(website.uuid), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(
        entry("/a?x=1")
        + entry("/b", second=10)
        + entry("/c", address="192.0.2.2")
        + entry("/logo.png")
        + entry("/d", agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
        + "garbage\n"
    )
    return path


def test_lines_become_pageviews_of_sessions(website: Website, log: Path) -> None:
    report = run(website, log)
    assert "3 pageviews of 2 sessions imported" in report
    for told in ("1 bots", "1 static files", "1 broken lines", "broken: garbage"):
        assert told in report
    views = Pageview.objects.order_by("id").values_list(
        "url__text", "referrer_domain__text", "session__browser__text"
    )
    assert list(views) == [
        ("/a?x=1", "t.co", "firefox"),
        ("/b", "t.co", "firefox"),
        ("/c", "t.co", "firefox"),
    ]
    assert Pageview.objects.order_by("id").first().created_at == datetime(2015, 5, 17, 10, 5, tzinfo=UTC)
    assert Session.objects.values_list("device__text", flat=True).distinct().get() == "desktop"


def test_the_same_file_twice_adds_nothing(website: Website, log: Path, tmp_path: Path) -> None:
    run(website, log)
    assert "0 pageviews" in run(website, log)
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert "not counted again" in run(website, packed)
    assert Pageview.objects.count() == 3


def test_a_grown_file_adds_its_new_lines(website: Website, log: Path) -> None:
    run(website, log)
    with log.open("a") as file:
        file.write(entry("/new", second=20) + entry("/half", second=21)[:-40])
    assert "1 pageviews" in run(website, log)
    with log.open("a") as file:
        file.write(entry("/half", second=21)[-40:])
    assert "1 pageviews" in run(website, log)
    assert Pageview.objects.count() == 5


def test_another_file_with_the_same_first_line_is_another_file(
    website: Website, log: Path, tmp_path: Path
) -> None:
    run(website, log)
    other = tmp_path / "other.log"
    other.write_text(entry("/a?x=1") + entry("/other"))
    assert "2 pageviews" in run(website, other)


def test_an_import_that_broke_off_goes_on(
    website: Website, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_LINES", 2)
    written = []

    def write_once(hits: Any) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(original(hits))

    original = importing.write
    monkeypatch.setattr(importing, "write", write_once)
    with pytest.raises(KeyboardInterrupt):
        run(website, log)
    assert Pageview.objects.count() == 2
    monkeypatch.setattr(importing, "write", original)
    run(website, log)
    assert Pageview.objects.count() == 3


def test_a_dry_run_writes_nothing(website: Website, log: Path) -> None:
    assert "3 pageviews of 2 sessions would be imported" in run(website, log, dry_run=True)
    assert not Pageview.objects.exists()
    assert "3 pageviews of 2 sessions imported" in run(website, log)


@pytest.mark.parametrize(
    "line", [COMMON, COMBINED, VHOST, NGINX, CADDY], ids=["common", "combined", "vhost", "nginx", "caddy"]
)
def test_every_format_is_detected_and_imported(website: Website, tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.log"
    path.write_text(line.replace("Mozilla/5.0", FIREFOX).replace(' (a \\"quoted\\" agent)', "") + "\n")
    assert "1 pageviews" in run(website, path, include_bots=True)
    assert Pageview.objects.get().url.text == "/a?b=1"


def test_standard_input_is_read(website: Website, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(log.read_bytes())

    monkeypatch.setattr(sys, "stdin", Input)
    assert "3 pageviews" in run(website, "-")
    assert "0 pageviews" in run(website, log)


def test_options_select(website: Website, log: Path) -> None:
    assert "1 pageviews" in run(website, log, dry_run=True, exclude_path=["/a", "/b"])
    assert "0 pageviews" in run(website, log, dry_run=True, since="2015-05-18")
    assert "3 pageviews" in run(website, log, dry_run=True, until="2015-05-18")
    assert "1 pageviews" in run(website, log, dry_run=True, since="2015-05-17T10:05:05+00:00")
    assert "4 pageviews" in run(website, log, dry_run=True, include_bots=True)
    assert "4 pageviews" in run(website, log, dry_run=True, include_static=True)


def test_rows_imported_after_a_reset_are_seen(website: Website, log: Path) -> None:
    run(website, log)
    reset_website(website, timezone.now())
    assert "3 pageviews" in run(website, log)
    website.refresh_from_db()
    assert website.reset_at is None
    assert Pageview.objects.count() == 3


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"website": "x"}, "--website: 'x' is not a uuid."),
        ({"website": str(uuid4())}, "--website: there is no website"),
        ({"since": "yesterday"}, "--since: 'yesterday' is neither a date"),
        ({"until": "2026-13-01"}, "--until: '2026-13-01' is neither a date"),
    ],
)
def test_mistakes_are_named(website: Website, log: Path, options: dict[str, str], text: str) -> None:
    with pytest.raises(CommandError, match=text):
        call_command("umami_import_log", str(log), **({"website": str(website.uuid)} | options))


def test_a_missing_or_unknown_file_is_named(website: Website, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(website, tmp_path / "missing.log")
    (tmp_path / "poem.txt").write_text("roses are red\n")
    with pytest.raises(CommandError, match="known format"):
        run(website, tmp_path / "poem.txt")


@pytest.mark.skipif(not REAL_LOG.exists(), reason="the real access logs are not beside this clone")
def test_a_real_log(website: Website) -> None:
    report = run(website, REAL_LOG)
    assert "10,000 new lines" in report
    assert "1 broken lines" in report
    assert 1_400 < Pageview.objects.count() < 1_700
    assert Session.objects.count() < Pageview.objects.count()
