"""The `journal` writer: a request is answered when its hits stand in a file; `load.py` takes them to the database.

Each process appends to a file of its own and holds a lock on it for as long as it may write to it: a file that
nobody holds is complete. What was written survives the end of the process; with `JOURNAL_FSYNC` also a loss of
power. Source: design, section 6.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from uuid import uuid4

from ..conf import Settings, umami_settings
from ..domain.hits import Hit, Identification
from ..exceptions import StoreUnavailable
from .records import line

try:
    import fcntl
except ImportError:  # Windows: a system check refuses this writer there
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".journal"
STARTING = ".starting"
"""Of a file that has no header or no lock yet."""
MAGIC = b"umami-journal 1 "
HEADER_BYTES = len(MAGIC) + 33
"""The magic words, 32 hexadecimal digits of the file's identity, a newline."""
ROTATED_AT_BYTES = 16 * 1024 * 1024
MEASURED_EVERY_S = 1.0


def store(hits: Sequence[Hit], identifications: Sequence[Identification]) -> None:
    """Write them down; return when they are in the file. Raises StoreUnavailable when the disk or the journal is
    full."""
    _journal.append(line(time.time_ns() // 1_000_000, hits, identifications))


def directory() -> Path:
    """Where the journal is. Raises StoreUnavailable when no directory is set."""
    path = umami_settings().JOURNAL_DIRECTORY
    if not path:
        raise StoreUnavailable('UMAMI["JOURNAL_DIRECTORY"] is not set.')
    return Path(path)


def files(of: Path) -> list[Path]:
    """The files of a journal, the oldest first."""
    return sorted(of.glob(f"*{SUFFIX}"))  # a name begins with the time


def size(of: Path) -> int:
    """Bytes of all files of a journal, what is loaded but not deleted yet included."""
    return sum(_size(path) for path in of.glob(f"*{SUFFIX}"))


def try_to_hold(descriptor: int) -> bool:
    """Hold this open file until it is closed; False when another process does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sync_directory(path: Path) -> None:
    """Make new and deleted names survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Journal:
    """The file that this process appends to."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._syncing = Lock()
        self._descriptor: int | None = None
        self._place: str | None = None
        self._length = 0
        self._written = 0
        self._synced = 0
        self._is_full = False
        self._measured_at = float("-inf")

    def append(self, text: bytes) -> None:
        """Add one line, whole or not at all. Raises StoreUnavailable."""
        settings = umami_settings()
        try:
            with self._lock:
                self._write(text, settings)
                position = self._written
            if settings.JOURNAL_FSYNC:
                self._sync(position)
        except OSError as error:
            raise StoreUnavailable(f"The journal cannot be written: {error}") from error

    def close(self, *, sync: bool = False) -> None:
        """Let go of the file; the loader may finish it."""
        with self._lock:
            self._let_go(sync)

    def leave(self) -> None:
        """In a forked child: close the parent's file, which the parent goes on holding."""
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _write(self, text: bytes, settings: Settings) -> None:
        descriptor = self._opened(settings)
        if self._is_above(settings.JOURNAL_MAX_BYTES):
            self._let_go(settings.JOURNAL_FSYNC)  # of what is loaded already, the loader can make room now
            raise StoreUnavailable(
                'The journal is full: see UMAMI["JOURNAL_MAX_BYTES"]; is a worker running?'
            )
        written = -1
        try:
            written = os.write(descriptor, text)
        finally:
            if written != len(text):
                # what was cut off must not spoil the next line
                os.ftruncate(descriptor, self._length)
        if written != len(text):
            raise StoreUnavailable("The journal cannot be written: the disk is full.")
        self._length += written
        self._written += 1

    def _sync(self, position: int) -> None:
        """Until line number *position* is on the disk; whoever waits meanwhile is done by the same call."""
        with self._syncing:
            if self._synced >= position:
                return
            with self._lock:
                written, descriptor = self._written, self._descriptor
                mine = None if descriptor is None else os.dup(descriptor)
            if mine is not None:  # a file that was let go of is on the disk already
                try:
                    os.fdatasync(mine)
                finally:
                    os.close(mine)
            self._synced = written

    def _opened(self, settings: Settings) -> int:
        if self._descriptor is not None and (
            self._place != settings.JOURNAL_DIRECTORY or self._length >= ROTATED_AT_BYTES or self._is_gone()
        ):
            self._let_go(settings.JOURNAL_FSYNC)
        if self._descriptor is None:
            self._descriptor = _new_file(directory(), settings.JOURNAL_FSYNC)
            self._place, self._length = settings.JOURNAL_DIRECTORY, HEADER_BYTES
        return self._descriptor

    def _is_gone(self) -> bool:
        """Has somebody deleted the file? Asked with the size, every second."""
        if time.monotonic() - self._measured_at < MEASURED_EVERY_S or self._descriptor is None:
            return False
        return os.fstat(self._descriptor).st_nlink == 0

    def _is_above(self, most_bytes: int) -> bool:
        now = time.monotonic()
        if now - self._measured_at >= MEASURED_EVERY_S:
            self._measured_at = now
            self._is_full = size(directory()) >= most_bytes
        return self._is_full

    def _let_go(self, sync: bool) -> None:
        if self._descriptor is not None:
            try:
                if sync:
                    os.fdatasync(self._descriptor)
            finally:
                os.close(self._descriptor)
                self._descriptor = None


def _new_file(where: Path, sync: bool) -> int:
    """An empty journal file, ours. It gets its name when it is complete: a loader never sees half of it."""
    where.mkdir(parents=True, exist_ok=True)
    identity = uuid4().hex
    starting = where / f"{identity}{STARTING}"
    descriptor = os.open(starting, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try_to_hold(descriptor)
        header = MAGIC + identity.encode() + b"\n"
        if os.write(descriptor, header) != len(header):
            raise OSError("the disk is full")
        starting.rename(where / f"{time.time_ns():020}-{identity}{SUFFIX}")
        if sync:
            os.fdatasync(descriptor)
            sync_directory(where)
    except BaseException:
        os.close(descriptor)
        starting.unlink(missing_ok=True)
        raise
    return descriptor


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # loaded and deleted just now
        return 0


_journal = Journal()


def close() -> None:
    """Let go of this process's file."""
    _journal.close(sync=umami_settings().JOURNAL_FSYNC)


def _start_afresh() -> None:
    """A forked child writes to a file of its own."""
    global _journal
    _journal.leave()
    _journal = Journal()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
