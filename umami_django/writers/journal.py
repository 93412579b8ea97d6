"""The `journal` writer: a request is answered when its hits stand in a file; `load.py` takes them to the database.

Each process appends to a file of its own and holds a lock on it for as long as it may write to it: a file that
nobody holds is complete. What was written survives the end of the process; with `JOURNAL_FSYNC` also a loss of
power. Source: design, section 6.
"""

import errno
import os
import time
from collections.abc import Callable, Sequence
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
MAGIC = b"umami-journal 3 "
HEADER_BYTES = len(MAGIC) + 33
"""The magic words with the number of the format, 32 hexadecimal digits of the file's identity, a newline."""
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


class _File:
    """An open journal file of this process; closed when nobody uses it any more, and so let go of."""

    def __init__(self, descriptor: int, settings: Settings) -> None:
        self.descriptor = descriptor
        self.settings = settings
        """Those by which it was opened."""
        self.length = HEADER_BYTES
        self._lock = Lock()
        self._syncing = Lock()
        self._written = 0
        self._synced = 0

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        close(self.descriptor)  # named above: at the end of the process the module may be gone already

    def sync(self) -> None:
        """Until what this thread has written is on the disk; whoever waits meanwhile is done by the same call."""
        with self._lock:
            self._written += 1
            mine = self._written
        with self._syncing:
            if self._synced >= mine:
                return
            with self._lock:
                written = self._written
            os.fdatasync(self.descriptor)
            self._synced = written

    def is_gone(self) -> bool:
        """Has somebody deleted it?"""
        return os.fstat(self.descriptor).st_nlink == 0


class Journal:
    """The file that this process appends to. Threads write without waiting for each other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._file: _File | None = None
        self._is_full = False
        self._measured_at = float("-inf")

    def append(self, text: bytes) -> None:
        """Add one line. Raises StoreUnavailable."""
        settings = umami_settings()
        try:
            file = self._file
            if file is None or file.settings is not settings or file.length >= ROTATED_AT_BYTES:
                file = self._opened(settings, instead_of=file)
            if time.monotonic() - self._measured_at >= MEASURED_EVERY_S:
                self._measure(settings.JOURNAL_MAX_BYTES, file)
            if self._is_full:
                self.close()  # of what is loaded already, the loader can make room now
                raise StoreUnavailable(
                    'The journal is full: see UMAMI["JOURNAL_MAX_BYTES"]; is a worker running?'
                )
            written = os.write(file.descriptor, text)  # in one call: the system lets nobody else between
            file.length += written  # about right is enough
            if written != len(text):  # the disk is full; what was written of it stands in a line of its own
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if settings.JOURNAL_FSYNC:
                file.sync()
        except OSError as error:
            raise StoreUnavailable(f"The journal cannot be written: {error}") from error

    def close(self) -> None:
        """Let go of the file, as soon as nobody writes to it; the loader may finish it."""
        self._file = None

    def _opened(self, settings: Settings, *, instead_of: _File | None) -> _File:
        """A new file, or the one that another thread has opened meanwhile."""
        with self._lock:
            file = self._file
            if file is None or file is instead_of:
                file = self._file = _File(_new_file(directory(), settings.JOURNAL_FSYNC), settings)
            return file

    def _measure(self, most_bytes: int, file: _File) -> None:
        """Is the journal full? At the same time, is the file still there? Raises OSError when it is not."""
        self._measured_at = time.monotonic()
        self._is_full = size(directory()) >= most_bytes
        if file.is_gone():
            self.close()
            raise OSError(errno.ENOENT, "the file was deleted")


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
    _journal.close()


def _start_afresh() -> None:
    """A forked child writes to a file of its own; it closes the parent's, which the parent goes on holding."""
    global _journal
    _journal = Journal()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
