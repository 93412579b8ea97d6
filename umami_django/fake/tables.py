"""Millions of rows into the traffic tables, the quickest way of each database. What the rows say is made elsewhere."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self

from django.core.management.color import no_style
from django.db import connections
from django.db.models import Max, Model

from ..domain.hits import HIT_TERMS
from ..models import EventData, Session, StoredHit, Term
from ..writers.bulk import Row, insert_rows

HIT_COLUMNS = (
    *("id", "created_at", "session_id", "visit_id", "website_id", "kind"),
    *(f"{column}_id" for column in HIT_TERMS),
)
"""A hit's own columns first, then those of its sight."""
INDEXED = (StoredHit, Session, EventData)
ROWS_AT_ONCE = 10_000
CHARACTERS_AT_ONCE = 1_000_000
MOST_WAITING = 4
"""Parts (a day of one table each) that wait to be sent."""


class Tables:
    """The traffic tables of a database, for one that fills them alone. Use inside a transaction, as a context manager:
    all is written at the end of the block.

    Rows come in two parts: numbers of their own, and a `tail`, the columns that they share with many others.
    """

    def __init__(self, using: str) -> None:
        self.using = using
        self.connection: Any = connections[using]
        self.connection.ensure_connection()
        self._copies = self.connection.vendor == "postgresql" and hasattr(
            self.connection.connection, "pipeline"
        )
        self._sender = ThreadPoolExecutor(max_workers=1)
        self._sent: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        """Let nobody else write hits before the end of the transaction, where the database can; ids are given here."""
        if self.connection.vendor == "postgresql":
            with self.connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {self._name(StoredHit)} IN SHARE ROW EXCLUSIVE MODE")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._wait(0)
            self._finish()
        self._sender.shutdown(cancel_futures=True)

    def next_hit_id(self) -> int:
        """One more than any hit has."""
        highest: int | None = StoredHit.objects.using(self.using).aggregate(highest=Max("id"))["highest"]
        return (highest or 0) + 1

    def tail(self, values: Row) -> Any:
        """*values*, the last columns of many rows, as `hits` and `rows` take them."""
        return _line(values) if self._copies else tuple(values)

    def hits(self, first_id: int, hits: Sequence[tuple[int, int, int, int]], tails: Sequence[Any]) -> None:
        """Hits with ids from *first_id* on; the last number of each is that of its tail."""
        numbered = enumerate(hits, start=first_id)
        if self._copies:
            lines = [
                f"{number}\t{moment}\t{session}\t{visit}\t{tails[sight]}"
                for number, (moment, session, visit, sight) in numbered
            ]
            self._copy(StoredHit, HIT_COLUMNS, lines)
            return
        rows = [
            (number, moment, session, visit, *tails[sight])
            for number, (moment, session, visit, sight) in numbered
        ]
        self._insert(StoredHit, HIT_COLUMNS, rows)

    def rows(self, model: type[Model], columns: Sequence[str], rows: Sequence[tuple[Row, Any]]) -> None:
        """Rows of any of the tables, each with its tail."""
        if self._copies:
            self._copy(model, columns, [f"{_line(own)}\t{tail}" for own, tail in rows])
        else:
            self._insert(model, columns, [(*own, *tail) for own, tail in rows])

    @contextmanager
    def indexes_at_the_end(self) -> Iterator[None]:
        """Without indexes in the block, and made after it: sorting once is quicker than ten million searches."""
        editor = self.connection.schema_editor()
        indexes = [(model, index) for model in INDEXED for index in model._meta.indexes]
        with self.connection.cursor() as cursor:
            for _, index in indexes:
                cursor.execute(f"DROP INDEX {self.connection.ops.quote_name(index.name)}")
            yield
            self._wait(0)
            for model, index in indexes:
                cursor.execute(str(index.create_sql(model, editor)))

    def _insert(self, model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            insert_rows(model, columns, rows[start : start + ROWS_AT_ONCE], self.using)

    def _copy(self, model: type[Model], columns: Sequence[str], lines: Sequence[str]) -> None:
        """Hand *lines* to the thread that sends: the server stores them while the next ones are made."""
        if not lines:
            return
        names = ", ".join(self.connection.ops.quote_name(column) for column in columns)
        statement = f"COPY {self._name(model)} ({names}) FROM STDIN"
        self._wait(MOST_WAITING)
        self._sent.append(self._sender.submit(self._send, statement, "\n".join(lines) + "\n"))

    def _send(self, statement: str, text: str) -> None:
        """By the driver's own connection: Django's belongs to the thread that opened it."""
        with self.connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(text), CHARACTERS_AT_ONCE):
                copy.write(text[start : start + CHARACTERS_AT_ONCE])

    def _wait(self, most: int) -> None:
        """Until no more than *most* parts wait to be stored; raises what went wrong with one."""
        while len(self._sent) > most:
            self._sent.popleft().result()

    def _finish(self) -> None:
        """The database gives ids beyond those that were given here, and its planner knows what there is."""
        statements = self.connection.ops.sequence_reset_sql(no_style(), [StoredHit])
        if self.connection.vendor == "postgresql":
            statements += [f"ANALYZE {self._name(model)}" for model in (*INDEXED, Term)]
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _name(self, model: type[Model]) -> str:
        return self.connection.ops.quote_name(model._meta.db_table)


def _line(values: Row) -> str:
    return "\t".join([_field(value) for value in values])


def _field(value: Any) -> str:
    """A value in the text format of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace("\t", "\\t")
        return text.replace("\n", "\\n").replace("\r", "\\r")
    return str(value)
