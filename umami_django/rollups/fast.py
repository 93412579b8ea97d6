"""Is the extra `fast` (numpy) installed, and which columns it builds and reads (columns.py). Answers are the same."""

from functools import cache
from importlib.util import find_spec

BASE, TIME, ATTRIBUTES, VISITS, SESSIONS = 101, 102, 103, 104, 105
"""Codes of columns; those of terms are called by their TermKind and hold of each hit a term, 0 for none.

BASE: of each hit its piece and its kind; of each *piece*, the hits of one visit in one unit, how much further on its
session is than that of the piece before. TIME: of each hit the microseconds since the one before, of the first since
the unit began. ATTRIBUTES: of each session of the unit the terms of SESSION_DIMENSIONS. VISITS: of each piece the id of
its visit. SESSIONS: of each session its key."""


@cache
def is_installed() -> bool:
    """True when columns can be built and read here."""
    return find_spec("numpy") is not None
