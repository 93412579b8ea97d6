"""Rows of Umami 2 and 3 as ours. How they are selected is not here."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ...domain.hits import Client, Content, Hit, Identification, Location, Property
from ...domain.periods import EPOCH, to_micros
from ...domain.vocabulary import DataType, HitKind
from ...ingest.identity import visit_by_hour
from ...ingest.location import CLICK_IDS, UTM_FIELDS, location
from . import ids
from .connection import Row, moment, moment_or_none

NO_CLIENT = Client()
"""Of a hit: what is known of its visitor is stored with the session."""
DISTINCT_ID_LENGTH = 50


def session(row: Row, website_id: int) -> Identification:
    """Time, uuid, hostname, attributes and distinct id: a session."""
    created_at, uuid, hostname, browser, os, device, screen, language, country, region, city, distinct_id = (
        row
    )
    uuid = ids.stored(uuid)
    country = country and country.strip()
    return Identification(
        website_id=website_id,
        session_id=ids.known(uuid),
        session_uuid=uuid,
        created_at=moment_or_none(created_at) or EPOCH,
        client=Client(browser, os, device, screen, language, country, _region(region, country), city),
        hostname=hostname,
        distinct_id=distinct_id and distinct_id[:DISTINCT_ID_LENGTH],
    )


def _region(region: str | None, country: str | None) -> str | None:
    """With its country before it, as Umami writes it since 2.18."""
    region = region and region.strip()
    return f"{country}-{region}" if region and country and "-" not in region else region or None


def hit(row: Row, website_id: int, leaves: Sequence[Property]) -> Hit:
    """A pageview or custom event, in the order of `Modern`'s columns, with its data."""
    created_at, _, session, visit, event_type, title, name, tag, hostname, has_utm, *address = row
    at = moment(created_at)
    uuid = ids.stored(session)
    key = ids.known(uuid)
    visit = ids.as_uuid(visit)
    kind = HitKind(event_type)
    return Hit(
        website_id=website_id,
        session_id=key,
        session=uuid.hex,
        visit_id=visit_by_hour(key, at) if visit is None else ids.known(visit),
        at=to_micros(at),
        content=Content(
            kind=kind,
            location=_location(hostname, bool(int(has_utm)), *address),
            hostname=hostname,
            title=title or None,
            event_name=(name or "") if kind is HitKind.EVENT else None,
            event_data=_document(leaves) if leaves else None,
            properties=tuple(leaves),
            tag=tag or None,
        ),
        client=NO_CLIENT,
    )


@lru_cache(maxsize=8192)
def _location(
    hostname: str | None,
    has_utm: bool,
    path: str,
    query: str | None,
    referrer_path: str | None,
    referrer_query: str | None,
    referrer_domain: str | None,
    *values: str | None,
) -> Location:
    """The address put together again, and its parts as Umami stored them."""
    before_hash, hash_mark, fragment = path.partition("#")
    url = before_hash + (f"?{query}" if query else "") + hash_mark + fragment
    referrer = None
    if referrer_domain:
        query_of_referrer = f"?{referrer_query}" if referrer_query else ""
        referrer = f"https://{referrer_domain}{referrer_path or ''}{query_of_referrer}"
    elif referrer_path:
        referrer = referrer_path + (f"?{referrer_query}" if referrer_query else "")
    elif referrer_domain == "":
        referrer = ""
    place = location(url, referrer, hostname)
    utm, click_id = place.utm, place.click_id
    if has_utm:
        utm = {field: value for field, value in zip(UTM_FIELDS, values, strict=False) if value}
        clicks = zip(CLICK_IDS, values[len(UTM_FIELDS) :], strict=True)
        click_id = next((name for name, value in clicks if value), None)
    return place._replace(
        path=path,
        query=query or None,
        referrer_domain=referrer_domain or None,
        click_id=click_id,
        **{field: utm.get(field) for field in UTM_FIELDS},  # type: ignore[arg-type]
    )


def told(row: Row, website_id: int) -> Identification:
    """Time, key, session and a value: what was told of a visitor."""
    created_at, _, session, *value = row
    uuid = ids.stored(session)
    return Identification(
        website_id=website_id,
        session_id=ids.known(uuid),
        session_uuid=uuid,
        created_at=moment(created_at),
        client=NO_CLIENT,
        properties=(leaf(*value),),
    )


def leaf(
    key: str, text: str | None, number: Decimal | None, date: datetime | None, data_type: int
) -> Property:
    """A value; 2.0 stored no text of numbers and times."""
    moment = moment_or_none(date)
    number = None if number is None else Decimal(str(number))
    if text is None and number is not None:
        text = f"{number:.4f}"
    if moment is not None and (text is None or not text.endswith("Z") or text.count(":") > 2):
        text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kind = DataType(data_type) if data_type in list(DataType) else DataType.STRING
    return Property(key, kind, text or "", number, moment)


def _document(leaves: Sequence[Property]) -> str:
    """The values as one object; nested ones stay under their dotted keys."""
    values = {leaf.key: _value(leaf) for leaf in sorted(leaves, key=lambda leaf: leaf.key)}
    return json.dumps(values, separators=(",", ":"))


def _value(leaf: Property) -> Any:
    match leaf.data_type:
        case DataType.NUMBER if leaf.number_value is not None:
            whole = int(leaf.number_value)
            return whole if whole == leaf.number_value else float(leaf.number_value)
        case DataType.BOOLEAN:
            return leaf.string_value == "true"
        case DataType.ARRAY:
            try:
                return json.loads(leaf.string_value)
            except ValueError:  # it was cut
                return leaf.string_value
        case _:
            return leaf.string_value
