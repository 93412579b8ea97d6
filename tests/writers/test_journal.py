"""The journal: what is acknowledged stands in a file, and comes to the database once, whatever happens meanwhile."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, OperationalError, ProgrammingError
from django.test import override_settings
from django.utils import timezone

from tests.traffic import hit
from umami_django.exceptions import StoreUnavailable
from umami_django.models import JournalPosition, Session, StoredHit, Website
from umami_django.signals import hit_recorded
from umami_django.writers import figures, journal, load, store
from umami_django.writers.load import REJECTED, AlreadyLoading, Loader, loading
from umami_django.writers.loader_state import State, last_state

UMAMI = {"RECORD": True, "COLLECT_WRITER": "journal"}


def write(website: Website, *urls: str) -> None:
    for url in urls:
        journal.store([hit(website.pk, "ana", url)], [])


def urls() -> list[str]:
    return sorted(StoredHit.objects.values_list("url__text", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_stored_hit_waits_in_the_journal_until_it_is_loaded(
    directory: Path, loader: Loader, website: Website
) -> None:
    store([hit(website.pk, "ana", "/a")])
    store([hit(website.pk, "ana", "/b")])
    assert urls() == []
    assert loader.load_all() == 2
    assert urls() == ["/a", "/b"]
    assert Session.objects.count() == 1
    assert loader.load_all() == 0


def test_inside_a_transaction_a_hit_is_part_of_it(directory: Path, website: Website) -> None:
    store([hit(website.pk, "ana", "/")])
    assert urls() == ["/"]
    assert not directory.exists()


def test_loading_goes_on_where_it_stopped(directory: Path, website: Website) -> None:
    write(website, "/a")
    with loading(directory) as first:
        first.load_all()
    write(website, "/b")
    with loading(directory) as second:
        assert second.load_all() == 1
    assert urls() == ["/a", "/b"]


def test_a_file_that_nobody_writes_to_is_deleted_when_it_is_loaded(
    directory: Path, loader: Loader, website: Website
) -> None:
    write(website, "/a")
    loader.load_all()
    assert len(journal.files(directory)) == JournalPosition.objects.count() == 1
    journal.close()
    write(website, "/b")
    loader.load_all()
    assert len(journal.files(directory)) == JournalPosition.objects.count() == 1
    journal.close()
    loader.load_all()
    assert len(journal.files(directory)) == JournalPosition.objects.count() == 0
    assert urls() == ["/a", "/b"]


def test_files_are_rotated(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "ROTATED_AT_BYTES", 500)
    write(website, *(f"/{number}" for number in range(10)))
    assert len(journal.files(directory)) > 2
    assert loader.load_all() == 10
    assert len(journal.files(directory)) == 1
    assert len(urls()) == 10


def test_the_line_that_a_dying_process_tore_is_left_out(
    directory: Path, loader: Loader, website: Website
) -> None:
    write(website, "/a", "/b")
    journal.close()
    (path,) = journal.files(directory)
    os.truncate(path, path.stat().st_size - 3)
    assert loader.load_all() == 1
    assert (urls(), journal.files(directory)) == (["/a"], [])


def test_a_line_that_is_still_being_written_is_waited_for(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(website, "/a", "/b")
    (path,) = journal.files(directory)
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    assert loader.load_all() == 1
    path.write_bytes(whole)
    assert loader.load_all() == 1
    assert urls() == ["/a", "/b"]


def test_a_damaged_line_harms_no_other_and_is_kept(directory: Path, loader: Loader, website: Website) -> None:
    write(website, "/a", "/b", "/c")
    (path,) = journal.files(directory)
    lines = path.read_bytes().splitlines(keepends=True)
    (damaged,) = [number for number, line in enumerate(lines) if b"/b" in line]
    lines[damaged] = lines[damaged].replace(b"/b", b"/x")
    path.write_bytes(b"".join(lines))
    assert loader.load_all() == 2
    assert urls() == ["/a", "/c"]
    assert (directory / REJECTED).read_bytes() == lines[damaged]


class Trouble:
    """Stands before `insert`: raises what it was told to for a batch with this url."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception, url: str) -> None:
        self.error, self.url, self.insert = error, url, load.insert
        monkeypatch.setattr(load, "insert", self)

    def __call__(self, hits: Any, *rest: Any) -> None:
        if any(item.content.texts[0] == self.url for item in hits):
            raise self.error
        self.insert(hits, *rest)


@pytest.mark.parametrize("error", [DataError("too long"), ValueError("odd")])
def test_a_hit_that_cannot_be_stored_harms_no_other_and_is_kept(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    write(website, "/a", "/b", "/bad", "/c", "/d")
    Trouble(monkeypatch, error, "/bad")
    loader.load_all()
    assert urls() == ["/a", "/b", "/c", "/d"]
    (kept,) = (directory / REJECTED).read_bytes().splitlines()
    assert b"/bad" in kept


@pytest.mark.parametrize("error", [OperationalError("away"), ProgrammingError("no such table")])
def test_hits_wait_for_a_database_in_trouble(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    write(website, "/a", "/b")
    with monkeypatch.context() as patch:
        Trouble(patch, error, "/b")
        with pytest.raises(type(error)):
            loader.step()
        assert (last_state(directory) or loader.state).last_error == f"{type(error).__name__}: {error}"
    assert (urls(), (directory / REJECTED).exists()) == ([], False)
    assert loader.load_all() == 2
    assert urls() == ["/a", "/b"]


def test_what_somebody_else_loaded_is_not_loaded_again(
    directory: Path, loader: Loader, website: Website
) -> None:
    write(website, "/a")
    loader.load_all()
    write(website, "/b")
    other = Loader(
        directory
    )  # as if on another host that shares the directory, where the lock does not reach
    assert other.load_all() == 1
    with pytest.raises(load.MovedElsewhere):
        loader.load_all()
    assert loader.load_all() == 0
    assert urls() == ["/a", "/b"]


def test_a_journal_has_one_loader(directory: Path, loader: Loader) -> None:
    with pytest.raises(AlreadyLoading), loading(directory):
        pass
    with pytest.raises(CommandError, match="Another process"):
        call_command("umami_load")


def test_hits_of_a_website_deleted_meanwhile_are_left_out(
    directory: Path, loader: Loader, website: Website
) -> None:
    write(website, "/a")
    Website.objects.update(deleted_at=timezone.now())
    loader.load_all()
    assert (StoredHit.objects.count(), Session.objects.count()) == (0, 0)


def test_a_file_that_is_no_journal_is_left_alone(directory: Path, loader: Loader, website: Website) -> None:
    for name, content in (("a", b""), ("b", b"hello\n" * 20), ("c", journal.MAGIC + b"x" * 32 + b"\n")):
        (directory / f"{name}{journal.SUFFIX}").write_bytes(content)
    write(website, "/a")
    loader.load_all()
    assert urls() == ["/a"]
    assert len(journal.files(directory)) == 4


def test_the_signal_is_sent_when_the_hit_is_in_the_database(
    directory: Path, loader: Loader, website: Website
) -> None:
    told: list[str] = []

    def receive(hits: Any, **_: Any) -> None:
        told.extend(hit.content.location.url for hit in hits)

    hit_recorded.connect(receive)
    try:
        write(website, "/a")
        assert told == []
        loader.load_all()
        assert told == ["/a"]
    finally:
        hit_recorded.disconnect(receive)


def test_a_full_journal_turns_hits_away_until_it_is_loaded(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MEASURED_EVERY_S", 0.0)
    settings = UMAMI | {"JOURNAL_DIRECTORY": str(directory), "JOURNAL_MAX_BYTES": 1000}
    with override_settings(UMAMI=settings):
        accepted = 0
        with pytest.raises(StoreUnavailable, match="full"):
            for _ in range(100):
                write(website, "/")
                accepted += 1
        assert 1 <= accepted < 10
        assert loader.load_all() == accepted
        write(website, "/again")
    assert loader.load_all() == 1


def test_a_full_disk_turns_hits_away_and_spoils_nothing(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(website, "/a")
    os_write = os.write

    def write_some(descriptor: int, text: bytes) -> int:
        if len(text) < 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os_write(descriptor, text[: len(text) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_some)
        with pytest.raises(StoreUnavailable, match="No space left"):
            write(website, "/b")
    write(website, "/c")
    loader.load_all()
    assert urls() == ["/a", "/c"]


def test_a_directory_that_cannot_be_used_turns_hits_away(tmp_path: Path, website: Website) -> None:
    (tmp_path / "file").write_text("")
    for path in (str(tmp_path / "file" / "journal"), None):
        with override_settings(UMAMI=UMAMI | {"JOURNAL_DIRECTORY": path}), pytest.raises(StoreUnavailable):
            write(website, "/")


@pytest.mark.parametrize("rotated_at", [1, 10_000_000])
def test_with_fsync_a_hit_is_on_the_disk_when_it_is_acknowledged(
    directory: Path, loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch, rotated_at: int
) -> None:
    monkeypatch.setattr(journal, "ROTATED_AT_BYTES", rotated_at)
    synced: list[int] = []
    fdatasync = os.fdatasync

    def sync(descriptor: int) -> None:
        fdatasync(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fdatasync", sync)
    with override_settings(UMAMI=UMAMI | {"JOURNAL_DIRECTORY": str(directory), "JOURNAL_FSYNC": True}):
        for number in range(3):
            write(website, f"/{number}")
            assert synced[-1] == journal.files(directory)[-1].stat().st_size
    loader.load_all()
    assert len(urls()) == 3


def test_figures_of_the_journal(directory: Path, loader: Loader, website: Website) -> None:
    write(website, "/a", "/b")
    before = figures()
    assert (before.writer, before.journal_bytes) == ("journal", journal.size(directory))
    loader.load_all()
    after = figures()
    assert after.loader is not None
    assert (after.loader.loaded, after.loader.last_error) == (2, None)
    assert 0 <= after.loader.lag_s < 60


def test_a_forked_child_writes_to_a_file_of_its_own(
    directory: Path, loader: Loader, website: Website
) -> None:
    write(website, "/parent")
    child = os.fork()
    if child == 0:
        try:
            write(website, "/child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    write(website, "/parent/again")
    assert len(journal.files(directory)) == 2
    loader.load_all()
    assert len(journal.files(directory)) == 1
    assert urls() == ["/child", "/parent", "/parent/again"]


def test_the_command_loads_what_is_there(
    directory: Path, website: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    write(website, "/a", "/b")
    call_command("umami_load")
    assert capsys.readouterr().out == "2 hits loaded.\n"
    assert urls() == ["/a", "/b"]


def test_the_command_names_the_setting_that_is_missing() -> None:
    with override_settings(UMAMI=UMAMI), pytest.raises(CommandError, match="JOURNAL_DIRECTORY"):
        call_command("umami_load")


@pytest.mark.django_db(transaction=True)
def test_the_worker_loads_until_it_is_told_to_stop(directory: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'traffic.sqlite3'}"
    environment = os.environ | {"TEST_DATABASE_URL": database, "JOURNAL_DIRECTORY": str(directory)}

    def run(*words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.writers.process", *words], env=environment, stdout=subprocess.PIPE
        )

    assert run("migrate").wait(60) == 0
    worker = run("work")
    try:
        journal.store([hit(1, "ana", "/a")], [])
        deadline = time.monotonic() + 30
        while (last_state(directory) or State(0)).loaded < 1 and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        told, _ = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert told.splitlines()[-1].startswith(b"1 hits loaded")
    counted, _ = run("count").communicate(timeout=30)
    assert counted.split() == [b"1", b"1", b"1"]
