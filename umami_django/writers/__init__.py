"""Accepted hits become rows. One place, used by every door."""

from collections.abc import Sequence

from django.db import DatabaseError, connections

from ..conf import JOURNAL, umami_settings
from ..domain.hits import Hit, Identification
from ..exceptions import StoreUnavailable
from . import commit, journal
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
        if connections[settings.TRAFFIC_DATABASE].in_atomic_block:
            write(hits, identifications, limited=True)
        elif settings.COLLECT_WRITER == JOURNAL:
            journal.store(hits, identifications)
        else:
            commit.store(hits, identifications)
    except (StoreUnavailable, DatabaseError) as error:
        note_error(error)
        raise


def is_stalled() -> bool:
    """Is storing held up for so long that a door should turn hits away at once?"""
    return commit.is_stalled()
