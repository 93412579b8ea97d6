"""Accepted hits become rows. One place, used by every door."""

from .rows import write

__all__ = ["write"]
