"""How storing goes in this process, for a command or a page that shows it."""

from dataclasses import dataclass

from django.utils import timezone

from ..conf import umami_settings
from ..exceptions import StoreUnavailable
from . import commit, journal
from .loader_state import State, last_state


@dataclass(frozen=True, slots=True)
class Figures:
    """What the writer tells of itself."""

    writer: str
    """The value of `UMAMI["COLLECT_WRITER"]`."""
    waiting: int
    """Hits of this process that wait for the database."""
    last_error: str | None
    """The latest failure of this process, and when."""
    journal_bytes: int = 0
    """Of all processes of this host; what is loaded but not deleted yet included."""
    loader: State | None = None
    """What the process that loads the journal last told."""


_last_error: str | None = None


def note_error(error: Exception) -> None:
    """*error* kept a hit from being stored."""
    global _last_error
    _last_error = f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC {type(error).__name__}: {error}".strip()


def figures() -> Figures:
    """The figures at this moment. No query."""
    try:
        directory = journal.directory()
    except StoreUnavailable:
        directory = None
    return Figures(
        writer=umami_settings().COLLECT_WRITER,
        waiting=commit.waiting(),
        last_error=_last_error,
        journal_bytes=journal.size(directory) if directory else 0,
        loader=last_state(directory) if directory else None,
    )
