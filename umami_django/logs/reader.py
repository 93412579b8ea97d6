"""A log as lines: a plain or gzipped file, or standard input; and which bytes of it were taken in before."""

import gzip
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_LINE = 65_536


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The decompressed bytes of the file *name*; `-` is standard input. Raises OSError."""
    if name == "-":
        with tempfile.TemporaryFile() as spooled:
            while chunk := sys.stdin.buffer.read(1 << 20):
                spooled.write(chunk)
            spooled.seek(0)
            with _decompressed(spooled) as lines:
                yield lines
    else:
        with Path(name).open("rb") as file, _decompressed(file) as lines:
            yield lines


@contextmanager
def _decompressed(file: IO[bytes]) -> Iterator[IO[bytes]]:
    magic = file.read(2)
    file.seek(0)
    if magic == GZIP_MAGIC:
        with gzip.GzipFile(fileobj=file) as lines:
            yield lines  # type: ignore[misc]
    else:
        yield file


@dataclass
class Ruler:
    """Measures what was read: how many bytes and lines, and the digest of them all."""

    bytes_read: int = 0
    lines: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def measure(self, line: bytes) -> None:
        self.bytes_read += len(line)
        self.lines += line.count(b"\n")
        self._hash.update(line)

    @property
    def digest(self) -> str:
        return str(self._hash.hexdigest())


def first_line_digest(file: IO[bytes]) -> str:
    """What recognises a log whatever it is called: its first line. The file is at its beginning afterwards."""
    line = file.readline(LONGEST_LINE)
    file.seek(0)
    return hashlib.sha256(line).hexdigest()


def sample(file: IO[bytes], lines: int = 100) -> list[str]:
    """The first *lines* lines as text. The file is at its beginning afterwards."""
    found = [text(line) for line, _ in zip(complete_lines(file), range(lines), strict=False)]
    file.seek(0)
    return found


def begins_as_before(file: IO[bytes], bytes_read: int, digest: str) -> Ruler | None:
    """A ruler at the place where the last import stopped, when the bytes before it are the same as then.

    None for another file with the same first line; the file is at its beginning then, else at that place.
    """
    ruler = Ruler()
    while ruler.bytes_read < bytes_read:
        chunk = file.read(min(1 << 20, bytes_read - ruler.bytes_read))
        if not chunk:
            break
        ruler.measure(chunk)
    if ruler.bytes_read == bytes_read and ruler.digest == digest:
        return ruler
    file.seek(0)
    return None


def complete_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines from here on. A last one without its end is left for the next time: it may still be written."""
    while line := file.readline():
        if not line.endswith(b"\n"):
            return
        yield line


def text(line: bytes) -> str:
    """A line as text without its end; bytes that are no UTF-8 are replaced."""
    return line.decode("utf-8", "replace").rstrip("\r\n")
