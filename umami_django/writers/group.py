"""What waits together is written together: the first waiting request leads, and writes for all of its process.

No thread, no lingering, nothing to drain at the end and nothing to start after a fork. Source: design, section 6.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from ..domain.hits import Hit, Identification
from ..exceptions import StoreUnavailable

MOST_WAITING = 5_000
"""Hits that may wait in one process; whoever comes then is asked to come again."""
MOST_AT_ONCE = 1_000
PATIENCE_S = 5.0
"""A request waits this long; and while one batch takes longer, nobody joins those who wait."""


class Ticket:
    """What one request wants to be stored, and what came of it."""

    __slots__ = ("_called", "error", "hits", "identifications", "is_leader")

    def __init__(self, hits: Sequence[Hit], identifications: Sequence[Identification]) -> None:
        self.hits = hits
        self.identifications = identifications
        self.is_leader = False
        self.error: BaseException | None = StoreUnavailable()
        """Until the hits are stored, that they are not."""
        self._called = Lock()
        self._called.acquire()

    def __len__(self) -> int:
        return len(self.hits) + len(self.identifications)

    def call(self) -> None:
        """Wake the request up."""
        self._called.release()

    def wait(self, seconds: float) -> bool:
        """Until called; False when nobody called in time."""
        return self._called.acquire(timeout=seconds)


Write = Callable[[Sequence[Ticket]], None]
"""Stores all tickets and sets the error of each: None for a stored one."""


class Group:
    """The requests of one process that wait for their hits to be stored."""

    def __init__(
        self, write: Write, *, most_waiting: int = MOST_WAITING, patience_s: float = PATIENCE_S
    ) -> None:
        self._write = write
        self._most_waiting = most_waiting
        self._patience_s = patience_s
        self._lock = Lock()
        self._waiting: deque[Ticket] = deque()
        self._is_led = False
        self._writing_since: float | None = None
        self.size = 0
        """Hits and identifications that wait now."""

    def is_stalled(self) -> bool:
        """Has the batch that is being written taken longer than anybody should wait?"""
        since = self._writing_since
        return since is not None and time.monotonic() - since > self._patience_s

    def store(self, hits: Sequence[Hit], identifications: Sequence[Identification]) -> None:
        """Return when everything is committed. Raises StoreUnavailable when too many wait or it takes too long, and
        whatever the database raised."""
        ticket = Ticket(hits, identifications)
        with self._lock:
            if self.is_stalled() or (self.size and self.size + len(ticket) > self._most_waiting):
                raise StoreUnavailable
            self._waiting.append(ticket)
            self.size += len(ticket)
            ticket.is_leader = not self._is_led
            self._is_led = True
        if not ticket.is_leader and not ticket.wait(self._patience_s):
            self._leave(ticket)
        if ticket.is_leader:
            self._lead()
        if ticket.error is not None:
            raise ticket.error

    def _lead(self) -> None:
        """Write what waits now, one's own ticket first, and call the next leader."""
        with self._lock:
            tickets = self._taken()
            self._writing_since = time.monotonic()
        try:
            self._write(tickets)
        finally:
            with self._lock:
                self._writing_since = None
                following = self._waiting[0] if self._waiting else None
                if following is None:
                    self._is_led = False
                else:
                    following.is_leader = True
            for ticket in tickets[1:]:
                ticket.call()
            if following is not None:
                following.call()

    def _taken(self) -> list[Ticket]:
        tickets = [self._waiting.popleft()]
        size = len(tickets[0])
        while self._waiting and size + len(self._waiting[0]) <= MOST_AT_ONCE:
            tickets.append(self._waiting.popleft())
            size += len(tickets[-1])
        self.size -= size
        return tickets

    def _leave(self, ticket: Ticket) -> None:
        """Give up waiting. Whoever was called to lead meanwhile leads all the same."""
        with self._lock:
            if ticket.is_leader:
                return
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self.size -= len(ticket)
