"""What one look at the installation found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How bad it is; the number is the exit code of `umami_doctor`."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one concern, with the figures behind it (JSON types)."""

    concern: str
    level: Level
    message: str
    figures: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[datetime], Finding]
"""Looks at one concern at a moment (aware UTC). Raises DatabaseError where the database does not answer."""


def ok(concern: str, message: str, **figures: Any) -> Finding:
    """All is well."""
    return Finding(concern, Level.OK, message, figures)


def warn(concern: str, message: str, **figures: Any) -> Finding:
    """Somebody should look at it, some day."""
    return Finding(concern, Level.WARN, message, figures)


def error(concern: str, message: str, **figures: Any) -> Finding:
    """Somebody should look at it now."""
    return Finding(concern, Level.ERROR, message, figures)
