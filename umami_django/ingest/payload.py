"""What a tracker sent: a decoded body becomes a checked `Payload`, or an error that names the field."""

import json
import re
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from ..domain.hits import Content
from ..domain.vocabulary import HitKind
from ..exceptions import InvalidInput

URL_LENGTH = 500
HOSTNAME_LENGTH = 100
LANGUAGE_LENGTH = 35
NAME_LENGTH = 50
TITLE_LENGTH = 500
MOST_REPEATED, LONGEST_REPEATED = 2_048, 1_000
"""How many bodies are remembered, and of how many bytes at most."""

_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: no database takes them all."""
_SCREEN = re.compile(r"\d{1,5}x\d{1,5}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class NotJson(InvalidInput):
    """The body is no JSON."""

    def __init__(self) -> None:
        super().__init__("body", "is not valid JSON")


class NoPayload(InvalidInput):
    """The body holds no payload."""

    def __init__(self) -> None:
        super().__init__("payload", "is missing")


class _Payload(NamedTuple):
    website: UUID
    kind: HitKind
    url: str
    referrer: str | None = None
    hostname: str | None = None
    screen: str | None = None
    language: str | None = None
    title: str | None = None
    event_name: str | None = None
    event_data: Any = None
    tag: str | None = None
    distinct_id: str | None = None
    cache: str | None = None


class Payload(_Payload):
    """One message of a tracker, with every text within its limits (v1 reference 4.1)."""

    @cached_property
    def contents(self) -> dict[bool, Content]:
        """What was made of it, by whether slashes at the end of paths are removed: the same message often comes
        again."""
        return {}


def decoded(body: bytes) -> Any:
    """The value that the JSON text *body* stands for. Raises NotJson, also for NaN and endless nesting."""
    try:
        return _decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError):
        raise NotJson from None


class Sent:
    """One message of v1: what was decoded, and the payload in it, checked when it is first asked for."""

    def __init__(self, message: Any) -> None:
        self.message = message

    @cached_property
    def payload(self) -> Payload:
        """Raises what `parsed` raises."""
        return parsed(self.message)


def sent(body: bytes) -> Sent:
    """What *body* says; nobody may change it. Visitors of one page often send the same: it is read once.

    Raises NotJson.
    """
    if not body:
        return Sent(None)
    return _remembered(body) if len(body) <= LONGEST_REPEATED else Sent(decoded(body))


@lru_cache(maxsize=MOST_REPEATED)
def _remembered(body: bytes) -> Sent:
    return Sent(decoded(body))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_decode = json.JSONDecoder(parse_constant=_refuse).decode


def parsed(body: Any) -> Payload:
    """The payload of a v1 message `{"type": …, "payload": {…}}`, in both documented forms of events.

    Raises NoPayload, and InvalidInput naming the first field that is wrong. Source: v1 reference 4.1, 4.2.
    """
    payload = body.get("payload") if isinstance(body, dict) else None
    if not isinstance(payload, dict):
        raise NoPayload
    website = website_uuid(payload.get("website"))
    match body.get("type"):
        case "pageview":
            is_event, kind = False, HitKind.PAGEVIEW
        case "event":
            is_event, kind = True, HitKind.EVENT
        case _:
            raise InvalidInput("type", "must be pageview or event")
    return Payload(
        website=website,
        kind=kind,
        url=_required_text(payload, "url", URL_LENGTH),
        referrer=None if is_event else _text(payload, "referrer", URL_LENGTH),
        hostname=_text(payload, "hostname", HOSTNAME_LENGTH) or None,
        screen=screen_size(_text(payload, "screen", URL_LENGTH)),
        language=_language(payload),
        title=_text(payload, "title", TITLE_LENGTH) or None,
        event_name=_event_name(payload) if is_event else None,
        event_data=(payload.get("event_data") or None) if is_event else None,
        cache=cache if isinstance(cache := payload.get("cache"), str) else None,
    )


def clean(text: str, length: int) -> str:
    """*text* without characters that cannot be stored, cut to *length* characters."""
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return text[:length]


def website_uuid(value: object) -> UUID:
    """The uuid of a website, hyphenated, in any letter case. Raises InvalidInput."""
    if not isinstance(value, str):
        raise InvalidInput("website", "must be a uuid")
    return _uuid(value)


@lru_cache(maxsize=1024)
def _uuid(text: str) -> UUID:
    if not _UUID.fullmatch(text):
        raise InvalidInput("website", "must be a uuid")
    return UUID(text)


def _text(payload: dict[str, Any], field: str, length: int) -> str | None:
    value = payload.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInput(field, "must be a text")
    return value if len(value) <= length and value.isprintable() else clean(value, length)


def _required_text(payload: dict[str, Any], field: str, length: int) -> str:
    value = _text(payload, field, length)
    if value is None:
        raise InvalidInput(field, "is required")
    return value


def _event_name(payload: dict[str, Any]) -> str:
    """`event_name`, else the older form's `event_value` (v1 reference 4.1)."""
    name = _text(payload, "event_name", NAME_LENGTH) or _text(payload, "event_value", NAME_LENGTH)
    if not name:
        raise InvalidInput("event_name", "is required")
    return name


def screen_size(screen: str | None) -> str | None:
    """`1920x1080`; None for what is no size."""
    return screen if screen and _SCREEN.fullmatch(screen) else None


def _language(payload: dict[str, Any]) -> str | None:
    """A language tag; None when it is too long to be one."""
    language = _text(payload, "language", URL_LENGTH)
    return language if language and len(language) <= LANGUAGE_LENGTH else None
