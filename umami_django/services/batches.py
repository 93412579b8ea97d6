"""A batch of something long: in our turn, in a short transaction, and then a rest. What is done in it is elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from ..writers import connection as own
from ..writers.rows import write_transaction


@contextmanager
def batch(using: str) -> Iterator[None]:
    """A transaction through the process's own connection, which on SQLite waits for its turn like all who collect.

    Afterwards nothing happens for as long as it took: others have the database, too. Inside a transaction of the host's
    it is part of that, without a rest.
    """
    if connections[using].in_atomic_block:
        with write_transaction(using):
            yield
        return
    began = time.monotonic()
    with own.own_connection.in_use(using), write_transaction(using):
        yield
    time.sleep(time.monotonic() - began)
