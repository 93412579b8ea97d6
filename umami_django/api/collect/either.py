"""The door at `UMAMI["COLLECT_PATH"]`: takes in what both trackers send, by a path that ad blockers do not know."""

from typing import Any

from ... import conf
from ...ingest.payload import NotJson, sent
from .asked import Answer, Asked, BodyTooLarge
from .door import view_of
from .send import send
from .views import collect_v1


class CollectPath:
    """A path converter for the configured path alone: any other address stays the host's."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        wanted = conf.umami_settings().COLLECT_PATH
        if not wanted or value.rstrip("/") != wanted:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


@view_of
def either(asked: Asked, path: str) -> Answer:
    """As `collect_v1` for the messages of v1's tracker, else as `send`."""
    return collect_v1.door(asked) if _is_of_v1(asked) else send.door(asked)


def _is_of_v1(asked: Asked) -> bool:
    """v1 says what a pageview is; its events have names of their own (v1 reference 4.1, v3 reference 4.1)."""
    try:
        message: Any = sent(asked.body()).message
    except (NotJson, BodyTooLarge):
        return False
    if not isinstance(message, dict):
        return False
    payload = message.get("payload")
    named = isinstance(payload, dict) and ("event_name" in payload or "event_value" in payload)
    return message.get("type") == "pageview" or named
