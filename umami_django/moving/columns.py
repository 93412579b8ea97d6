"""The columns of Umami's own export: what of a hit stands in which of its three tables, and back.

`website_event.csv` has a line for each hit, `event_data.csv` and `session_data.csv` one for each property.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5

from ..domain.hits import Client, Content, Hit, Identification, Property
from ..domain.periods import to_micros
from ..domain.vocabulary import DataType, HitKind
from ..ingest.identity import session_key, visit_by_hour
from ..ingest.location import CLICK_IDS, UTM_FIELDS, decoded_path, location
from ..models import Website
from . import cells
from .broken import Wrong, shown
from .json_lines import CLIENT_TEXTS, LONGEST_DISTINCT_ID, LONGEST_KEY


class Table(StrEnum):
    """The tables of Umami's export, by the names of their files."""

    EVENTS = "website_event"
    EVENT_DATA = "event_data"
    SESSION_DATA = "session_data"


COLUMNS: Mapping[Table, tuple[str, ...]] = {
    Table.EVENTS: tuple(
        (
            "website_id session_id visit_id event_id hostname browser os device screen language country region city "
            "url_path url_query utm_source utm_medium utm_campaign utm_content utm_term referrer_path "
            "referrer_query referrer_domain page_title gclid fbclid msclkid ttclid li_fat_id twclid lcp inp cls fcp "
            "ttfb event_type event_name tag distinct_id created_at job_id"
        ).split()
    ),
    Table.EVENT_DATA: tuple(
        (
            "website_id session_id event_id url_path event_name data_key string_value number_value date_value "
            "data_type created_at job_id"
        ).split()
    ),
    Table.SESSION_DATA: tuple(
        (
            "website_id session_id data_key string_value number_value date_value data_type distinct_id created_at "
            "job_id"
        ).split()
    ),
}
NEEDED: Mapping[Table, frozenset[str]] = {
    Table.EVENTS: frozenset({"session_id", "created_at", "url_path"}),
    Table.EVENT_DATA: frozenset({"event_id", "data_key", "data_type"}),
    Table.SESSION_DATA: frozenset({"session_id", "data_key", "data_type", "created_at"}),
}
"""Without these a file is none that can be read."""
NOTHING = ("", "\\N")
"""What stands in a cell without a value; the second is ClickHouse's."""
Row = dict[str, str]


def table_of(header: Iterable[str]) -> Table | None:
    """The table that has these columns; None for no table of Umami's."""
    given = set(header)
    if "event_id" in given and NEEDED[Table.EVENT_DATA] <= given:
        return Table.EVENT_DATA
    return next((table for table in (Table.SESSION_DATA, Table.EVENTS) if NEEDED[table] <= given), None)


# what we write


def event_row(website: Website, key: int, hit: Hit) -> Row:
    """The line of a hit in `website_event.csv`."""
    content, place = hit.content, hit.content.location
    referrer = _parts(place.referrer)
    return _row(
        Table.EVENTS,
        website_id=website.uuid,
        session_id=hit.session_uuid,
        visit_id=cells.visit_uuid(hit.visit_id),
        event_id=_event_id(website, key),
        hostname=content.hostname,
        **{name: getattr(hit.client, name) for name in CLIENT_TEXTS},
        url_path=place.path,
        url_query=place.query,
        **place.utm,
        referrer_path=referrer and decoded_path(referrer.path),
        referrer_query=referrer and referrer.query,
        referrer_domain=place.referrer_domain,
        page_title=content.title,
        **_click_ids(hit),
        event_type=int(content.kind),
        event_name=content.event_name,
        tag=content.tag,
        distinct_id=hit.distinct_id,
        created_at=cells.moment_text(hit.created_at),
    )


def event_data_rows(website: Website, key: int, hit: Hit) -> Iterator[Row]:
    """The lines of a hit in `event_data.csv`."""
    for leaf in hit.content.properties:
        yield _row(
            Table.EVENT_DATA,
            website_id=website.uuid,
            session_id=hit.session_uuid,
            event_id=_event_id(website, key),
            url_path=hit.content.location.path,
            event_name=hit.content.event_name,
            created_at=cells.moment_text(hit.created_at),
            **_leaf_cells(leaf),
        )


def session_data_rows(website: Website, told: Identification) -> Iterator[Row]:
    """The lines of what is told about a visitor in `session_data.csv`."""
    for leaf in told.properties:
        yield _row(
            Table.SESSION_DATA,
            website_id=website.uuid,
            session_id=told.session_uuid,
            distinct_id=told.distinct_id,
            created_at=cells.moment_text(told.created_at),
            **_leaf_cells(leaf),
        )


NUMERIC = frozenset({"number_value", "event_type", "data_type"})


def _row(table: Table, **values: Any) -> Row:
    """Every column of *table*, as cells that no spreadsheet executes."""
    written = {}
    for column in COLUMNS[table]:
        value = values.get(column)
        text = "" if value is None else str(value)
        written[column] = text if column in NUMERIC else cells.defused(text)
    return written


def _event_id(website: Website, key: int) -> UUID:
    return uuid5(website.uuid, f"hit:{key}")


def _parts(referrer: str | None) -> Any:
    try:
        return urlsplit(referrer) if referrer else None
    except ValueError:
        return None


def _click_ids(hit: Hit) -> dict[str, str]:
    """Of a click id only the name is kept; its value is in the query, as it was sent."""
    name = hit.content.location.click_id
    if name is None:
        return {}
    return {name: parse_qs(hit.content.location.query or "").get(name, ["1"])[0]}


def _leaf_cells(leaf: Property) -> dict[str, Any]:
    return {
        "data_key": leaf.key,
        "string_value": leaf.string_value,
        "number_value": leaf.number_value,
        "date_value": None if leaf.date_value is None else cells.moment_text(leaf.date_value),
        "data_type": int(leaf.data_type),
    }


# what we read


@dataclass(frozen=True, slots=True)
class Cells:
    """One line of a table, by the names of its columns."""

    values: Mapping[str, str]

    def text(self, column: str, longest: int = cells.LONGEST_TEXT) -> str | None:
        """None for a cell without a value, and for a column that is not there. Raises Wrong."""
        value = self.values.get(column, "")
        if value in NOTHING:
            return None
        return cells.checked_text(column, cells.armed(value), longest)

    def needed(self, column: str) -> str:
        """A text that must be there. Raises Wrong."""
        value = self.text(column)
        if value is None:
            raise Wrong(column, "is empty")
        return value

    def member(self, column: str, kind: Any, default: int | None = None) -> Any:
        """One of the numbers of *kind*. Raises Wrong."""
        value = self.text(column)
        if value is None and default is not None:
            return kind(default)
        try:
            return kind(int(value or ""))
        except ValueError:
            known = ", ".join(f"{int(one)} ({one.name.lower()})" for one in kind)
            raise Wrong(column, f"{shown(value)} is none of {known}") from None


def read_hit(
    line: Cells,
    website_id: int,
    own: Callable[[UUID], UUID],
    leaves_of: Callable[[UUID], tuple[Property, ...]],
) -> Hit:
    """The hit of a line of `website_event.csv`, with the properties that *leaves_of* its event. Raises Wrong."""
    uuid = own(cells.uuid("session_id", line.needed("session_id")))
    at = cells.moment("created_at", line.needed("created_at"))
    visit = line.text("visit_id")
    event = line.text("event_id")
    leaves = leaves_of(cells.uuid("event_id", event)) if event else ()
    hostname = line.text("hostname")
    kind = line.member("event_type", HitKind, HitKind.PAGEVIEW)
    return Hit(
        website_id=website_id,
        session_id=session_key(uuid),
        session=uuid.hex,
        visit_id=cells.visit_number(cells.uuid("visit_id", visit))
        if visit
        else visit_by_hour(session_key(uuid), at),
        at=to_micros(at),
        content=Content(
            kind=kind,
            location=_location(line, hostname, kind),
            hostname=hostname,
            title=line.text("page_title"),
            event_name=line.text("event_name"),
            event_data=_document(leaves),
            properties=leaves,
            tag=line.text("tag"),
        ),
        client=Client(**{name: line.text(name) for name in CLIENT_TEXTS}),
        distinct_id=line.text("distinct_id", LONGEST_DISTINCT_ID),
    )


def read_told(line: Cells, website_id: int, own: Callable[[UUID], UUID]) -> Identification:
    """What a line of `session_data.csv` tells about a visitor. Raises Wrong."""
    uuid = own(cells.uuid("session_id", line.needed("session_id")))
    return Identification(
        website_id=website_id,
        session_id=session_key(uuid),
        session_uuid=uuid,
        created_at=cells.moment("created_at", line.needed("created_at")),
        client=Client(),
        distinct_id=line.text("distinct_id", LONGEST_DISTINCT_ID),
        properties=(read_leaf(line),),
    )


def read_leaf(line: Cells) -> Property:
    """The property of a line of `event_data.csv` or `session_data.csv`. Raises Wrong."""
    number, date = line.text("number_value"), line.text("date_value")
    return Property(
        line.text("data_key", LONGEST_KEY) or "",
        line.member("data_type", DataType),
        line.text("string_value", cells.LONGEST_DATA) or "",
        None if number is None else cells.number("number_value", number),
        None if date is None else cells.moment("date_value", date),
    )


def _location(line: Cells, hostname: str | None, kind: HitKind) -> Any:
    """The url is put together of its parts; the parts themselves are those of the file."""
    path, query = line.text("url_path") or "", line.text("url_query")
    before_hash, hash_mark, fragment = path.partition("#")
    url = f"{before_hash}?{query}{hash_mark}{fragment}" if query is not None else path
    domain = line.text("referrer_domain")
    referrer_query = line.text("referrer_query")
    referrer: str | None = None if kind is HitKind.EVENT else ""
    if domain is not None:
        referrer = f"https://{domain}{line.text('referrer_path') or ''}"
        referrer += f"?{referrer_query}" if referrer_query is not None else ""
    utm = {name: value for name in UTM_FIELDS if (value := line.text(name)) is not None}
    click_id = next((name for name in CLICK_IDS if line.text(name) is not None), None)
    place = location(url, referrer, hostname)
    told = utm or place.utm
    return place._replace(
        path=path,
        query=query,
        referrer_domain=domain,
        click_id=click_id or place.click_id,
        **{field: told.get(field) for field in UTM_FIELDS},  # type: ignore[arg-type]
    )


def _document(leaves: Iterable[Property]) -> str | None:
    """Event data put together of its leaves: an object without nesting."""
    data = {leaf.key: _value(leaf) for leaf in leaves}
    return json.dumps(data, separators=(",", ":")) if data else None


def _value(leaf: Property) -> Any:
    match leaf.data_type:
        case DataType.NUMBER:
            number = leaf.number_value if leaf.number_value is not None else Decimal(0)
            return int(number) if number == int(number) else float(number)
        case DataType.BOOLEAN:
            return leaf.string_value == "true"
        case DataType.ARRAY:
            try:
                return json.loads(leaf.string_value)
            except ValueError:
                return leaf.string_value
    return leaf.string_value
