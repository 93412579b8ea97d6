"""Is the extra `fast` (numpy) installed? With it columns are built and read (columns.py); answers are the same."""

from functools import cache
from importlib.util import find_spec


@cache
def is_installed() -> bool:
    """True when columns can be built and read here."""
    return find_spec("numpy") is not None
