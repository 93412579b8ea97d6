"""A hit as the tables take it: numbers, and texts in the order of the columns. What becomes rows is made of these.

Hits come as objects from the doors and as lines from a journal; both are entries before they are rows.
"""

from typing import NamedTuple
from uuid import UUID

from ..domain.hits import Client, Hit, Identification, Location, Property
from ..domain.periods import from_micros, to_micros
from ..domain.vocabulary import HitKind

Texts = tuple[str | None, ...]

HIT_TERMS = (*Location._fields, "hostname", "title", "event_name", "tag")
"""The columns of a hit that hold terms, in the order of its texts."""
SESSION_TERMS = ("hostname", *Client._fields)
"""The same of a session."""
_PLACE = len(Location._fields)


class Entry(NamedTuple):
    """One hit, flat."""

    website_id: int
    session_id: int
    session_uuid: str
    """32 hexadecimal digits."""
    visit_id: int
    created_at: int
    """Microseconds since 1970, UTC."""
    kind: int
    texts: Texts
    """In the order of HIT_TERMS."""
    session_texts: Texts
    """In the order of SESSION_TERMS."""
    distinct_id: str | None = None
    event_data: str | None = None
    properties: tuple[Property, ...] = ()


def hit_texts(hit: Hit) -> Texts:
    """Everything that a hit's own row refers to, in the order of HIT_TERMS."""
    return (*hit.location, hit.hostname, hit.title, hit.event_name, hit.tag)


def session_texts(seen: Hit | Identification) -> Texts:
    """Everything that a session's row refers to, in the order of SESSION_TERMS."""
    return (seen.hostname, *seen.client)


def entry_of(hit: Hit) -> Entry:
    """*hit*, flat."""
    return Entry(
        hit.website_id,
        hit.session_id,
        hit.session_uuid.hex,
        hit.visit_id,
        to_micros(hit.created_at),
        hit.kind,
        hit_texts(hit),
        session_texts(hit),
        hit.distinct_id,
        hit.event_data,
        hit.properties,
    )


def hit_of(entry: Entry) -> Hit:
    """The hit that `entry_of` made *entry* of."""
    hostname, title, event_name, tag = entry.texts[_PLACE:]
    return Hit(
        website_id=entry.website_id,
        session_id=entry.session_id,
        session_uuid=UUID(entry.session_uuid),
        visit_id=entry.visit_id,
        created_at=from_micros(entry.created_at),
        kind=HitKind(entry.kind),
        location=Location(*entry.texts[:_PLACE]),  # type: ignore[arg-type]  # a place has a url
        client=Client(*entry.session_texts[1:]),
        hostname=hostname,
        title=title,
        event_name=event_name,
        event_data=entry.event_data,
        properties=entry.properties,
        tag=tag,
        distinct_id=entry.distinct_id,
    )
