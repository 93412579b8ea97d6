"""What a source of traffic tells, as plain values, and what every source can be asked. No SQL, no models."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ..domain.hits import Hit, Identification
from ..domain.roles import Role
from ..exceptions import UmamiError


class CannotRead(UmamiError):
    """The database cannot be read."""


class Tally(StrEnum):
    """What is counted on both sides when all is done."""

    SESSIONS = "sessions"
    PAGEVIEWS = "pageviews"
    EVENTS = "events"
    EVENT_DOCUMENTS = "event data"
    EVENT_DATA = "event data values"
    SESSION_DATA = "session data values"


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the source. `number` is its integer id, where it has one."""

    key: str
    username: str
    password: str
    """A plain bcrypt hash."""
    role: Role
    created_at: datetime | None
    number: int | None = None
    uuid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A website of the source; `key` is what its tables know it by, `number` its integer id, where it has one."""

    key: str | int
    uuid: UUID
    name: str
    domain: str | None
    owner: str | None
    """The key of a person; None when there is none."""
    created_at: datetime | None
    reset_at: datetime | None = None
    number: int | None = None
    slugs: tuple[str, ...] = ()
    """Share ids."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a table that was taken: its time, and its key among rows of the same time."""

    at: datetime
    row: str


Told = Hit | Identification
"""A row: a hit, or what is known of a session (and what was told about its visitor)."""


class Source(Protocol):
    """One Umami database. All is read in one snapshot; a website's rows come by time, then key."""

    family: str
    """Tables of one family hold the same rows: a website that was brought from one is not brought from another."""
    description: str
    streams: Sequence[str]
    """The names of what there is to bring of a website, sessions first."""
    tallied: Sequence[Tally]

    def people(self) -> list[Person]:
        """Accounts that are in use."""

    def sites(self) -> list[Site]:
        """Websites that are in use, by key."""

    def count(self, stream: str, site: Site, since: datetime | None) -> int:
        """How many rows of a stream there are since a moment."""

    def rows(
        self, stream: str, site: Site, website_id: int, since: datetime | None, after: Position | None
    ) -> Iterator[tuple[list[Told], Position]]:
        """The rows of a stream after a position, as ours with the key *website_id*: some thousand, and the last's."""

    def sessions(self, site: Site, website_id: int, uuids: Sequence[UUID]) -> list[Identification]:
        """What is known of these sessions; a time of 1970 where none is known."""

    def counts(self, site: Site, since: datetime | None) -> dict[Tally, int]:
        """What our tables have to hold when all was brought."""

    def lost_sessions(self, site: Site, since: datetime | None) -> int:
        """How many sessions are known by rows only: their own is gone, or has no time."""

    def left_behind(self) -> dict[str, int]:
        """What cannot be brought, in words, and how much of it there is."""
