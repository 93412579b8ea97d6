"""Lines of journals of format 1, in which each line was one JSON array: read, no longer written.

8f3a1c07 [1764000000123,[[...hit...]],[[...identification...]]]
"""

from json import loads
from typing import Any
from uuid import UUID

from ..domain.hits import Client, Content, Hit, Identification, Location
from ..domain.periods import from_micros
from ..domain.vocabulary import HitKind
from .records import Damaged, Record, checked, read_property


def record(text: bytes) -> Record:
    """What *text*, a whole line with the newline at its end, tells of. Raises Damaged."""
    try:
        accepted_ms, hits, identifications = loads(checked(text).decode("ascii"))
        return Record(
            accepted_ms,
            [_hit(told) for told in hits],
            [_identification(told) for told in identifications],
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"A line of the journal cannot be understood: {error}") from error


def _hit(told: list[Any]) -> Hit:
    website_id, session_id, session_uuid, visit_id, created_at, kind, place, client, *rest = told
    hostname, title, event_name, event_data, properties, tag, distinct_id = rest
    url, path, query, referrer, referrer_domain, utm, click_id, channel = [*place, None][:8]
    return Hit(
        website_id,
        session_id,
        session_uuid,
        visit_id,
        created_at,
        Content(
            HitKind(kind),
            Location(url, path, query, referrer, referrer_domain, **utm, click_id=click_id, channel=channel),
            hostname,
            title,
            event_name,
            event_data,
            tuple(map(read_property, properties)),
            tag,
        ),
        Client(*client),
        distinct_id,
    )


def _identification(told: list[Any]) -> Identification:
    website_id, session_id, session_uuid, created_at, client, hostname, distinct_id, properties = told
    return Identification(
        website_id,
        session_id,
        UUID(session_uuid),
        from_micros(created_at),
        Client(*client),
        hostname,
        distinct_id,
        tuple(map(read_property, properties)),
    )
