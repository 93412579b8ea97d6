"""One request's hits as one line of a journal, and back: JSON behind a checksum, no address and no user agent in it.

    8f3a1c07 [1764000000123,[[...hit...]],[[...identification...]]]

A line that was cut off or damaged is told by its checksum and harms no other line. Source: design, section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from json import JSONEncoder, loads
from typing import Any
from uuid import UUID
from zlib import crc32

from ..domain.hits import Client, Hit, Identification, Location, Property
from ..domain.periods import from_micros, to_micros
from ..domain.vocabulary import DataType, HitKind

_as_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Damaged(ValueError):
    """The line is not what was written."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one request was answered for; `accepted_ms` since 1970, UTC."""

    accepted_ms: int
    hits: list[Hit]
    identifications: list[Identification]


def line(accepted_ms: int, hits: Sequence[Hit], identifications: Sequence[Identification]) -> bytes:
    """The record as a line between newlines, ASCII: what another process tore before it stays apart."""
    body = _as_json([accepted_ms, [*map(_hit, hits)], [*map(_identification, identifications)]]).encode()
    return b"\n%08x %s\n" % (crc32(body), body)


def record(text: bytes) -> Record:
    """What *text*, a whole line with the newline at its end, tells of. Raises Damaged."""
    body = text[9:-1]
    if text[:9] != b"%08x " % crc32(body) or text[-1:] != b"\n":
        raise Damaged("The checksum of a line of the journal is wrong.")
    try:
        accepted_ms, hits, identifications = loads(body.decode("ascii"))
        return Record(accepted_ms, [*map(_read_hit, hits)], [*map(_read_identification, identifications)])
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise Damaged(f"A line of the journal cannot be understood: {error}") from error


def _hit(hit: Hit) -> tuple[Any, ...]:
    place, client = hit.location, hit.client
    return (
        hit.website_id,
        hit.session_id,
        hit.session_uuid.hex,
        hit.visit_id,
        to_micros(hit.created_at),
        hit.kind,
        place,
        client,
        hit.hostname,
        hit.title,
        hit.event_name,
        hit.event_data,
        [*map(_property, hit.properties)],
        hit.tag,
        hit.distinct_id,
    )


def _read_hit(told: list[Any]) -> Hit:
    website_id, session_id, session_uuid, visit_id, created_at, kind, place, client, *rest = told
    hostname, title, event_name, event_data, properties, tag, distinct_id = rest
    return Hit(
        website_id,
        session_id,
        UUID(session_uuid),
        visit_id,
        from_micros(created_at),
        HitKind(kind),
        Location(*place),
        Client(*client),
        hostname,
        title,
        event_name,
        event_data,
        tuple(map(_read_property, properties)),
        tag,
        distinct_id,
    )


def _identification(told: Identification) -> tuple[Any, ...]:
    return (
        told.website_id,
        told.session_id,
        told.session_uuid.hex,
        to_micros(told.created_at),
        told.client,
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
        Client(*client),
        hostname,
        distinct_id,
        tuple(map(_read_property, properties)),
    )


def _property(leaf: Property) -> tuple[Any, ...]:
    return (
        leaf.key,
        leaf.data_type,
        leaf.string_value,
        None if leaf.number_value is None else str(leaf.number_value),
        None if leaf.date_value is None else to_micros(leaf.date_value),
    )


def _read_property(told: list[Any]) -> Property:
    key, data_type, string_value, number, date = told
    return Property(
        key,
        DataType(data_type),
        string_value,
        None if number is None else Decimal(number),
        None if date is None else from_micros(date),
    )
