"""Accepted hits become rows. One place, used by every door."""

from collections.abc import Sequence

from django.db import connections

from ..conf import umami_settings
from ..domain.hits import Hit, Identification
from . import commit
from .rows import write

__all__ = ["is_stalled", "store", "write"]


def store(hits: Sequence[Hit], identifications: Sequence[Identification] = ()) -> None:
    """Store what a door accepted, the way the host chose; when this returns it survives the end of the process.

    Inside a transaction on the traffic database it is part of that. Raises StoreUnavailable or DatabaseError.
    """
    if not hits and not identifications:
        return
    if connections[umami_settings().TRAFFIC_DATABASE].in_atomic_block:
        write(hits, identifications)
    else:
        commit.store(hits, identifications)


def is_stalled() -> bool:
    """Is storing held up for so long that a door should turn hits away at once?"""
    return commit.is_stalled()
