"""One request's hits as one line of a journal, and back: behind a checksum, no address and no user agent in it.

    8f3a1c07 1764000000123 1⇥7 123 0f… 456 1764000000123456 1⇥{"url":"/a",…}⇥{"browser":"firefox",…}⇥

Parts stand between tabs, which JSON never has: when it was accepted and how many hits there are, four parts for each
hit (numbers, its texts, its session's texts, what few hits have), one for each identification. Texts repeat from line
to line, so they are made and read once, as a whole. A line that was cut off or damaged is told by its checksum and
harms no other line. Source: design, section 6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from json import JSONEncoder, loads
from typing import Any
from uuid import UUID
from zlib import crc32

from ..domain.hits import Client, Identification, Property
from ..domain.periods import from_micros, to_micros
from ..domain.vocabulary import DataType
from .entries import HIT_TERMS, SESSION_TERMS, Entry, Texts

_as_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode
PARTS = 4
"""Of a hit in a line."""
REPEATED = 4096
"""So many texts of hits are remembered in a process."""


class Damaged(ValueError):
    """The line is not what was written."""


@dataclass(slots=True)
class Record:
    """What one request was answered for; `accepted_ms` since 1970, UTC."""

    accepted_ms: int
    entries: list[Entry]
    identifications: list[Identification]


def line(accepted_ms: int, entries: Sequence[Entry], identifications: Sequence[Identification]) -> bytes:
    """The record as a line between newlines, ASCII: what another process tore before it stays apart."""
    parts = [f"{accepted_ms} {len(entries)}"]
    for entry in entries:
        website_id, session_id, session_uuid, visit_id, created_at, kind, texts, session_texts, *_ = entry
        parts += (
            f"{website_id} {session_id} {session_uuid} {visit_id} {created_at} {kind:d}",
            _written(texts),
            _session_written(session_texts),
            _rest(entry),
        )
    parts += [_as_json(_identification(told)) for told in identifications]
    body = "\t".join(parts).encode("ascii")
    return b"\n%08x %s\n" % (crc32(body), body)


def record(text: bytes) -> Record:
    """What *text*, a whole line with the newline at its end, tells of. Raises Damaged."""
    try:
        when, *parts = checked(text).split(b"\t")
        accepted_ms, count = when.split()
        told = PARTS * int(count)
        return Record(
            int(accepted_ms),
            [_entry(*parts[start : start + PARTS]) for start in range(0, told, PARTS)],
            [_read_identification(loads(part)) for part in parts[told:]],
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"A line of the journal cannot be understood: {error}") from error


def checked(text: bytes) -> bytes:
    """What stands behind the checksum of a line. Raises Damaged."""
    body = text[9:-1]
    if text[:9] != b"%08x " % crc32(body) or text[-1:] != b"\n":
        raise Damaged("The checksum of a line of the journal is wrong.")
    return body


def _writer(columns: Sequence[str]) -> Callable[[Texts], str]:
    """Makes JSON of texts, by the names of their columns: a later version may have others, or another order."""

    @lru_cache(maxsize=REPEATED)
    def written(texts: Texts) -> str:
        told = {name: text for name, text in zip(columns, texts, strict=True) if text is not None}
        return _as_json(told)

    return written


def _reader(columns: Sequence[str]) -> Callable[[bytes], Texts]:
    """The way back."""

    @lru_cache(maxsize=REPEATED)
    def read(part: bytes) -> Texts:
        return tuple(map(loads(part).get, columns))

    return read


_written, _session_written = _writer(HIT_TERMS), _writer(SESSION_TERMS)
_read, _session_read = _reader(HIT_TERMS), _reader(SESSION_TERMS)


def _rest(entry: Entry) -> str:
    """What only events with data and identified visitors have; most hits have nothing."""
    if entry.distinct_id is None and entry.event_data is None:
        return ""
    return _as_json([entry.distinct_id, entry.event_data, [*map(_property, entry.properties)]])


def _entry(numbers: bytes, texts: bytes, session_texts: bytes, rest: bytes) -> Entry:
    website_id, session_id, session_uuid, visit_id, created_at, kind = numbers.split()
    distinct_id, event_data, properties = loads(rest) if rest else (None, None, ())
    return Entry(
        int(website_id),
        int(session_id),
        session_uuid.decode(),
        int(visit_id),
        int(created_at),
        int(kind),
        _read(texts),
        _session_read(session_texts),
        distinct_id,
        event_data,
        tuple(map(read_property, properties)) if properties else (),
    )


def _identification(told: Identification) -> tuple[Any, ...]:
    return (
        told.website_id,
        told.session_id,
        told.session_uuid.hex,
        to_micros(told.created_at),
        told.client._asdict(),
        told.hostname,
        told.distinct_id,
        [*map(_property, told.properties)],
    )


def _read_identification(told: list[Any]) -> Identification:
    website_id, session_id, session_uuid, created_at, client, hostname, distinct_id, properties = told
    return Identification(
        website_id,
        session_id,
        UUID(session_uuid),
        from_micros(created_at),
        Client(*map(client.get, Client._fields)),
        hostname,
        distinct_id,
        tuple(map(read_property, properties)),
    )


def _property(leaf: Property) -> tuple[Any, ...]:
    return (
        leaf.key,
        leaf.data_type,
        leaf.string_value,
        None if leaf.number_value is None else str(leaf.number_value),
        None if leaf.date_value is None else to_micros(leaf.date_value),
    )


def read_property(told: list[Any]) -> Property:
    key, data_type, string_value, number, date = told
    return Property(
        key,
        DataType(data_type),
        string_value,
        None if number is None else Decimal(number),
        None if date is None else from_micros(date),
    )
