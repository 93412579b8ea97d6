"""What every family is asked alike: tables that nothing is brought from, sessions that are not there."""

from collections.abc import Collection, Sequence

from .connection import Reader

BOOKKEEPING = {"_prisma_migrations"}


def other_tables(reader: Reader, known: Collection[str]) -> dict[str, int]:
    """The number of rows of each table that is not *known*, by its name."""
    return {
        table: reader.number(f"SELECT COUNT(*) FROM {reader.quote(table)}")
        for table in sorted(reader.columns)
        if table not in known and table not in BOOKKEEPING
    }


def lost_sessions(tables: Sequence[str], condition: str) -> str:
    """The statement that counts sessions of rows in *tables* that have no row with a time."""
    rows = " UNION ".join(
        f"SELECT DISTINCT r.session_id FROM {table} r "
        "LEFT JOIN session s ON s.session_id = r.session_id AND s.created_at IS NOT NULL "
        f"WHERE {condition} AND s.session_id IS NULL"
        for table in tables
    )
    return f"SELECT COUNT(*) FROM ({rows}) AS lost"
