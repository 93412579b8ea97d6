"""Collect, in reading order: is this visitor counted? who is it? what was seen? The outcome is data.

Pure: no database, no request, no clock. Every door (collect, log import, later more) turns what it got into a
`Visitor` and a `Payload` and calls the same functions.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from ..domain.hits import Client, Content, Hit, Identification
from ..domain.periods import to_micros
from .address import Network, is_within
from .bots import bot_rule
from .exclusions import Exclusions
from .geo import NOWHERE, Place
from .identity import anonymous_session, identified_session
from .location import location
from .payload import Payload
from .properties import properties
from .receipt import Receipt, renewed
from .useragent import agent, device


class Reason(StrEnum):
    """Why a hit is not counted."""

    BOT = "bot"
    BLOCKED_ADDRESS = "blocked-address"
    NO_USER_AGENT = "no-user-agent"
    UNKNOWN_WEBSITE = "unknown-website"
    NOT_RECORDING = "not-recording"
    EXCLUDED_HOSTNAME = "excluded-hostname"
    EXCLUDED_PATH = "excluded-path"
    DO_NOT_TRACK = "do-not-track"
    RATE_LIMITED = "rate-limited"
    PRUNED_PERIOD = "pruned-period"


class Visitor(NamedTuple):
    """What a request tells of the one who sent it. The address is used here and written nowhere."""

    address: str | None
    user_agent: str
    place: Place = NOWHERE
    asks_not_to_be_tracked: bool = False
    """By the header `DNT` or `Sec-GPC`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is not counted, and how urls are cleaned: the settings that collect obeys."""

    require_user_agent: bool = True
    refuse_bots: bool = True
    blocked: tuple[Network, ...] = ()
    remove_trailing_slash: bool = False


@dataclass(frozen=True, slots=True)
class Tracked:
    """The website a hit is for: its key, its uuid, and whom it does not count."""

    id: int
    uuid: UUID
    exclusions: Exclusions = field(default_factory=Exclusions)


def refusal(visitor: Visitor, rules: Rules) -> Reason | None:
    """Why *visitor* is not counted, or None when they are. Source: v1 reference 4.2, steps 2 and 3."""
    if rules.refuse_bots and bot_rule(visitor.user_agent):
        return Reason.BOT
    if rules.blocked and is_within(visitor.address, rules.blocked):
        return Reason.BLOCKED_ADDRESS
    if rules.require_user_agent and not visitor.user_agent:
        return Reason.NO_USER_AGENT
    return None


def exclusion(hit: Hit, visitor: Visitor, exclusions: Exclusions) -> Reason | None:
    """Why the website does not count *hit*, or None when it does."""
    if exclusions.networks and is_within(visitor.address, exclusions.networks):
        return Reason.BLOCKED_ADDRESS
    if exclusions.obey_signals and visitor.asks_not_to_be_tracked:
        return Reason.DO_NOT_TRACK
    if exclusions.only_hostnames or exclusions.hostnames:
        hostname = (hit.content.hostname or "").lower()
        if exclusions.only_hostnames and not exclusions.only_hostnames.match(hostname):
            return Reason.EXCLUDED_HOSTNAME
        if exclusions.hostnames and exclusions.hostnames.match(hostname):
            return Reason.EXCLUDED_HOSTNAME
    if exclusions.paths and exclusions.paths.match(hit.content.location.path):
        return Reason.EXCLUDED_PATH
    return None


def collect(
    payload: Payload,
    visitor: Visitor,
    website: Tracked,
    now: datetime,
    salt: str,
    rules: Rules,
    earlier: Receipt | None = None,
    secret: str = "",
) -> tuple[Hit, Receipt]:
    """The hit that *payload* tells of, and the receipt for its sender. An *earlier* receipt keeps the session and, for
    30 minutes, the visit.

    A distinct id, keyed by the installation's *secret*, goes before both. Source: design, section 4; v1 reference 4.
    """
    if payload.distinct_id:
        session = identified_session(website.uuid, payload.distinct_id, secret)
    elif earlier is not None:
        session = earlier.session
    else:
        session = anonymous_session(website.uuid, visitor.address, visitor.user_agent, salt)
    at = to_micros(now)
    receipt = renewed(website.id, session, earlier, at)
    hit = Hit(
        website.id,
        receipt.session_id,
        session,
        receipt.visit_id,
        at,
        payload.contents.get(rules.remove_trailing_slash) or _content(payload, rules.remove_trailing_slash),
        _client(visitor.user_agent, payload.screen, payload.language, visitor.place),
        payload.distinct_id,
    )
    return hit, receipt


def identify(hit: Hit, data: object) -> Identification:
    """What the visitor of *hit* is told to be; the message itself is no hit."""
    return Identification(
        website_id=hit.website_id,
        session_id=hit.session_id,
        session_uuid=hit.session_uuid,
        created_at=hit.created_at,
        client=hit.client,
        hostname=hit.content.hostname,
        distinct_id=hit.distinct_id,
        properties=properties(data),
    )


def _content(payload: Payload, remove_trailing_slash: bool) -> Content:
    """What *payload* tells of; a payload that comes again has it with it from now on."""
    content = payload.contents[remove_trailing_slash] = Content(
        kind=payload.kind,
        location=location(
            payload.url,
            payload.referrer,
            payload.hostname,
            remove_trailing_slash=remove_trailing_slash,
        ),
        hostname=payload.hostname,
        title=payload.title,
        event_name=payload.event_name,
        event_data=_document(payload.event_data),
        properties=properties(payload.event_data),
        tag=payload.tag,
    )
    return content


@lru_cache(maxsize=8192)
def _client(user_agent: str, screen: str | None, language: str | None, place: Place) -> Client:
    known = agent(user_agent)
    return Client(known.browser, known.os, device(known.os, screen, user_agent), screen, language, *place)


def _document(event_data: object) -> str | None:
    """Event data as JSON text; ASCII only, so that any text in it can be stored."""
    return None if event_data is None else json.dumps(event_data, separators=(",", ":"))
