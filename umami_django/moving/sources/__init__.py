"""Umami's databases, one module for each family of schemas; which one it is, its tables tell."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..values import CannotRead, Source
from . import modern, v1
from .connection import Reader, reading

FAMILIES = (v1, modern)
SHOWN_TABLES = 20


@contextmanager
def opened(url: str) -> Iterator[Source]:
    """The Umami database at *url*, read only. Raises CannotRead, also when it is none that is known."""
    with reading(url) as reader:
        yield source_of(reader)


def source_of(reader: Reader) -> Source:
    """What can read these tables. Raises CannotRead, naming what was found."""
    complaints = []
    for family in FAMILIES:
        missing = {
            table: sorted(columns - reader.columns.get(table, frozenset()))
            for table, columns in family.NEEDS.items()
        }
        if not any(missing.values()):
            return family.source(reader)
        if all(table in reader.columns for table in family.NEEDS):
            lacks = "; ".join(f"{table}: {', '.join(names)}" for table, names in missing.items() if names)
            complaints.append(f"It looks like {family.NAME}, but columns are missing ({lacks}).")
    found = sorted(reader.columns)
    shown = ", ".join(found[:SHOWN_TABLES]) + (", …" if len(found) > SHOWN_TABLES else "")
    raise CannotRead(
        " ".join(
            [
                "This is no Umami database of a version that is known (1.0 to 1.40, 2, 3).",
                *complaints,
                f"Tables found: {shown or 'none'}.",
            ]
        )
    )
