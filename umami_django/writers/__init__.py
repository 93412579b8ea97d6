"""Accepted hits become rows. One place, used by every door."""

from collections.abc import Sequence

from django.db import DatabaseError

from ..conf import JOURNAL, umami_settings
from ..databases.opened import is_in_transaction
from ..domain.hits import Hit, Identification
from ..exceptions import StoreUnavailable
from . import commit, journal
from .commit import is_stalled
from .figures import figures, note_error
from .rows import write

__all__ = ["figures", "is_stalled", "store", "write"]


def store(hits: Sequence[Hit], identifications: Sequence[Identification] = ()) -> None:
    """Store what a door accepted, the way the host chose; when this returns it survives the end of the process.

    Inside a transaction on the traffic database it is part of that. Raises StoreUnavailable or DatabaseError.
    """
    if not hits and not identifications:
        return
    settings = umami_settings()
    try:
        if is_in_transaction(settings.TRAFFIC_DATABASE):
            write(hits, identifications, limited=True)
        elif settings.COLLECT_WRITER == JOURNAL:
            journal.store(hits, identifications)
        else:
            commit.store(hits, identifications)
    except (StoreUnavailable, DatabaseError) as error:
        note_error(error)
        raise
