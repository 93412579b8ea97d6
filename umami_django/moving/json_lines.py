"""Traffic as JSON lines: everything that is stored of it, exactly. One value a line, a header and an end.

    {"umami": 1, "website": {"uuid": …, "name": …, "domain": …}, "from": …, "until": …}
    {"session": {"id": …, "at": …, "browser": …, "distinct_id": …, "data": [{"key": …, "type": …, "text": …}]}}
    {"hit": {"kind": "pageview", "session": …, "visit": …, "at": …, "url": …}}
    {"end": {"lines": …, "hits": …}}

What is not known is left out. A session stands before its hits, and may stand there more than once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ..domain.hits import Client, Content, Hit, Identification, Location, Property
from ..domain.periods import to_micros
from ..domain.vocabulary import DataType, HitKind
from ..ingest.identity import session_key
from ..ingest.location import UTM_FIELDS
from . import cells
from .broken import Wrong, shown

VERSION = 1
PLACE_TEXTS = ("url", "path", "query", "referrer", "referrer_domain", "click_id", "channel")
HIT_TEXTS = ("hostname", "title", "event_name", "tag")
CLIENT_TEXTS = ("browser", "os", "device", "screen", "language", "country", "region", "city")
LONGEST_DISTINCT_ID = 50
LONGEST_KEY = 500

Fields = dict[str, Any]
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def line(kind: str, content: Any, **more: Any) -> bytes:
    """One line, in UTF-8."""
    return f"{_as_json({kind: content, **more})}\n".encode()


def session_fields(session: Identification, told: Sequence[Identification]) -> Fields:
    """A visitor as first seen, and what is told about them."""
    fields = {
        "id": str(session.session_uuid),
        "at": cells.moment_text(session.created_at),
        "hostname": session.hostname,
        **session.client._asdict(),
        "distinct_id": session.distinct_id,
        "data": [
            {"at": cells.moment_text(item.created_at)} | _leaf_fields(leaf)
            for item in told
            for leaf in item.properties
        ]
        or None,
    }
    return _known(fields)


def hit_fields(hit: Hit) -> Fields:
    """A hit, without what its session tells."""
    content, place = hit.content, hit.content.location
    fields = {
        "kind": content.kind.name.lower(),
        "session": str(hit.session_uuid),
        "visit": hit.visit_id,
        "at": cells.moment_text(hit.created_at),
        **{name: getattr(place, name) for name in PLACE_TEXTS},
        **place.utm,
        **{name: getattr(content, name) for name in HIT_TEXTS},
        "document": content.event_data,
        "data": [_leaf_fields(leaf) for leaf in content.properties] or None,
    }
    return _known(fields)


def _leaf_fields(leaf: Property) -> Fields:
    return _known(
        {
            "key": leaf.key,
            "type": leaf.data_type.name.lower(),
            "text": leaf.string_value,
            "number": None if leaf.number_value is None else str(leaf.number_value),
            "date": None if leaf.date_value is None else cells.moment_text(leaf.date_value),
        }
    )


def _known(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def read_session(
    fields: Any, website_id: int, own: Callable[[UUID], UUID]
) -> tuple[Identification, list[Identification]]:
    """The visitor of a line, and what is told about them; *own* gives a session's uuid here. Raises Wrong."""
    fields = _object("session", fields)
    uuid = own(cells.uuid("id", _text(fields, "id") or ""))
    client = Client(**{name: _text(fields, name) for name in CLIENT_TEXTS})
    hostname = _text(fields, "hostname")
    distinct_id = _text(fields, "distinct_id", LONGEST_DISTINCT_ID)

    def told(at: datetime, properties: tuple[Property, ...]) -> Identification:
        return Identification(
            website_id, session_key(uuid), uuid, at, client, hostname, distinct_id, properties
        )

    leaves = [_object("data", item) for item in _list(fields, "data")]
    return told(_moment(fields, "at"), ()), [
        told(_moment(leaf, "at"), (_read_leaf(leaf),)) for leaf in leaves
    ]


def read_hit(fields: Any, website_id: int, own: Callable[[UUID], UUID]) -> Hit:
    """The hit of a line. What its session tells is not in it. Raises Wrong."""
    fields = _object("hit", fields)
    uuid = own(cells.uuid("session", _text(fields, "session") or ""))
    utm = {name: value for name in UTM_FIELDS if (value := _text(fields, name)) is not None}
    return Hit(
        website_id=website_id,
        session_id=session_key(uuid),
        session=uuid.hex,
        visit_id=_visit(fields),
        at=to_micros(_moment(fields, "at")),
        content=Content(
            kind=_member(HitKind, fields, "kind"),
            location=Location(**utm, **{name: _text(fields, name) for name in PLACE_TEXTS}),  # type: ignore[arg-type]
            event_data=_text(fields, "document", cells.LONGEST_DATA),
            properties=tuple(_read_leaf(_object("data", item)) for item in _list(fields, "data")),
            **{name: _text(fields, name) for name in HIT_TEXTS},
        ),
        client=Client(),
    )


def _read_leaf(fields: Mapping[str, Any]) -> Property:
    number, date = _text(fields, "number"), _text(fields, "date")
    return Property(
        _text(fields, "key", LONGEST_KEY) or "",
        _member(DataType, fields, "type"),
        _text(fields, "text", cells.LONGEST_DATA) or "",
        None if number is None else cells.number("number", number),
        None if date is None else cells.moment("date", date),
    )


def _text(fields: Mapping[str, Any], name: str, longest: int = cells.LONGEST_TEXT) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Wrong(name, f"{shown(value)} is no text")
    return cells.checked_text(name, value, longest)


def _moment(fields: Mapping[str, Any], name: str) -> datetime:
    return cells.moment(name, _text(fields, name) or "")


def _member(kind: Any, fields: Mapping[str, Any], name: str) -> Any:
    value = fields.get(name)
    if not isinstance(value, str) or value.upper() not in kind.__members__:
        known = ", ".join(word.lower() for word in kind.__members__)
        raise Wrong(name, f"{shown(value)} is none of {known}")
    return kind[value.upper()]


def _visit(fields: Mapping[str, Any]) -> int:
    value = fields.get("visit")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Wrong("visit", f"{shown(value)} is no number of a visit")
    return value


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(name, f"{shown(value)} is no list")
    return value


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(name, f"{shown(value)} is no object")
    return value
