"""One condition on traffic, and a set of conditions that must all hold."""

from dataclasses import dataclass
from enum import StrEnum

from .vocabulary import SESSION_METRICS, Metric


class Operator(StrEnum):
    """How a value is compared: byte for byte, on every database."""

    EQUALS = "eq"
    CONTAINS = "c"


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep the hits whose *field* (or whose session's field) compares true with *value*."""

    field: Metric
    value: str
    operator: Operator = Operator.EQUALS

    @property
    def is_about_session(self) -> bool:
        """True when the field is an attribute of the session."""
        return self.field in SESSION_METRICS


FilterSet = tuple[Filter, ...]
"""Conditions that must all hold; the empty tuple keeps everything."""
