"""The files of an import, told apart: JSON lines, Umami's tables, zip files with these. Plain or gzipped."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from ..logs.reader import opened
from .broken import Broken
from .columns import NEEDED, Table
from .records import JSON_LINES, Content, content_of

ZIP_MAGIC = b"PK\x03\x04"
SUFFIXES = (".csv", ".jsonl")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be read, perhaps inside a zip file."""

    name: str
    path: str
    member: str | None
    content: Content

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The bytes from the beginning; the file can be read again from any place."""
        if self.member is None:
            with opened(self.path) as file:
                yield file
        else:
            with ZipFile(self.path) as archive, archive.open(self.member) as file:
                yield file


@contextmanager
def sources(names: Sequence[str]) -> Iterator[list[Source]]:
    """The files called *names* (`-` is standard input), the properties of events first. Raises OSError, Broken."""
    with ExitStack() as stack:
        found: list[Source] = []
        for name in names:
            path = _kept(stack) if name == "-" else name
            found += _in_file(name, path)
        if not any(source.content is Table.EVENTS for source in found):
            for source in found:
                if source.content is Table.EVENT_DATA:
                    raise Broken(1, "", "these are properties of events: give website_event.csv, too")
        order = [Table.EVENT_DATA, JSON_LINES, Table.EVENTS, Table.SESSION_DATA]
        yield sorted(found, key=lambda source: order.index(source.content))


def _kept(stack: ExitStack) -> str:
    """Standard input as a file."""
    file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="umami-import-"))  # noqa: SIM115  the stack does
    shutil.copyfileobj(sys.stdin.buffer, file)
    file.flush()
    return file.name


def _in_file(name: str, path: str) -> Iterator[Source]:
    with Path(path).open("rb") as file:
        is_zip = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    if not is_zip:
        with opened(path) as lines:
            yield Source(name, path, None, _known(lines))
        return
    try:
        with ZipFile(path) as archive:
            for member in archive.namelist():
                if member.endswith(SUFFIXES) and archive.getinfo(member).file_size:
                    with archive.open(member) as lines:
                        yield Source(f"{name}: {member}", path, member, _known(lines))
    except BadZipFile as error:
        raise Broken(1, "", f"the zip file is damaged ({error})") from None


def _known(file: IO[bytes]) -> Content:
    content = content_of(file)
    if content is None:
        columns = "; or ".join(", ".join(sorted(needed)) for needed in NEEDED.values())
        raise Broken(1, "", f"neither JSON lines of umami_export, nor a table with the columns {columns}")
    return content
