"""Tables that nothing is brought from, and how many rows they have."""

from collections.abc import Collection

from .connection import Reader

BOOKKEEPING = {"_prisma_migrations"}


def other_tables(reader: Reader, known: Collection[str]) -> dict[str, int]:
    """The number of rows of each table that is not *known*, by its name."""
    return {
        table: reader.number(f"SELECT COUNT(*) FROM {reader.quote(table)}")
        for table in sorted(reader.columns)
        if table not in known and table not in BOOKKEEPING
    }
