"""What differs by database: whole units, texts that contain others. And local time, which does not."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from django.db.models import BigIntegerField, BooleanField, Case, Expression, F, Func, TextField, Value, When

from ..domain import periods
from ..domain.periods import MONDAY_US, WIDTH_US, OffsetSpan, from_micros
from ..domain.vocabulary import Unit


class WholeUnits(Func):
    """How often the second number fits into the first, as a whole number; both must not be negative."""

    arg_joiner = " / "
    template = "(%(expressions)s)"
    arity = 2
    output_field = BigIntegerField()

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" DIV ", **context)


class Difference(Func):
    """The first number less the second."""

    arg_joiner = " - "
    template = "(%(expressions)s)"
    arity = 2
    output_field = BigIntegerField()


class Total(Func):
    """The first number and the second."""

    arg_joiner = " + "
    template = "(%(expressions)s)"
    arity = 2
    output_field = BigIntegerField()


class ContainsText(Func):
    """Does the first text contain the second, byte for byte? No wildcards; letter case counts."""

    template = "(INSTR(%(expressions)s) > 0)"
    arity = 2
    output_field = BooleanField()
    conditional = True

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(STRPOS(%(expressions)s) > 0)", **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        haystack, needle = self.get_source_expressions()
        clone = self.copy()
        clone.set_source_expressions([BinaryText(haystack), BinaryText(needle)])
        return clone.as_sql(compiler, connection, **context)


class ExactText(Func):
    """A text that groups and sorts by its bytes in UTF-8. MariaDB gives it back as bytes."""

    template = "%(expressions)s"
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s COLLATE "C")', **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS BINARY)", **context)


class AsciiLower(Func):
    """A text with A to Z as a to z and nothing else changed: what every database can do alike."""

    function = "LOWER"
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='LOWER(%(expressions)s COLLATE "C")', **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """MariaDB has no LOWER that leaves other letters alone."""
        (text,) = self.get_source_expressions()
        clone = self.copy()
        clone.set_source_expressions([BinaryText(text)])
        opening = "REPLACE(" * len(ascii_uppercase)
        closing = "".join(f", '{letter}', '{letter.lower()}')" for letter in ascii_uppercase)
        return clone.as_sql(compiler, connection, template=f"{opening}%(expressions)s{closing}", **context)


class PairIn(Func):
    """Are the first two numbers, as a pair, among the rows of the third, a subquery of two columns?"""

    arity = 3
    output_field = BooleanField()
    conditional = True

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        (one, two, rows), params = zip(*compiled, strict=True)
        return f"(({one}, {two}) IN {rows})", [value for part in params for value in part]


class PairOfTermIn(Func):
    """Are the first two numbers, as a pair, in a row of the third whose `term` is among the rows of the fourth?

    The third is a subquery of session_id, visit_id, term; the fourth one of terms. (Where a filter compares a window
    with a subquery, Django 5.2 takes the first row of the subquery for all of it.)
    """

    arity = 4
    output_field = BooleanField()
    conditional = True

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        (one, two, rows, terms), params = zip(*compiled, strict=True)
        pairs = f"SELECT pairs.session_id, pairs.visit_id FROM {rows} pairs WHERE pairs.term IN {terms}"  # noqa: S608
        return f"(({one}, {two}) IN ({pairs}))", [value for part in params for value in part]


class Remainder(Func):
    """What is left of the first number when the second is taken away as often as possible."""

    arg_joiner = " %% "
    template = "(%(expressions)s)"
    arity = 2
    output_field = BigIntegerField()


class SameText(Func):
    """Are both texts equal, byte for byte?"""

    arg_joiner = " = "
    template = "(%(expressions)s)"
    arity = 2
    output_field = BooleanField()
    conditional = True

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        clone = self.copy()
        clone.set_source_expressions([BinaryText(text) for text in self.get_source_expressions()])
        return clone.as_sql(compiler, connection, **context)


class BinaryText(Func):
    """A text as bytes (MariaDB), so that letter case and accents count."""

    template = "CAST(%(expressions)s AS BINARY)"
    output_field = BooleanField()


def local_time(spans: Sequence[OffsetSpan]) -> Expression:
    """`created_at` as local clock microseconds, given the offsets of the time zone during the period."""
    *earlier, last = spans
    cases = [
        When(created_at__lt=from_micros(following.since_us), then=Value(span.offset_us))
        for span, following in zip(earlier, spans[1:], strict=True)
    ]
    offset: Expression = Value(last.offset_us)
    if cases:
        offset = Case(*cases, default=offset, output_field=BigIntegerField())
    return Total(F("created_at"), offset)


def bucket(local: Expression, unit: Unit, month_starts: Sequence[int] = ()) -> Expression:
    """The number of the bucket that the time *local* falls in; `bucket_start` turns it back.

    Minutes, hours, days and weeks are counted from 1970; months and years are positions in *month_starts*.
    """
    if unit in (Unit.MONTH, Unit.YEAR):
        # newest first: most traffic is recent, and a CASE stops at its first match
        positions = reversed(list(enumerate(month_starts)))
        return Case(
            *(When(AtLeast(local, Value(start)), then=Value(position)) for position, start in positions),
            default=Value(0),
            output_field=BigIntegerField(),
        )
    since_monday = Total(local, Value(MONDAY_US)) if unit is Unit.WEEK else local
    return WholeUnits(since_monday, Value(WIDTH_US[unit]))


def in_byte_order(column: str, vendor: str) -> str:
    """The SQL that sorts *column*, a text, by its bytes in UTF-8."""
    match vendor:
        case "postgresql":
            return f'{column} COLLATE "C"'
        case "mysql":
            return f"CAST({column} AS BINARY)"
        case _:
            return column


class AtLeast(Func):
    """Is the first number at least the second?"""

    arg_joiner = " >= "
    template = "(%(expressions)s)"
    arity = 2
    output_field = BooleanField()
    conditional = True


def bucket_start(number: int, unit: Unit, month_starts: Sequence[int] = ()) -> int:
    """Local clock microseconds at which bucket *number* begins."""
    if unit in (Unit.MONTH, Unit.YEAR):
        return month_starts[number]
    return periods.bucket_start(number, unit)
