"""Event data as typed leaves, so that later questions can be asked of it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..domain.hits import Property
from ..domain.vocabulary import DataType
from .payload import clean

KEY_LENGTH = 500
VALUE_LENGTH = 500
MOST_PROPERTIES = 500
DEEPEST = 20
"""Objects nested deeper than this are leaves."""
_LARGEST = Decimal(10) ** 15
_FOUR_PLACES = Decimal("0.0001")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def properties(data: Any) -> tuple[Property, ...]:
    """The leaves of the object *data*, depth first, nested keys joined with a dot; () for anything else.

    Arrays and null are leaves. Keys and texts are cut to 500 characters, and at most 500 leaves are kept.
    Source: v3 reference 3.6.
    """
    if not isinstance(data, dict):
        return ()
    leaves: list[Property] = []
    for key, value in _leaves("", data, DEEPEST):
        if len(leaves) == MOST_PROPERTIES:
            break
        leaves.append(_property(clean(key, KEY_LENGTH), value))
    return tuple(leaves)


def _leaves(prefix: str, data: dict[str, Any], levels: int) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict) and levels > 1:
            yield from _leaves(name, value, levels - 1)
        else:
            yield name, value


def _property(key: str, value: Any) -> Property:
    match value:
        case bool():
            return Property(key, DataType.BOOLEAN, "true" if value else "false")
        case int() | float():
            return _number(key, value)
        case str():
            return _text(key, clean(value, VALUE_LENGTH))
        case _:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            return Property(key, DataType.ARRAY, clean(text, VALUE_LENGTH))


def _number(key: str, value: int | float) -> Property:
    """A number with four decimals; one that the column cannot hold keeps its text only."""
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= _LARGEST:
        return Property(key, DataType.NUMBER, str(value)[:VALUE_LENGTH])
    number = number.quantize(_FOUR_PLACES, ROUND_HALF_UP)
    return Property(key, DataType.NUMBER, str(number), number_value=number)


def _text(key: str, value: str) -> Property:
    if _MOMENT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return Property(key, DataType.STRING, value)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Property(key, DataType.DATE, text, date_value=moment)
    return Property(key, DataType.STRING, value)
