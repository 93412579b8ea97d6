"""What is read of a journal's files: some whole lines at a time, with what they tell. No database."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from uuid import UUID

from . import journal, records_1
from .records import Damaged, Record
from .records import record as record_of

logger = logging.getLogger("umami_django.writers")

READ_AT_ONCE = 512 * 1024
"""About so many bytes of each file."""
Read = Callable[[bytes], Record]
FORMATS: dict[bytes, Read] = {
    journal.MAGIC: record_of,
    b"umami-journal 2 ": record_of,  # it had the hostname beside the browser, too
    b"umami-journal 1 ": records_1.record,
}
"""By the words at the beginning of a file. A host may be upgraded while a journal waits to be loaded."""
EMPTY = b"\n"


@dataclass(slots=True)
class Line:
    """One line, and what it tells."""

    text: bytes
    size: int
    """Of the text and the empty lines before it."""
    record: Record | None
    """None for a damaged line."""


@dataclass(slots=True)
class Part:
    """Lines of one file that are to be stored."""

    identity: UUID
    position: int
    """Where they begin."""
    lines: Sequence[Line]

    @property
    def size(self) -> int:
        """Of all lines, in bytes."""
        return sum([line.size for line in self.lines])


def header_of(file: IO[bytes]) -> tuple[UUID, Read] | None:
    """Whose file it is, and how its lines are read; None for what is no journal."""
    header = file.read(journal.HEADER_BYTES)
    read = FORMATS.get(header[: len(journal.MAGIC)])
    if read is None or len(header) < journal.HEADER_BYTES:
        return None
    try:
        return UUID(header[len(journal.MAGIC) : -1].decode()), read
    except ValueError:
        return None


def complete_lines(file: IO[bytes]) -> tuple[list[bytes], bytes]:
    """About so many bytes of a file that may grow meanwhile, as whole lines, and what stands behind the last of them.

    Cut into lines only when all is read: `readlines` gives the part of a line that is there, and then, should more have
    come, the rest as a line of its own.
    """
    text = file.read(READ_AT_ONCE) + file.readline()
    end = text.rfind(b"\n") + 1
    return BytesIO(text[:end]).readlines(), text[end:]


def lines_of(texts: Sequence[bytes], read: Read) -> list[Line]:
    """*texts*, whole lines, with what they tell; empty ones count to the next."""
    lines, size = [], 0
    record: Record | None
    for text in texts:
        size += len(text)
        if text != EMPTY:
            try:
                record = read(text)
            except Damaged as error:
                logger.error("%s", error)
                record = None
            lines.append(Line(text, size, record))
            size = 0
    if size:
        lines.append(Line(b"", size, None))
    return lines


def halves_of(parts: Sequence[Part]) -> list[list[Part]]:
    """*parts* cut in two; none of a single line."""
    middle = len(parts) // 2
    if middle:
        return [[*parts[:middle]], [*parts[middle:]]]
    part = parts[0]
    middle = len(part.lines) // 2
    if not middle:
        return []
    first = Part(part.identity, part.position, part.lines[:middle])
    return [[first], [Part(part.identity, part.position + first.size, part.lines[middle:])]]
