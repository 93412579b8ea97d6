"""The properties of events by their event, on the disk: `event_data.csv` is read before the events it belongs to."""

import json
import sqlite3
import tempfile
from decimal import Decimal
from typing import Self
from uuid import UUID

from ..domain.hits import Property
from ..domain.periods import from_micros, to_micros
from ..domain.vocabulary import DataType


class Spool:
    """A temporary file that forgets everything when it is closed."""

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="umami-import-")  # noqa: SIM115  closed with us
        self._rows = sqlite3.connect(self._file.name, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute(
            "CREATE TABLE leaf (event BLOB, place INTEGER, leaf TEXT, PRIMARY KEY (event, place)) WITHOUT ROWID"
        )
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def add(self, event: UUID, leaf: Property) -> None:
        """Keep this."""
        self._count += 1
        self._rows.execute("INSERT INTO leaf VALUES (?, ?, ?)", [event.bytes, self._count, _packed(leaf)])

    def leaves_of(self, event: UUID) -> tuple[Property, ...]:
        """The properties of an event, in the order of the file."""
        if not self._count:
            return ()
        rows = self._rows.execute("SELECT leaf FROM leaf WHERE event = ? ORDER BY place", [event.bytes])
        return tuple(_unpacked(text) for (text,) in rows)


def _packed(leaf: Property) -> str:
    number = None if leaf.number_value is None else str(leaf.number_value)
    date = None if leaf.date_value is None else to_micros(leaf.date_value)
    return json.dumps([leaf.key, int(leaf.data_type), leaf.string_value, number, date])


def _unpacked(text: str) -> Property:
    key, data_type, string, number, date = json.loads(text)
    return Property(
        key,
        DataType(data_type),
        string,
        None if number is None else Decimal(number),
        None if date is None else from_micros(date),
    )
