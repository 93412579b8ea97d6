"""A website's traffic as a file, piece by piece: as JSON lines, or with the tables and columns of Umami's own export.

However much there is, memory is constant. What a file looks like is said in `json_lines.py` and `columns.py`.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from ..domain.periods import Period
from ..models import Website
from . import json_lines
from .cells import moment_text
from .columns import COLUMNS, Row, Table, event_data_rows, event_row, session_data_rows
from .stored import ALWAYS, stored, told


class Format(StrEnum):
    """What a website can be exported as."""

    JSON_LINES = "jsonl"
    """Everything, exactly."""
    CSV = "csv"
    """`website_event.csv` alone."""
    ZIP = "zip"
    """The three tables of Umami's export."""


CONTENT_TYPES = {
    Format.JSON_LINES: "application/jsonl; charset=utf-8",
    Format.CSV: "text/csv; charset=utf-8",
    Format.ZIP: "application/zip",
}


def exported(website: Website, form: Format, period: Period = ALWAYS) -> Iterator[bytes]:
    """The bytes of the file, in pieces. What a reset has made invisible is not in it."""
    match form:
        case Format.JSON_LINES:
            return _json_lines(website, period)
        case Format.CSV:
            return _table(website, Table.EVENTS, period)
        case Format.ZIP:
            return _zip(website, period)


def file_name(website: Website, form: Format) -> str:
    """A name to save the file under: ASCII letters, digits, dots and hyphens."""
    about = "".join(char if char.isascii() and char.isalnum() else "-" for char in website.domain or "")
    return f"umami-{about.strip('-') or website.uuid}.{form.value}"


def _json_lines(website: Website, period: Period) -> Iterator[bytes]:
    about = {"uuid": str(website.uuid), "name": website.name, "domain": website.domain}
    limits = {
        name: moment_text(moment)
        for name, moment in (("from", period.start), ("until", period.end))
        if moment not in (ALWAYS.start, ALWAYS.end)
    }
    yield json_lines.line("umami", json_lines.VERSION, website=about, **limits)
    lines = hits = 0
    for batch in stored(website, period):
        data: dict[int, list[json_lines.Identification]] = {}
        for item in batch.told:
            data.setdefault(item.session_id, []).append(item)
        pieces = [
            json_lines.line("session", json_lines.session_fields(session, data.get(session.session_id, ())))
            for session in batch.sessions
        ]
        pieces += [json_lines.line("hit", json_lines.hit_fields(hit)) for _key, hit in batch.hits]
        lines += len(pieces)
        hits += len(batch.hits)
        yield b"".join(pieces)
    yield json_lines.line("end", {"lines": lines, "hits": hits})


def _table(website: Website, table: Table, period: Period) -> Iterator[bytes]:
    """One of Umami's tables; lines end as in Umami's files."""
    yield _csv([COLUMNS[table]])
    for rows in _rows(website, table, period):
        yield _csv(row.values() for row in rows)


def _rows(website: Website, table: Table, period: Period) -> Iterator[Iterable[Row]]:
    match table:
        case Table.EVENTS:
            for batch in stored(website, period):
                yield (event_row(website, key, hit) for key, hit in batch.hits)
        case Table.EVENT_DATA:
            for batch in stored(website, period, only_with_data=True):
                yield (row for key, hit in batch.hits for row in event_data_rows(website, key, hit))
        case Table.SESSION_DATA:
            for items in told(website, period):
                yield (row for item in items for row in session_data_rows(website, item))


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


class _Sink(io.RawIOBase):
    """What the zip file is written into, to be taken out again; it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _zip(website: Website, period: Period) -> Iterator[bytes]:
    sink = _Sink()
    with ZipFile(cast(IO[bytes], sink), "w", ZIP_DEFLATED) as archive:
        for table in Table:
            with archive.open(f"{table.value}.csv", "w", force_zip64=True) as file:
                for piece in _table(website, table, period):
                    file.write(piece)
                    yield sink.taken()
    yield sink.taken()
