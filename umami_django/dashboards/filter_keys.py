"""Filters as they stand in an address: `browser=chrome&browser=firefox&path__contains=/blog`. What they select is
not decided here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..domain.filters import Filter, FilterSet, Operator
from ..domain.vocabulary import Metric

FIELDS: dict[str, tuple[Metric, Any]] = {
    "path": (Metric.PATH, _("Page")),
    "entry": (Metric.ENTRY, _("Entry page")),
    "exit": (Metric.EXIT, _("Exit page")),
    "title": (Metric.TITLE, _("Title")),
    "query": (Metric.QUERY, _("Query")),
    "channel": (Metric.CHANNEL, _("Channel")),
    "referrer": (Metric.REFERRER_DOMAIN, _("Referrer")),
    "utm_source": (Metric.UTM_SOURCE, _("UTM source")),
    "utm_medium": (Metric.UTM_MEDIUM, _("UTM medium")),
    "utm_campaign": (Metric.UTM_CAMPAIGN, _("UTM campaign")),
    "utm_content": (Metric.UTM_CONTENT, _("UTM content")),
    "utm_term": (Metric.UTM_TERM, _("UTM term")),
    "country": (Metric.COUNTRY, _("Country")),
    "region": (Metric.REGION, _("Region")),
    "city": (Metric.CITY, _("City")),
    "language": (Metric.LANGUAGE, _("Language")),
    "browser": (Metric.BROWSER, _("Browser")),
    "os": (Metric.OS, _("System")),
    "device": (Metric.DEVICE, _("Device")),
    "screen": (Metric.SCREEN, _("Screen")),
    "event": (Metric.COMPLETED, _("Event")),
    "hostname": (Metric.HOSTNAME, _("Hostname")),
    "tag": (Metric.TAG, _("Tag")),
}
"""What can be filtered by: the key in the address, the metric, and its name for people."""

KEY_OF = {metric: key for key, (metric, _name) in FIELDS.items()} | {Metric.EVENT: "event"}
"""A row of the events panel leads to the visitors who triggered the event, not to the single hits."""

OPERATORS: dict[str, tuple[Operator, Any]] = {
    "": (Operator.EQUALS, _("is")),
    "not": (Operator.NOT_EQUALS, _("is not")),
    "contains": (Operator.CONTAINS, _("contains")),
    "lacks": (Operator.NOT_CONTAINS, _("does not contain")),
}
SUFFIX_OF = {operator: suffix for suffix, (operator, _name) in OPERATORS.items()}

UNKNOWN = "~"
"""Stands for "has no value"; a text that begins with it is written with one more."""
MOST_FILTERS, MOST_VALUES, LONGEST_VALUE = 20, 50, 500


@dataclass(frozen=True, slots=True)
class Edited:
    """What a form about one filter says."""

    field: str
    suffix: str
    values: tuple[str, ...]


def pairs(filters: FilterSet) -> list[tuple[str, str]]:
    """Key and value of each part of the address that stands for *filters*."""
    return [(key_of(item), _written(value)) for item in filters for value in item.values]


def key_of(item: Filter) -> str:
    """`browser`, `path__contains`."""
    return key_for(KEY_OF[item.field], SUFFIX_OF[item.operator])


def key_for(field: str, suffix: str) -> str:
    return f"{field}__{suffix}" if suffix else field


def read(query: Mapping[str, list[str]]) -> tuple[FilterSet, list[str]]:
    """The filters in *query*, in the order of the address, and what is wrong with those that are left out."""
    filters, problems = [], []
    for key, written in query.items():
        field, _separator, suffix = key.partition("__")
        if field not in FIELDS:
            continue
        name = FIELDS[field][1]
        if suffix not in OPERATORS or ("__" in key and not suffix):
            problems.append(
                gettext("“%(key)s” is no way to filter by %(name)s.") % {"key": key, "name": name}
            )
            continue
        values = tuple(dict.fromkeys(_read_value(text) for text in written if text != "" or not suffix))
        if any(not _is_possible(value) for value in values) or len(values) > MOST_VALUES:
            problems.append(gettext("The filter by %(name)s holds a value that cannot be.") % {"name": name})
            continue
        operator = OPERATORS[suffix][0]
        if operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
            values = tuple(value for value in values if value is not None)
        if values:
            filters.append(Filter(FIELDS[field][0], values, operator))
    if len(filters) > MOST_FILTERS:
        problems.append(gettext("Only the first %(most)s filters are used.") % {"most": MOST_FILTERS})
    return tuple(filters[:MOST_FILTERS]), problems


def with_filter(filters: FilterSet, added: Filter) -> FilterSet:
    """*filters* and one more; the one of the same field and operator is replaced."""
    return (*without_filter(filters, added), added)


def without_filter(filters: FilterSet, dropped: Filter) -> FilterSet:
    """*filters* less the one of this field and operator."""
    return tuple(item for item in filters if key_of(item) != key_of(dropped))


def of_row(metric: Metric, name: str | None, country: str | None = None) -> FilterSet:
    """What a click on a row filters by: its value, and the country that a region or city lies in."""
    field = Metric.COMPLETED if metric is Metric.EVENT else metric
    own = Filter(field, (name,))
    if metric in (Metric.REGION, Metric.CITY) and country:
        return (Filter(Metric.COUNTRY, (country,)), own)
    return (own,)


def edited(query: Mapping[str, list[str]]) -> Filter | None:
    """The filter that a form sent as `edit`, `edit_how` and `edit_value`; None when it says nothing that can be."""
    field, how = (query.get(key, [""])[-1] for key in ("edit", "edit_how"))
    values = [text for text in query.get("edit_value", []) if text.strip()]
    found, _problems = read({key_for(field, how): values})
    return found[0] if found else None


def merged(items: Iterable[Filter]) -> FilterSet:
    """One filter for each field and operator, the values of all of them together."""
    kept: dict[str, Filter] = {}
    for item in items:
        key = key_of(item)
        known = kept.get(key)
        values = (*(known.values if known else ()), *item.values)
        kept[key] = replace(item, values=tuple(dict.fromkeys(values)))
    return tuple(kept.values())


def _written(value: str | None) -> str:
    if value is None:
        return UNKNOWN
    return UNKNOWN + value if value.startswith(UNKNOWN) else value


def _read_value(text: str) -> str | None:
    if text == UNKNOWN:
        return None
    return text[1:] if text.startswith(UNKNOWN * 2) else text


def _is_possible(value: str | None) -> bool:
    """PostgreSQL knows no text with a NUL in it."""
    return value is None or (len(value) <= LONGEST_VALUE and "\0" not in value)
