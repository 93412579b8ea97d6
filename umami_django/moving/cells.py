"""Single values of a file, checked: texts, moments, uuids, numbers; and cells that no spreadsheet executes."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from ..domain.periods import EPOCH
from ..ingest.identity import session_key
from .broken import Wrong, shown

LONGEST_TEXT = 4_000
LONGEST_DATA = 1_048_576
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""With these a cell begins that a spreadsheet takes for a formula; the last four are those of East Asian keyboards."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LARGEST = Decimal(10) ** 15
_VISITS = 0x756D616D692D << 80 | 0x8 << 76 | 0x2 << 62
"""A uuid of version 8 whose first six bytes are `umami-`."""
_LOW = (1 << 62) - 1


def defused(text: str) -> str:
    """*text* as a cell that no spreadsheet executes: an apostrophe before what could be a formula, as Umami does; and
    before an apostrophe, so that `armed` gives back exactly what was there."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def armed(cell: str) -> str:
    """The text of a cell that `defused` or Umami wrote."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*FORMULA, "'")) else cell


def checked_text(column: str, text: str, longest: int = LONGEST_TEXT) -> str:
    """*text*, which can be stored. Raises Wrong."""
    if len(text) > longest:
        raise Wrong(column, f"is longer than {longest:,} characters")
    if found := _UNSTORABLE.search(text):
        raise Wrong(column, f"holds a character that cannot be stored ({found[0]!a})")
    return text


def uuid(column: str, text: str) -> UUID:
    """A uuid with or without hyphens. Raises Wrong."""
    try:
        return UUID(text)
    except ValueError:
        raise Wrong(column, f"{shown(text)} is no uuid") from None


def moment(column: str, text: str) -> datetime:
    """A moment in ISO 8601 or as databases write it; UTC unless it names its offset. Raises Wrong."""
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(column, f"{shown(text)} is no time such as 2026-01-31T12:00:00.000000Z") from None
    if found < EPOCH:
        raise Wrong(column, f"{shown(text)} is before 1970")
    return found


def moment_text(moment: datetime) -> str:
    """Exact to the microsecond, in UTC."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def number(column: str, text: str) -> Decimal:
    """A number as the column of data holds it. Raises Wrong."""
    try:
        found = Decimal(text)
        if found.is_finite() and abs(found) < _LARGEST:
            return found.quantize(Decimal("0.0001"))
    except InvalidOperation:
        pass
    raise Wrong(column, f"{shown(text)} is no number below 10¹⁵")


def visit_uuid(visit_id: int) -> UUID:
    """A visit in the form that Umami's columns have. `visit_number` gives the number back."""
    return UUID(int=_VISITS | (visit_id >> 62) << 64 | visit_id & _LOW)


def visit_number(uuid: UUID) -> int:
    """The visit of a file: the number that `visit_uuid` wrote, 63 bits of a digest of any other."""
    if uuid.int >> 76 == _VISITS >> 76 and uuid.int >> 62 & 0x3 == 0x2:
        return (uuid.int >> 64 & 1) << 62 | uuid.int & _LOW
    return session_key(uuid)
