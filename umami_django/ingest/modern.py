"""Messages of today's trackers (`POST /api/send`): a decoded body becomes a checked `Message`.

Source: v3 reference 4.1.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from ..domain.vocabulary import HitKind
from ..exceptions import InvalidInput
from .payload import (
    HOSTNAME_LENGTH,
    LANGUAGE_LENGTH,
    LONGEST_REPEATED,
    MOST_REPEATED,
    NAME_LENGTH,
    TITLE_LENGTH,
    URL_LENGTH,
    NoPayload,
    Payload,
    clean,
    decoded,
    screen_size,
    website_uuid,
)

TAG_LENGTH = 50
DISTINCT_ID_LENGTH = 50
USER_AGENT_LENGTH = 1000
OLDEST = timedelta(hours=24)
"""How far back a stranger may date a hit."""
AHEAD = timedelta(minutes=5)
"""How far a stranger's clock may run ahead."""

_ABSOLUTE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)


class MessageType(StrEnum):
    """What a message is for."""

    EVENT = "event"
    IDENTIFY = "identify"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Address, user agent and time are what the sender claims: believe them as far as you know him."""

    type: MessageType
    payload: Payload
    data: dict[str, Any] | None = None
    timestamp: datetime | None = None
    address: str | None = None
    user_agent: str | None = None


def message(body: Any) -> Message:
    """The message in a decoded *body*.

    Texts are cut to their columns, as in v1; wrong types raise InvalidInput naming the field, a missing payload
    NoPayload. A url keeps its path, query and hash; its host is the hostname, when none is given.
    """
    fields = body.get("payload") if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        raise NoPayload
    try:
        kind = MessageType(body.get("type"))
    except ValueError:
        raise InvalidInput("type", "must be event or identify") from None
    website = website_uuid(fields.get("website"))
    data = fields.get("data")
    if data is not None and not isinstance(data, dict):
        raise InvalidInput("data", "must be an object")
    name = _text(fields, "name", NAME_LENGTH) or None
    url = _text(fields, "url", URL_LENGTH * 4) or ""
    host = _ABSOLUTE.match(url)
    return Message(
        type=kind,
        payload=Payload(
            website=website,
            kind=HitKind.EVENT if name else HitKind.PAGEVIEW,
            url=(_ABSOLUTE.sub("", url, count=1) or "/")[:URL_LENGTH] if host else url[:URL_LENGTH],
            referrer=_text(fields, "referrer", URL_LENGTH),
            hostname=_text(fields, "hostname", HOSTNAME_LENGTH) or _bare_host(host),
            screen=screen_size(_text(fields, "screen", URL_LENGTH)),
            language=_text(fields, "language", LANGUAGE_LENGTH) or None,
            title=_text(fields, "title", TITLE_LENGTH) or None,
            event_name=name,
            event_data=data or None,
            tag=_text(fields, "tag", TAG_LENGTH) or None,
            distinct_id=_text(fields, "id", DISTINCT_ID_LENGTH) or None,
        ),
        data=data,
        timestamp=_timestamp(fields.get("timestamp")),
        address=_text(fields, "ip", URL_LENGTH) or None,
        user_agent=_text(fields, "userAgent", USER_AGENT_LENGTH) or None,
    )


def sent_message(body: bytes) -> Message:
    """The message in the JSON text *body*; nobody may change it. Visitors of one page often send the same: it is read
    once. Raises NotJson, and what `message` raises."""
    return _remembered(body) if len(body) <= LONGEST_REPEATED else message(decoded(body))


@lru_cache(maxsize=MOST_REPEATED)
def _remembered(body: bytes) -> Message:
    return message(decoded(body))


def believable_time(claimed: datetime | None, now: datetime, *, trusted: bool) -> datetime:
    """When a hit happened: what a trusted sender says; of a stranger's, only the last 24 hours; else *now*."""
    if claimed is None or (not trusted and not now - OLDEST <= claimed <= now + AHEAD):
        return now
    return claimed


def _text(fields: dict[str, Any], name: str, length: int) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInput(name, "must be a text")
    return value if len(value) <= length and value.isprintable() else clean(value, length)


def _timestamp(value: Any) -> datetime | None:
    """Whole seconds since 1970, as number or text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidInput("timestamp", "must be seconds since 1970")
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput("timestamp", "must be seconds since 1970") from None


def _bare_host(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    return found[1].rpartition("@")[2].partition(":")[0].removeprefix("www.")[:HOSTNAME_LENGTH] or None


def uuid_of_visit(visit_id: int) -> UUID:
    """A visit's number in the form that today's API has it."""
    return UUID(int=visit_id)
