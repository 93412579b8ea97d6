"""From the wire to the domain: v1's query parameters and body fields (reference 1.6, 2.5, 3.1)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone

from ...domain.filters import Filter, FilterSet, Operator
from ...domain.periods import EPOCH, Period, zone
from ...domain.scope import Scope
from ...domain.vocabulary import Metric, Unit
from ...exceptions import InvalidInput, NotFound
from ...ingest.payload import URL_LENGTH, clean
from ...models import Website
from ...stats.event_data import AGGREGATES
from ...stats.exactness import knowing_pruned

LARGEST_ID = 2**31 - 1
MOST_COLUMNS = 50
LATEST = datetime(9999, 12, 1, tzinfo=UTC)

UNITS = (Unit.YEAR, Unit.MONTH, Unit.DAY, Unit.HOUR)

PAGE_FILTERS: Mapping[str, tuple[Metric, Operator]] = {
    "url": (Metric.URL, Operator.EQUALS),
    "referrer": (Metric.REFERRER, Operator.CONTAINS_EXACTLY),
}
SESSION_FILTERS: Mapping[str, tuple[Metric, Operator]] = {
    "os": (Metric.OS, Operator.EQUALS),
    "browser": (Metric.BROWSER, Operator.EQUALS),
    "device": (Metric.DEVICE, Operator.EQUALS),
    "country": (Metric.COUNTRY, Operator.EQUALS),
}
EVENT_FILTERS: Mapping[str, tuple[Metric, Operator]] = {
    "url": (Metric.URL, Operator.EQUALS),
    "event_name": (Metric.EVENT, Operator.EQUALS),
}
"""Query keys, and what they compare. An empty value of a session filter is no filter (reference 7.1, 16)."""


def scope(query: QueryDict, website: Website, filters: FilterSet = (), *, with_zone: bool = False) -> Scope:
    """The question that a statistics request asks. Raises InvalidInput naming the parameter."""
    asked = Scope(
        website_id=website.pk,
        period=Period(moment(query, "start_at"), moment(query, "end_at")),
        tz=time_zone(query) if with_zone else UTC,
        filters=filters,
        since=website.reset_at,
    )
    return knowing_pruned(asked, timezone.now())


def moment(query: QueryDict, name: str) -> datetime:
    """A time in milliseconds since 1970, fractions dropped. Read like JavaScript's `Number()`.

    Times before 1970 or after the year 9999 stand for the ends of that span.
    """
    values = query.getlist(name)
    if len(values) != 1:
        raise InvalidInput(name, "is required" if not values else "must be given once")
    number = _number(values[0])
    if number is None or abs(number) > 8.64e15:
        raise InvalidInput(name, "must be a time in milliseconds since 1970")
    milliseconds = min(max(math.trunc(number), 0), (LATEST - EPOCH) // timedelta(milliseconds=1))
    return EPOCH + timedelta(milliseconds=milliseconds)


def _number(text: str) -> float | None:
    text = text.strip()
    if not text:
        return 0.0
    try:
        if text[:2].lower() in ("0x", "0o", "0b") and "_" not in text:
            return float(int(text, 0))
        number = float(text) if "_" not in text else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def unit(query: QueryDict) -> Unit:
    """The width of the buckets: year, month, day or hour."""
    name = query.get("unit", "")
    if name not in UNITS:
        raise BadRequest("unit", "must be one of: year, month, day, hour")
    return Unit(name)


def time_zone(query: QueryDict) -> tzinfo:
    """The IANA zone named in `tz`."""
    try:
        found: ZoneInfo = zone(query.get("tz", ""))
    except KeyError:
        raise BadRequest("tz", "must be the name of a time zone, such as Europe/Berlin") from None
    return found


class BadRequest(InvalidInput):
    """A parameter that v1 itself checks: its answer is the bare text `400 Bad Request` (recorded n 175 to 181)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.message = "400 Bad Request"


def page_filters(query: QueryDict) -> FilterSet:
    """Filters on the pageview itself."""
    return _filters(query, PAGE_FILTERS, keep_empty=True)


def url_filter(query: QueryDict) -> FilterSet:
    """The filter on the url alone."""
    return tuple(condition for condition in page_filters(query) if condition.field is Metric.URL)


def referrer_filter(query: QueryDict) -> FilterSet:
    """The filter on the referrer alone."""
    return tuple(condition for condition in page_filters(query) if condition.field is Metric.REFERRER)


def session_filters(query: QueryDict) -> FilterSet:
    """Filters on the session."""
    return _filters(query, SESSION_FILTERS, keep_empty=False)


def event_filters(query: QueryDict) -> FilterSet:
    """Filters on the event itself; v1 meant to honour them (reference 7.1, 29)."""
    return _filters(query, EVENT_FILTERS, keep_empty=True)


def _filters(
    query: QueryDict, known: Mapping[str, tuple[Metric, Operator]], *, keep_empty: bool
) -> FilterSet:
    found = []
    for name, (field, operator) in known.items():
        if name in query:
            value = clean(_decoded_again(str(query[name])), URL_LENGTH)
            if value or keep_empty:
                found.append(Filter(field, (value,), operator))
    return tuple(found)


def _decoded_again(value: str) -> str:
    """*value* percent-decoded a second time, as v1 does; as it is when an escape in it is broken.

    Source: reference 3.1 and 7.1, 16.
    """
    if "%" not in value:
        return value
    try:
        escapes = [value[index + 1 : index + 3] for index, char in enumerate(value) if char == "%"]
        if any(len(escape) != 2 or int(escape, 16) < 0 for escape in escapes):
            return value
        return unquote_to_bytes(value).decode()
    except ValueError:
        return value


def path_id(text: str) -> int | None:
    """The id in a path; None for what cannot be one (reference 7.1, 15)."""
    number = _number(text)
    if number is None or number != int(number) or not 0 < number <= LARGEST_ID:
        return None
    return int(number)


def fields(data: Any) -> Mapping[str, Any]:
    """The fields of a body; none for a body that is no object."""
    if isinstance(data, QueryDict):
        return data.dict()
    return data if isinstance(data, Mapping) else {}


def text_field(data: Mapping[str, Any], name: str, *, longest: int | None = None) -> str | None:
    """The text *name* without control characters; None when absent. Raises InvalidInput naming it."""
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInput(name, "must be a text")
    value = "".join(char for char in value if char.isprintable() or char == " ")
    if longest is not None and len(value) > longest:
        raise InvalidInput(name, f"must not be longer than {longest} characters")
    return value


def password_field(data: Mapping[str, Any], name: str) -> str | None:
    """A password: any text that can be encoded, not cleaned; None when absent or empty."""
    value = data.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or any("\ud800" <= char <= "\udfff" for char in value):
        raise InvalidInput(name, "must be a text")
    return value


def id_field(data: Mapping[str, Any], name: str) -> int | None:
    """The id *name*, a number or numeric text; None when absent or empty. Raises InvalidInput naming it."""
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise InvalidInput(name, "must be a number")
    number = path_id(str(value))
    if number is None:
        raise NotFound
    return number


def flag_field(data: Mapping[str, Any], name: str) -> bool | None:
    """The truth of *name*; None when absent. Form fields are texts: `false` and `0` are false there."""
    if name not in data:
        return None
    value = data[name]
    return value.lower() not in ("", "0", "false", "off") if isinstance(value, str) else bool(value)


def event_data_question(
    data: Mapping[str, Any], website: Website
) -> tuple[Scope, dict[str, str], dict[str, Any]]:
    """Scope, columns and filters of 1.39's event data route (reference 6.1)."""
    query = QueryDict(mutable=True)
    for name in ("start_at", "end_at"):
        if data.get(name) is not None:
            query[name] = str(data[name])
    columns, conditions = data.get("columns") or {}, data.get("filters") or {}
    if not isinstance(columns, Mapping) or not columns or len(columns) > MOST_COLUMNS:
        raise InvalidInput("columns", f"must be an object of 1 to {MOST_COLUMNS} keys and aggregates")
    if any(aggregate not in AGGREGATES for aggregate in columns.values()):
        raise InvalidInput("columns", f"aggregates are {', '.join(AGGREGATES)}")
    if not isinstance(conditions, Mapping) or len(conditions) > MOST_COLUMNS:
        raise InvalidInput("filters", f"must be an object of at most {MOST_COLUMNS} keys and values")
    event_name = text_field(data, "event_name")
    filters = (Filter(Metric.EVENT, (event_name,)),) if event_name else ()
    cleaned = {clean(str(key), URL_LENGTH): aggregate for key, aggregate in columns.items()}
    return scope(query, website, filters), cleaned, dict(conditions)
