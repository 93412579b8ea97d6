"""The records of a file, one by one, each with its line: what cannot be read is told, and the next one can be read.

A record of a CSV file may go over several lines. Memory is bounded by the longest line that is allowed.
"""

import csv
import json
import re
from collections.abc import Iterator
from typing import IO, Any

from ..logs.reader import Ruler
from .broken import Broken, shown
from .columns import Table, table_of

LONGEST_LINE = 8 * 1024 * 1024
JSON_LINES = "json lines"
Content = Table | str
"""What a file holds: one of Umami's tables, or JSON_LINES."""
BOM = b"\xef\xbb\xbf"
WIDE = (b"\xff\xfe", b"\xfe\xff")


def content_of(file: IO[bytes]) -> Content | None:
    """What the file holds, by its first line; the file is at its beginning afterwards. Raises Broken."""
    first = next(Lines(file, Ruler()), "")
    file.seek(0)
    if re.match(r'\{\s*"umami"\s*:', first):
        return JSON_LINES
    return table_of(_split(first))


class Lines:
    """The lines of a file as text, from where the ruler is. They are measured when their record is taken in."""

    def __init__(self, file: IO[bytes], ruler: Ruler) -> None:
        self._file = file
        self._ruler = ruler
        self._pending: list[bytes] = []
        self.number = ruler.lines

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self._pending.append(line)
        if len(line) == LONGEST_LINE:
            raise Broken(self.number, "", f"is longer than {LONGEST_LINE:,} bytes")
        if self.number == 1:
            if line.startswith(WIDE):
                raise Broken(1, "", "is UTF-16: save the file as UTF-8")
            line = line.removeprefix(BOM)
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise Broken(self.number, "", f"is no UTF-8 (byte {error.start + 1:,})") from None

    def take(self) -> None:
        """What was read up to here is dealt with."""
        for line in self._pending:
            self._ruler.measure(line)
        self._pending.clear()


class JsonRecords:
    """The objects of a file of JSON lines."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.line = lines.number

    def next(self) -> dict[str, Any] | None:
        """The next object; None at the end. Raises Broken."""
        for text in self.lines:
            self.line = self.lines.number
            if not text.strip():
                continue
            try:
                found = json.loads(text.rstrip())
            except RecursionError:
                raise Broken(self.line, "", "is nested too deep") from None
            except json.JSONDecodeError as error:
                raise Broken(self.line, f"character {error.pos + 1:,}", f"is no JSON ({error.msg})") from None
            except ValueError as error:  # a number with thousands of digits
                raise Broken(self.line, "", f"is no JSON ({error})") from None
            if not isinstance(found, dict):
                raise Broken(self.line, "", f"{shown(found)} is no object")
            return found
        return None


class CsvRecords:
    """The rows of a CSV file by the names of their columns."""

    def __init__(self, lines: Lines, header: list[str]) -> None:
        self.lines = lines
        self.line = lines.number
        self._header = header
        self._reader = csv.reader(lines, strict=True)

    def next(self) -> dict[str, str] | None:
        """The next row; None at the end. Raises Broken."""
        while True:
            self.line = self.lines.number + 1
            try:
                row = next(self._reader)
            except StopIteration:
                return None
            except csv.Error as error:
                raise Broken(self.line, "", f"is no CSV ({error})") from None
            if not row:
                continue
            if len(row) != len(self._header):
                raise Broken(self.line, "", f"has {len(row)} cells, the header {len(self._header)}")
            return dict(zip(self._header, row, strict=True))


def header_of(first_line: str) -> list[str]:
    """The names of the columns. Raises Broken for one that is there twice."""
    names = _split(first_line)
    for name in names:
        if names.count(name) > 1:
            raise Broken(1, name, "is there twice")
    return names


def _split(line: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line]), [])]
    except csv.Error:
        return []
