"""One thing a browser told us, cleaned: the value that travels from the doors through a journal to the tables.

Named tuples, not frozen dataclasses: as immutable, and made in a fifth of the time, several for each hit.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from json import JSONEncoder
from typing import NamedTuple
from uuid import UUID

from .periods import from_micros
from .vocabulary import DataType, HitKind

Texts = tuple[str | None, ...]
"""Those of one row, in the order of its columns."""
_as_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode


class _Client(NamedTuple):
    browser: str | None = None
    os: str | None = None
    device: str | None = None
    screen: str | None = None
    language: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None


class Client(_Client):
    """What is known about the visitor's browser and place. Texts as Umami stores them; None when unknown."""

    @cached_property
    def as_json(self) -> str:
        """The texts by the names of their columns, as an object in ASCII."""
        return _named(self._fields, self)


class Property(NamedTuple):
    """One typed leaf of event data; nested keys joined with a dot (v3 reference 3.6)."""

    key: str
    data_type: DataType
    string_value: str
    number_value: Decimal | None = None
    date_value: datetime | None = None


class Location(NamedTuple):
    """The cleaned parts of the visited address and of where the visitor came from.

    `url` and `referrer` are the texts as sent (at most 500 characters); a referrer of None was not sent, an
    empty one was sent empty: they differ (v1 reference 6.2).
    """

    url: str
    path: str
    query: str | None = None
    referrer: str | None = None
    referrer_domain: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_content: str | None = None
    utm_term: str | None = None
    click_id: str | None = None
    channel: str | None = None

    @property
    def utm(self) -> dict[str, str]:
        """The utm fields that were given, by name."""
        fields = {name: getattr(self, name) for name in self._fields if name.startswith("utm_")}
        return {name: value for name, value in fields.items() if value is not None}


class _Content(NamedTuple):
    kind: HitKind
    location: Location
    hostname: str | None = None
    title: str | None = None
    event_name: str | None = None
    event_data: str | None = None
    """The data of an event as JSON text, as it was sent."""
    properties: tuple[Property, ...] = ()
    tag: str | None = None


class Content(_Content):
    """What was seen, whoever saw it. Equal messages share one, and the forms that a hit is written down in."""

    @cached_property
    def texts(self) -> Texts:
        """All that a hit's own row refers to, in the order of HIT_TERMS."""
        return (*self.location, self.hostname, self.title, self.event_name, self.tag)

    @cached_property
    def as_text(self) -> str:
        """The number of its kind, a tab, the texts by the names of their columns as a JSON object; ASCII."""
        return f"{self.kind:d}\t{_named(HIT_TERMS, self.texts)}"


def _named(columns: Iterable[str], texts: Texts) -> str:
    """By name: a later version may have other columns, or another order."""
    named = zip(columns, texts, strict=True)
    return _as_json({name: text for name, text in named if text is not None})


HIT_TERMS = (*Location._fields, "hostname", "title", "event_name", "tag")
"""The columns of a hit that hold terms."""
SESSION_TERMS = ("hostname", *Client._fields)
"""The same of a session."""


class Identification(NamedTuple):
    """What a website tells about an identified visitor: session data, the latest value of each key counts."""

    website_id: int
    session_id: int
    session_uuid: UUID
    created_at: datetime
    client: Client
    hostname: str | None = None
    distinct_id: str | None = None
    properties: tuple[Property, ...] = ()

    @property
    def session_texts(self) -> Texts:
        """What the session's row refers to, in the order of SESSION_TERMS."""
        return (self.hostname, *self.client)


class Hit(NamedTuple):
    """An accepted pageview or event: who saw what, and when. In numbers as the tables take them."""

    website_id: int
    session_id: int
    session: str
    """The session's uuid in 32 hexadecimal digits."""
    visit_id: int
    at: int
    """Microseconds since 1970, UTC."""
    content: Content
    client: Client
    distinct_id: str | None = None

    @property
    def session_uuid(self) -> UUID:
        """The session's public id."""
        return UUID(self.session)

    @property
    def created_at(self) -> datetime:
        """When it was seen, aware UTC."""
        return from_micros(self.at)

    @property
    def session_texts(self) -> Texts:
        """What a session's row refers to that this hit begins, in the order of SESSION_TERMS."""
        return (self.content.hostname, *self.client)
