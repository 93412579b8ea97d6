"""Files that were exported, here or by Umami, become traffic again: in batches, each line once.

As with logs, the ledger of what was taken in moves in the transaction of the rows: an import that was broken off goes
on where it stopped, and the same lines are never counted twice. What is before a line that cannot be read is stored.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import IO, Any
from uuid import UUID, uuid5

from ..conf import umami_settings
from ..domain.hits import Hit, Identification
from ..domain.vocabulary import HitKind
from ..logs.reader import LONGEST_LINE, Ruler, begins_as_before
from ..models import LogImport, Session, Website
from ..services.pruning import kept_from
from ..writers import write
from ..writers.rows import write_transaction
from . import cells, json_lines
from .broken import Broken, Wrong, shown
from .columns import Cells, Table, read_hit, read_leaf, read_told
from .header import uuid_told
from .records import JSON_LINES, Content, CsvRecords, JsonRecords, Lines, header_of
from .spool import Spool

BATCH_RECORDS = 5_000
SHOWN_BROKEN = 5
NOT_KEPT = {str(number) for number in range(1, 10)} - {str(int(kind)) for kind in HitKind}
"""Kinds of rows that Umami has, or may have, and we do not."""

Progress = Callable[[int], None]
"""Called with the number of bytes read of the current file."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to import."""

    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    dry_run: bool = False
    skip_broken: bool = False

    def covers(self, moment: datetime) -> bool:
        """Is *moment* wanted?"""
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


@dataclass
class Outcome:
    """What an import did."""

    hits: int = 0
    told: int = 0
    """Properties of visitors."""
    lines_known: bool = False
    has_end: bool = True
    """False for JSON lines that were cut off."""
    skipped: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """The first few lines that were skipped because they cannot be read."""


@dataclass
class _Batch:
    """What was read and is not stored yet."""

    sessions: list[Identification] = field(default_factory=list)
    told: list[Identification] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    """The line in which a session is first meant."""
    size: int = 0

    def mean(self, session_id: int, line: int) -> None:
        self.lines.setdefault(session_id, line)


def import_file(
    file: IO[bytes],
    content: Content,
    website: Website,
    options: Options,
    spool: Spool,
    outcome: Outcome,
    progress: Progress | None = None,
) -> None:
    """Take in *file*, which holds *content* and is at its beginning, from where its last import stopped.

    The properties of events are not stored yet but kept in *spool*. Raises Broken for a line that cannot be read, after
    everything before it is stored; with `skip_broken` such lines are counted.
    """
    _Import(file, content, website, options, spool, outcome).run(progress)


class _Import:
    """The import of one file."""

    def __init__(
        self,
        file: IO[bytes],
        content: Content,
        website: Website,
        options: Options,
        spool: Spool,
        outcome: Outcome,
    ) -> None:
        self._file, self._content, self._website = file, content, website
        self._options, self._spool, self._outcome = options, spool, outcome
        self._using = umami_settings().TRAFFIC_DATABASE
        self._raw_from = kept_from(website.pk)
        self._batch = _Batch()
        self._head = _head_digest(file)
        first = next(Lines(file, Ruler()), "")
        self._header = [] if content == JSON_LINES else header_of(first)
        self._origin = self._told_origin(first)
        file.seek(0)
        self._ruler = self._resumed() or Ruler()
        self._lines = Lines(file, self._ruler)
        self._ended = self._ruler.bytes_read > 0

    def run(self, progress: Progress | None) -> None:
        records: JsonRecords | CsvRecords
        if not self._ruler.bytes_read and self._content != JSON_LINES:
            next(self._lines, None)  # the header
        records = (
            JsonRecords(self._lines) if self._content == JSON_LINES else CsvRecords(self._lines, self._header)
        )
        while self._taken(records):
            if self._batch.size >= BATCH_RECORDS:
                self._flush(progress)
        self._flush(progress)
        if self._content == JSON_LINES:
            self._outcome.has_end &= self._ended

    def _resumed(self) -> Ruler | None:
        """Where the last import stopped. The properties of events are read again each time."""
        if self._content is Table.EVENT_DATA:
            return None
        ledger = (
            LogImport.objects.using(self._using)
            .filter(website_id=self._website.pk, first_line_digest=self._head)
            .first()
        )
        ruler = begins_as_before(self._file, ledger.bytes_read, ledger.digest) if ledger else None
        self._outcome.lines_known |= ruler is not None
        return ruler

    def _taken(self, records: JsonRecords | CsvRecords) -> bool:
        """Read one record; False at the end."""
        try:
            record = records.next()
            if record is not None:
                self._read(record, records.line)
        except (Broken, Wrong) as error:
            broken = error if isinstance(error, Broken) else Broken(records.line, error.column, error.message)
            if not self._options.skip_broken:
                self._flush(None)
                raise broken from None
            self._note(broken)
            record = {}
        self._lines.take()
        return record is not None

    def _note(self, broken: Broken) -> None:
        self._outcome.skipped["lines that cannot be read"] += 1
        if len(self._outcome.broken) < SHOWN_BROKEN:
            self._outcome.broken.append(broken.message)

    def _read(self, record: dict[str, Any], line: int) -> None:
        self._batch.size += 1
        match self._content:
            case Table.EVENTS:
                self._read_event(Cells(record), line)
            case Table.EVENT_DATA:
                row = Cells(record)
                self._spool.add(cells.uuid("event_id", row.needed("event_id")), read_leaf(row))
            case Table.SESSION_DATA:
                row = Cells(record)
                self._require_origin(row)
                self._tell(read_told(row, self._website.pk, self._own), line)
            case _:
                self._read_json(record, line)

    def _read_event(self, row: Cells, line: int) -> None:
        self._require_origin(row)
        if row.text("event_type") in NOT_KEPT:
            self._outcome.skipped["of a kind that is not kept (links, pixels, performance)"] += 1
            return
        self._meet(read_hit(row, self._website.pk, self._own, self._spool.leaves_of), line)

    def _read_json(self, record: dict[str, Any], line: int) -> None:
        match record:
            case {"umami": version}:
                if line > 1:
                    raise Broken(line, "umami", "a second header: import one file after the other")
                if version != json_lines.VERSION:
                    raise Broken(line, "umami", f"version {shown(version)} is not known here")
            case {"session": fields}:
                session, told = json_lines.read_session(fields, self._website.pk, self._own)
                self._batch.sessions.append(session)
                for item in told:
                    self._tell(item, line)
            case {"hit": fields}:
                self._meet(json_lines.read_hit(fields, self._website.pk, self._own), line)
            case {"end": {"lines": int(lines)}}:
                self._ended = True
                if lines != line - 2:
                    raise Broken(
                        line, "lines", f"says that {lines:,} lines are before it; there are {line - 2:,}"
                    )
            case _:
                raise Broken(line, "", f"{shown(sorted(record))} is none of session, hit, end")

    def _meet(self, hit: Hit, line: int) -> None:
        if self._raw_from is not None and hit.created_at < self._raw_from:
            self._outcome.skipped["of a time whose hits are pruned here"] += 1
        elif self._options.covers(hit.created_at):
            self._batch.hits.append(hit)
            self._batch.mean(hit.session_id, line)
        else:
            self._outcome.skipped["outside the time asked for"] += 1

    def _tell(self, told: Identification, line: int) -> None:
        if self._options.covers(told.created_at):
            self._batch.told.append(told)
            self._batch.mean(told.session_id, line)

    def _told_origin(self, first: str) -> UUID | None:
        """The website that the file is of."""
        if self._content != JSON_LINES:
            record = None
            try:
                record = CsvRecords(Lines(self._file, Ruler()), self._header).next()
                origin = Cells(record or {}).text("website_id")
                return cells.uuid("website_id", origin) if origin else None
            except (Broken, Wrong):
                return None  # told when its turn comes
        return uuid_told(first)

    def _require_origin(self, row: Cells) -> None:
        """All lines are of one website."""
        origin = row.text("website_id")
        if (cells.uuid("website_id", origin) if origin else None) != self._origin:
            raise Wrong("website_id", f"{shown(origin)} is another website than in the first line")

    def _own(self, uuid: UUID) -> UUID:
        """A session's uuid here: the same on the same website; on another one its own, since keys are unique."""
        return uuid if self._origin == self._website.uuid else _derived(self._website.uuid, uuid)

    def _flush(self, progress: Progress | None) -> None:
        """Store what was read, and how far that is."""
        batch, self._batch = self._batch, _Batch()
        self._outcome.hits += len(batch.hits)
        self._outcome.told += len(batch.told)
        if not self._options.dry_run and self._content is not Table.EVENT_DATA:
            with write_transaction(self._using):
                write((), batch.sessions)
                self._require_sessions(batch)
                write(batch.hits, batch.told)
                self._record()
        if progress is not None:
            progress(self._ruler.bytes_read)

    def _require_sessions(self, batch: _Batch) -> None:
        """Raises Broken for a visitor who is of another website, or whom JSON lines have not told of."""
        keys = list(batch.lines)
        owners: dict[int, int] = {}
        for start in range(0, len(keys), 10_000):
            rows = Session.objects.using(self._using).filter(pk__in=keys[start : start + 10_000])
            owners.update(rows.values_list("pk", "website_id"))
        for key, line in batch.lines.items():
            owner = owners.get(key)
            if owner is None and self._content == JSON_LINES:
                raise Broken(line, "session", "no line before it tells of this session")
            if owner not in (None, self._website.pk):
                raise Broken(line, "session", "this session is of another website")

    def _record(self) -> None:
        LogImport.objects.using(self._using).update_or_create(
            website_id=self._website.pk,
            first_line_digest=self._head,
            defaults={"bytes_read": self._ruler.bytes_read, "digest": self._ruler.digest},
        )


@lru_cache(maxsize=8192)
def _derived(website: UUID, session: UUID) -> UUID:
    return uuid5(website, session.hex)


def _head_digest(file: IO[bytes]) -> str:
    """What recognises a file whatever it is called: its first two lines, since all of Umami's begin with the same
    header. The file is at its beginning afterwards."""
    lines = file.readline(LONGEST_LINE) + file.readline(LONGEST_LINE)
    file.seek(0)
    return hashlib.sha256(lines).hexdigest()
