"""Several processes write, each to a file of its own: one transaction takes from all of them."""

import io
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import DataError

from tests.traffic import hit
from umami_django.models import JournalPosition, StoredHit, Website
from umami_django.writers import journal, journal_parts, load
from umami_django.writers.load import REJECTED, Loader
from umami_django.writers.records import line


@pytest.fixture
def processes(directory: Path) -> list[journal.Journal]:
    """As many as a server of three processes has."""
    return [journal.Journal() for _ in range(3)]


def write(process: journal.Journal, website: Website, *urls: str) -> None:
    for url in urls:
        process.append(line(1_790_000_000_000, [hit(website.pk, "ana", url)], []))


def urls() -> list[str]:
    return sorted(StoredHit.objects.values_list("url__text", flat=True))


@pytest.fixture
def inserted(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The urls of each batch that was stored; one with `/bad` in it fails."""
    batches: list[list[str]] = []
    insert = load.insert

    def watched(hits: Any, *rest: Any) -> None:
        found = [item.content.location.url for item in hits]
        if "/bad" in found:
            raise DataError("too long")
        insert(hits, *rest)
        batches.append(found)

    monkeypatch.setattr(load, "insert", watched)
    return batches


def test_one_transaction_takes_from_all(
    processes: list[journal.Journal], loader: Loader, website: Website, inserted: list[list[str]]
) -> None:
    for number, process in enumerate(processes):
        write(process, website, f"/{number}", f"/{number}/more")
    loader.step()
    assert [sorted(batch) for batch in inserted] == [["/0", "/0/more", "/1", "/1/more", "/2", "/2/more"]]
    write(processes[1], website, "/later")
    loader.step()
    assert inserted[1:] == [["/later"]]
    assert JournalPosition.objects.count() == 3


def test_a_transaction_takes_so_many_bytes_at_most(
    processes: list[journal.Journal],
    loader: Loader,
    website: Website,
    inserted: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(load, "STORED_AT_ONCE", 1)
    for number, process in enumerate(processes):
        write(process, website, f"/{number}")
    loader.load_all()
    assert inserted == [["/0"], ["/1"], ["/2"]]


def test_a_hit_that_cannot_be_stored_harms_no_other_file(
    processes: list[journal.Journal],
    directory: Path,
    loader: Loader,
    website: Website,
    inserted: list[list[str]],
) -> None:
    write(processes[0], website, "/a")
    write(processes[1], website, "/b", "/bad", "/c")
    write(processes[2], website, "/bad")
    loader.load_all()
    assert urls() == ["/a", "/b", "/c"]
    assert len((directory / REJECTED).read_bytes().splitlines()) == 2
    assert loader.load_all() == 0


def test_what_somebody_else_took_of_one_file_is_told_before_any_is_stored(
    processes: list[journal.Journal], directory: Path, loader: Loader, website: Website
) -> None:
    write(processes[0], website, "/a")
    write(processes[1], website, "/b")
    loader.load_all()
    write(processes[0], website, "/a2")
    write(processes[1], website, "/b2")
    JournalPosition.objects.filter(file=_identity(journal.files(directory)[1])).update(position=1)
    with pytest.raises(load.MovedElsewhere):
        loader.step()
    assert urls() == ["/a", "/b"]


class Growing(io.FileIO):
    """A file of which a reader sees a part first, and is told that it ends there."""

    seen_bytes = 0
    has_ended = False

    def readinto(self, buffer: Any) -> int:
        if self.has_ended:
            return super().readinto(buffer) or 0
        room = min(len(buffer), self.seen_bytes - self.tell())
        self.has_ended = room <= 0
        return super().readinto(memoryview(buffer)[: max(room, 0)]) or 0


@pytest.mark.parametrize("seen_of_the_line", [0, 1, 5, 60])
def test_a_line_that_grows_while_it_is_read_is_stored_once(
    processes: list[journal.Journal],
    directory: Path,
    loader: Loader,
    website: Website,
    monkeypatch: pytest.MonkeyPatch,
    seen_of_the_line: int,
) -> None:
    write(processes[0], website, "/a")
    (path,) = journal.files(directory)
    Growing.seen_bytes = path.stat().st_size + seen_of_the_line
    write(processes[0], website, "/b", "/c")
    usual = Path.open

    def opened(path: Path, mode: str = "r", **how: Any) -> Any:
        return io.BufferedReader(Growing(path, mode)) if mode == "rb" else usual(path, mode, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", opened)
        assert loader.step()
    loader.load_all()
    assert urls() == ["/a", "/b", "/c"]
    assert not (directory / REJECTED).exists()


def _identity(path: Path) -> str:
    return path.read_bytes()[len(journal.MAGIC) : journal.HEADER_BYTES - 1].decode()


def test_the_loader_does_not_rest_while_much_waits_in_one_file(
    processes: list[journal.Journal], loader: Loader, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(processes[0], website, *(f"/{number}" for number in range(5)))
    monkeypatch.setattr(journal_parts, "READ_AT_ONCE", 1)  # a line at a time
    stop = Rests()
    load.follow(loader, stop)
    assert (len(urls()), stop.rests) == (5, 1)


class Rests(Event):
    """Ends the loader with its first rest."""

    rests = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.rests += 1
        self.set()
        return True
