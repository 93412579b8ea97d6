"""Takes the journal to the database: each acknowledged hit exactly once, whatever dies meanwhile.

The position in a file moves in the transaction that stores the hits before it. A file that is complete and stored is
deleted, and its position after that. Source: design, section 6.
"""

import gc
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Event
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError, OperationalError

from ..conf import umami_settings
from ..databases.pragmas import storing_much
from ..domain.hits import Hit, Identification
from ..models import JournalPosition, Website
from . import connection as connections
from . import journal, journal_parts
from .journal_parts import Line, Part, complete_lines, halves_of, header_of, lines_of
from .loader_state import State, tell
from .records import Record
from .rows import announce, insert, write_transaction
from .trouble import is_lost, is_of_the_database

logger = logging.getLogger("umami_django.writers")

STORED_AT_ONCE = 1024 * 1024
"""About so many bytes in one transaction: what waits longest is not to wait for all that came after it."""
LOCK_FILE = "loader.lock"
REJECTED = "rejected.lines"
STEP_S = 0.2
"""Steps begin this far apart unless there is much to do: fuller batches cost less."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
STARTING_MAY_TAKE_S = 60.0
TOLD_EVERY_S = 1.0


class AlreadyLoading(Exception):
    """Another process loads this journal."""


class MovedElsewhere(DatabaseError):
    """Somebody else has stored this part of the file meanwhile, or a COMMIT had succeeded that seemed lost."""


class Loader:
    """Loads one journal; make it with `loading`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._positions: dict[UUID, int] = {}
        self._lag_s, self._waiting_bytes = 0.0, 0
        self._told_at = float("-inf")
        self.state = State(pid=os.getpid())

    def step(self) -> int:
        """Store some of each file; how many bytes were taken, 0 when nothing was left. Raises DatabaseError."""
        self._lag_s, self._waiting_bytes = 0.0, 0
        try:
            with _no_garbage_collection():
                taken = self._load_some(journal.files(self._directory))
            self.state.last_error = None
        except Exception as error:
            self._positions.clear()
            self.state.last_error = f"{type(error).__name__}: {error}".strip()
            self._tell(now=True)
            raise
        self.state.lag_s, self.state.waiting_bytes = self._lag_s, self._waiting_bytes
        self.state.longest_lag_s = max(self.state.longest_lag_s, self._lag_s)
        self._tell(now=False)
        return taken

    def load_all(self) -> int:
        """Store everything there is; how many hits and identifications."""
        before = self.state.loaded
        while self.step():
            pass
        self._tell(now=True)
        return self.state.loaded - before

    def _load_some(self, paths: Sequence[Path]) -> int:
        """Of each file; of as many at once as make a full transaction. How many bytes."""
        taken, size, parts = 0, 0, []
        for path in paths:
            if (part := self._read(path)) is None:
                continue
            parts.append(part)
            size += part.size
            if size >= STORED_AT_ONCE:
                self._store(parts)
                taken, size, parts = taken + size, 0, []
        if parts:
            self._store(parts)
        return taken + size

    def _read(self, path: Path) -> Part | None:
        """Some of a file; None where nothing is left. A file that is complete and stored is removed."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        with file:
            # asked before reading: what is written after that answer is not missed
            is_complete = journal.try_to_hold(file.fileno())
            header = header_of(file)
            if header is None:
                logger.error("%s is no journal: left alone.", path)
                return None
            identity, read = header
            position = self._position(identity)
            file.seek(position)
            lines, torn = complete_lines(file)
            self._waiting_bytes += os.fstat(file.fileno()).st_size - file.tell()
        if lines:
            return Part(identity, position, lines_of(lines, read))
        if is_complete:
            if torn:
                logger.warning("%s ends in %d bytes of a hit that was never acknowledged.", path, len(torn))
            self._remove(path, identity)
        return None

    def _store(self, parts: Sequence[Part]) -> None:
        """All of *parts* in one transaction; what is around a line that cannot be stored, without it."""
        try:
            self._commit(parts)
        except Exception as error:
            if not _is_of_the_hits(error):
                raise
            if halves := halves_of(parts):
                for half in halves:
                    self._store(half)
                return
            logger.exception("A hit cannot be stored.")
            part = parts[0]
            self._commit([Part(part.identity, part.position, [Line(part.lines[0].text, part.size, None)])])

    def _commit(self, parts: Sequence[Part]) -> None:
        lines = [line for part in parts for line in part.lines]
        records = [line.record for line in lines if line.record]
        self._keep([line.text for line in lines if line.record is None and line.text])
        moved = {part.identity: part.position + part.size for part in parts}
        using = umami_settings().TRAFFIC_DATABASE
        with connections.own_connection.in_use(using) as connection:
            try:
                with write_transaction(using):
                    hits, identifications = _of_living_websites(records)
                    insert(hits, identifications, using)
                    for part in parts:
                        known = JournalPosition.objects.using(using).filter(
                            file=part.identity, position=part.position
                        )
                        if not known.update(position=moved[part.identity]):
                            raise MovedElsewhere
            except DatabaseError:
                is_lost(connection)
                raise
        self._positions.update(moved)
        announce(hits)
        self.state.loaded += sum(len(record.hits) + len(record.identifications) for record in records)
        if records:
            waited_s = time.time() - min(record.accepted_ms for record in records) / 1000
            self._lag_s = max(self._lag_s, waited_s)

    def _position(self, identity: UUID) -> int:
        if identity not in self._positions:
            using = umami_settings().TRAFFIC_DATABASE
            with connections.own_connection.in_use(using) as connection:
                try:
                    row, _ = JournalPosition.objects.using(using).get_or_create(
                        file=identity, defaults={"position": journal.HEADER_BYTES}
                    )
                except DatabaseError:
                    is_lost(connection)
                    raise
            self._positions[identity] = row.position
        return self._positions[identity]

    def _keep(self, rejected: Sequence[bytes]) -> None:
        """Put lines that cannot be stored aside for a person to look at; after a failed COMMIT once more."""
        if not rejected:
            return
        logger.error("%d lines of the journal are kept in %s.", len(rejected), self._directory / REJECTED)
        with (self._directory / REJECTED).open("ab") as file:
            file.writelines(rejected)
            file.flush()
            os.fsync(file.fileno())

    def _remove(self, path: Path, identity: UUID) -> None:
        """First the file, then its position: a file without one would be loaded again."""
        path.unlink()
        journal.sync_directory(self._directory)
        using = umami_settings().TRAFFIC_DATABASE
        with connections.own_connection.in_use(using):
            JournalPosition.objects.using(using).filter(file=identity).delete()
        self._positions.pop(identity, None)

    def _tell(self, *, now: bool) -> None:
        """Write the state down for whoever asks, every second."""
        if not now and time.monotonic() - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = time.monotonic()
        self.state.seen_at = time.time()
        tell(self.state, self._directory)


@contextmanager
def loading(directory: Path) -> Iterator[Loader]:
    """The one loader of this journal. Raises AlreadyLoading, and OSError when the directory cannot be used."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK_FILE).open("ab") as turn:
        if not journal.try_to_hold(turn.fileno()):
            raise AlreadyLoading
        _clear_up(directory)
        with storing_much():
            yield Loader(directory)


def follow(loader: Loader, stop: Event) -> None:
    """Load until *stop* is set; while the database is away, wait for it."""
    pause_s = SHORTEST_PAUSE_S
    while not stop.is_set():
        began = time.monotonic()
        try:
            loader.step()
        except (DatabaseError, OSError) as error:
            logger.warning("The journal cannot be loaded at the moment: %s", error)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            continue
        pause_s = SHORTEST_PAUSE_S
        if loader.state.waiting_bytes < journal_parts.READ_AT_ONCE:
            stop.wait(max(0.0, STEP_S - (time.monotonic() - began)))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A batch is many small objects that live together and end together, in no circles: looking for circles among
    them, over and over, took a third of the loader's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_of_the_hits(error: Exception) -> bool:
    """Is what was to be stored to blame? Everything else passes, or is for a person to mend: hits wait for it."""
    if isinstance(error, DatabaseError):
        return isinstance(error, DataError | IntegrityError) or (
            isinstance(error, OperationalError) and not is_of_the_database(error)
        )
    return isinstance(error, ValueError | TypeError | OverflowError)


def _of_living_websites(records: Sequence[Record]) -> tuple[list[Hit], list[Identification]]:
    """Without those of websites that were deleted while their hits waited: nobody would remove them again."""
    hits = list(chain.from_iterable(record.hits for record in records))
    identifications = list(chain.from_iterable(record.identifications for record in records))
    wanted = {hit.website_id for hit in hits} | {told.website_id for told in identifications}
    living = set(Website.objects.alive().filter(pk__in=wanted).values_list("pk", flat=True))
    if living >= wanted:
        return hits, identifications
    return (
        [hit for hit in hits if hit.website_id in living],
        [told for told in identifications if told.website_id in living],
    )


def _clear_up(directory: Path) -> None:
    """Remove what a process left behind that died while it began a file: there is no hit in it."""
    for path in directory.glob(f"*{journal.STARTING}"):
        try:
            if time.time() - path.stat().st_mtime > STARTING_MAY_TAKE_S:
                path.unlink()
        except FileNotFoundError:
            continue
