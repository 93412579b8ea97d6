"""How long a question may occupy the database. What is answered then is a door's business.

Each statement carries what is left of the time, so that the connection is never changed and poolers that hand it to
others between two statements (PgBouncer) do no harm: `SET LOCAL` in one message with the statement on PostgreSQL,
`SET STATEMENT` on MariaDB. SQLite asks every so many steps whether to go on. MySQL takes as long as it takes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import OperationalError, connections, transaction

from .. import conf
from ..exceptions import TooSlow

STEPS = 20_000
"""Of SQLite's virtual machine, between two looks at the clock: about a millisecond."""
MARIADB_CODE, POSTGRESQL_CODE, SQLITE_TEXT = 1969, "57014", "interrupted"


@contextmanager
def bounded(seconds: float | None = None) -> Iterator[None]:
    """Questions to the traffic database in the block take *seconds* altogether, by default `STATISTICS_TIMEOUT`.

    Raises TooSlow when the time is over. A transaction of the caller goes on after it. Blocks may be nested: the
    outermost counts. Statements that write are not bounded.
    """
    settings = conf.umami_settings()
    limit = settings.STATISTICS_TIMEOUT if seconds is None else seconds
    connection: Any = connections[settings.TRAFFIC_DATABASE]
    if limit is None or any(isinstance(wrapper, _Patience) for wrapper in connection.execute_wrappers):
        yield
        return
    connection.ensure_connection()
    patience = _Patience(time.monotonic() + limit)
    around = {"sqlite": _sqlite, "postgresql": _postgresql}.get(connection.vendor)
    try:
        with (
            around(connection, patience) if around is not None else nullcontext(),
            connection.execute_wrapper(patience),
        ):
            yield
    except OperationalError as error:
        if _is_over(error):
            raise TooSlow from error
        raise


class _Patience:
    """Puts what is left of the time before each statement that reads (an execute wrapper of Django)."""

    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at

    @property
    def left_ms(self) -> int:
        return max(1, int(1000 * (self.ends_at - time.monotonic())))

    @property
    def postgresql(self) -> dict[str, str]:
        """Settings of PostgreSQL. Compiling a question takes it 150 ms, as long as many an answer (10 M hits); and to
        start a second process 20 ms: that is for questions of a second."""
        return {"statement_timeout": str(self.left_ms), "jit": "off", "parallel_setup_cost": "10000"}

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        connection = context["connection"]
        is_question = not many and sql.lstrip(" (\n").upper().startswith(("SELECT", "WITH"))
        if is_question and connection.vendor == "mysql" and connection.mysql_is_mariadb:
            sql = f"SET STATEMENT max_statement_time = {self.left_ms / 1000} FOR {sql}"
        elif is_question and connection.vendor == "postgresql" and _takes_two(context["cursor"].cursor):
            first = [f"SET LOCAL {name} = {value}" for name, value in self.postgresql.items()]
            answer = execute("; ".join([*first, sql]), params, many, context)
            for _ in first:
                context["cursor"].cursor.nextset()
            return answer
        elif is_question and connection.vendor == "postgresql" and not connection.in_atomic_block:
            # a cursor that takes one statement only (binary.py)
            with transaction.atomic(using=connection.alias), connection.cursor() as setting:
                _set(setting, self.postgresql)
                return execute(sql, params, many, context)
        return execute(sql, params, many, context)


def _takes_two(cursor: Any) -> bool:
    """Is this a cursor of psycopg that sends its text as it is? Named ones and those that bind on the server do not."""
    return hasattr(cursor, "pgresult") and not hasattr(cursor, "scrollable") and hasattr(cursor, "mogrify")


@contextmanager
def _postgresql(connection: Any, patience: _Patience) -> Iterator[None]:
    """In a transaction `SET LOCAL` would outlive the statement: a savepoint takes an error back, and the end of the
    block sets what was set before. Cursors that take one statement only get a transaction, too."""
    with connection.cursor() as cursor:
        takes_two = _takes_two(cursor.cursor)
    if takes_two and not connection.in_atomic_block:
        yield
        return
    ours = patience.postgresql
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [list(ours)])
        before = dict(cursor.fetchall())
        _set(cursor, ours)
        yield
        _set(cursor, before)


def _set(cursor: Any, settings: dict[str, str]) -> None:
    """Until the end of the transaction."""
    cursor.execute(
        "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS told(name, value)",
        [list(settings), list(settings.values())],
    )


@contextmanager
def _sqlite(connection: Any, patience: _Patience) -> Iterator[None]:
    raw = connection.connection
    raw.set_progress_handler(lambda: time.monotonic() > patience.ends_at, STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _is_over(error: OperationalError) -> bool:
    cause = error.__cause__
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    if code == POSTGRESQL_CODE or (error.args and error.args[0] == MARIADB_CODE):
        return True
    return bool(error.args) and error.args[0] == SQLITE_TEXT
