"""The filters as chips above the numbers: what each says, and how it is changed or taken away."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.filters import Filter, Operator
from . import filter_keys
from .asked import Asked
from .labels import shown_name

Choice = tuple[str, str, bool]
"""Value, label, is it the chosen one."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter; `kept` are the other parts of the address, for its form."""

    field: str
    field_name: str
    how: str
    text: str
    remove_href: str
    kept: list[tuple[str, str]]
    hows: list[Choice]
    values: list[tuple[str, str]]
    """As written in the address, and as people read them."""
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Chips:
    chips: list[Chip]
    clear_href: str
    kept: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    hows: list[Choice]


def chips(question: Asked) -> Chips:
    """Every filter of the reader, and what the form that adds one needs. No query."""
    state = question.state
    return Chips(
        chips=[_chip(question, item) for item in state.filters],
        clear_href=question.link(replace(state, filters=())),
        kept=state.pairs(),
        fields=[(key, str(name)) for key, (_metric, name) in filter_keys.FIELDS.items()],
        hows=_hows(Operator.EQUALS),
    )


def _chip(question: Asked, item: Filter) -> Chip:
    field = filter_keys.KEY_OF[item.field]
    suffix = filter_keys.SUFFIX_OF[item.operator]
    rest = question.state.without(item)
    is_exact = item.operator in (Operator.EQUALS, Operator.NOT_EQUALS)
    labels = [shown_name(item.field, value) if is_exact else str(value) for value in item.values]
    written = [value for _key, value in filter_keys.pairs((item,))]
    return Chip(
        field=field,
        field_name=str(filter_keys.FIELDS[field][1]),
        how=str(filter_keys.OPERATORS[suffix][1]),
        text=_listed(labels),
        remove_href=question.link(rest),
        kept=rest.pairs(),
        hows=_hows(item.operator),
        values=list(zip(written, labels, strict=True)),
        is_exact=is_exact,
    )


def _listed(labels: list[str]) -> str:
    if len(labels) > 3:
        count = len(labels) - 1
        text = ngettext("%(first)s and %(count)d more", "%(first)s and %(count)d more", count)
        return text % {"first": labels[0], "count": count}
    return _(" or ").join(labels)


def _hows(chosen: Operator) -> list[Choice]:
    return [
        (suffix, str(name), operator is chosen) for suffix, (operator, name) in filter_keys.OPERATORS.items()
    ]
