"""One request's hits as one line of a journal, and back: behind a checksum, no address and no user agent in it.

    8f3a1c07 1764000000123 1⇥7 123 0f… 456 1764000000123456 1⇥{"url":"/a",…}⇥{"browser":"firefox",…}⇥

Parts stand between tabs, which JSON never has: when it was accepted and how many hits there are, four parts for each
hit (numbers, its texts, its visitor's browser and place, what few hits have), one for each identification. Texts repeat
from line to line, so they are made and read once, as a whole. A line that was cut off or damaged is told by its
checksum and harms no other line. Source: design, section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from json import JSONEncoder, loads
from typing import Any
from uuid import UUID
from zlib import crc32

from ..domain.hits import HIT_TERMS, Client, Content, Hit, Identification, Location, Property
from ..domain.periods import from_micros, to_micros
from ..domain.vocabulary import DataType, HitKind

_as_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode
PARTS = 4
"""Of a hit in a line."""
REPEATED = 4096
"""So many texts of hits are remembered in a process."""
OWN_TERMS = HIT_TERMS[len(Location._fields) :]
"""Those of a hit that do not stand in its location."""


class Damaged(ValueError):
    """The line is not what was written."""


@dataclass(slots=True)
class Record:
    """What one request was answered for; `accepted_ms` since 1970, UTC."""

    accepted_ms: int
    hits: list[Hit]
    identifications: list[Identification]


def line(accepted_ms: int, hits: Sequence[Hit], identifications: Sequence[Identification]) -> bytes:
    """The record as a line between newlines, ASCII: what another process tore before it stays apart."""
    text = f"{accepted_ms} {len(hits)}"
    for website_id, session_id, session, visit_id, at, content, client, distinct_id in hits:
        text += f"\t{website_id} {session_id} {session} {visit_id} {at} {content.as_text}\t{client.as_json}\t"
        if distinct_id is not None or content.event_data is not None:
            text += _rest(distinct_id, content)
    for told in identifications:
        text += f"\t{_as_json(_identification(told))}"
    body = text.encode("ascii")
    return b"\n%08x %s\n" % (crc32(body), body)


def record(text: bytes) -> Record:
    """What *text*, a whole line with the newline at its end, tells of. Raises Damaged."""
    try:
        when, *parts = checked(text).split(b"\t")
        accepted_ms, count = when.split()
        if count == b"1" and len(parts) == PARTS:  # as most are
            return Record(int(accepted_ms), [_hit(*parts)], [])
        told = PARTS * int(count)
        return Record(
            int(accepted_ms),
            [_hit(*parts[start : start + PARTS]) for start in range(0, told, PARTS)],
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


@lru_cache(maxsize=REPEATED)
def _client(part: bytes) -> Client:
    told = loads(part)
    return Client(*map(told.get, Client._fields))


@lru_cache(maxsize=REPEATED)
def _content(kind: bytes, texts: bytes) -> Content:
    told = loads(texts)
    place = Location(*map(told.get, Location._fields))
    return Content(HitKind(int(kind)), place, **{name: told.get(name) for name in OWN_TERMS})


def _rest(distinct_id: str | None, content: Content) -> str:
    """What only events with data and identified visitors have; most hits have nothing."""
    return _as_json([distinct_id, content.event_data, [*map(_property, content.properties)]])


def _hit(numbers: bytes, texts: bytes, client: bytes, rest: bytes) -> Hit:
    website_id, session_id, session, visit_id, at, kind = numbers.split()
    content, distinct_id = _content(kind, texts), None
    if rest:
        distinct_id, event_data, leaves = loads(rest)
        content = content._replace(event_data=event_data, properties=tuple(map(read_property, leaves)))
    return Hit(
        int(website_id),
        int(session_id),
        session.decode(),
        int(visit_id),
        int(at),
        content,
        _client(client),
        distinct_id,
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
