"""One condition on traffic, and a set of conditions that must all hold.

Which hits they select, `HitQuerySet.matching` says.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from .vocabulary import COMPUTED_METRICS, SESSION_METRICS, Metric


class Operator(StrEnum):
    """How a value is compared, on every database alike."""

    EQUALS = "eq"
    """Is one of the values, byte for byte."""
    NOT_EQUALS = "neq"
    CONTAINS = "c"
    """Contains one of the values; letter case is ignored as `spellings` says."""
    NOT_CONTAINS = "dnc"
    CONTAINS_EXACTLY = "ce"
    """Contains one of the values, byte for byte (v1)."""


POSITIVE = {Operator.NOT_EQUALS: Operator.EQUALS, Operator.NOT_CONTAINS: Operator.CONTAINS}
"""What a negative operator denies."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep what fulfils *field* compared with any of *values*; None among them stands for "has no value".

    A negative operator keeps exactly what its positive one drops: "is not Chrome" keeps unknown browsers, too.
    """

    field: Metric
    values: tuple[str | None, ...]
    operator: Operator = Operator.EQUALS

    @property
    def is_about_session(self) -> bool:
        """True when the field is an attribute of the session."""
        return self.field in SESSION_METRICS

    @property
    def keeps_whole_visits(self) -> bool:
        """True when all hits of a visit fare alike."""
        return self.is_about_session or self.field in COMPUTED_METRICS

    @property
    def is_negative(self) -> bool:
        """True when the operator denies."""
        return self.operator in POSITIVE

    @property
    def positive(self) -> "Filter":
        """The filter that this one denies; itself when it denies nothing."""
        return replace(self, operator=POSITIVE.get(self.operator, self.operator))

    @property
    def texts(self) -> tuple[str, ...]:
        """The values that are texts."""
        return tuple(value for value in self.values if value is not None)

    @property
    def wants_unknown(self) -> bool:
        """Is "has no value" among the values?"""
        return None in self.values


FilterSet = tuple[Filter, ...]
"""Conditions that must all hold; the empty tuple keeps everything."""


def spellings(text: str) -> tuple[str, ...]:
    """What to look for, A to Z as a to z, so that letter case does not count.

    Databases differ in how they fold letters beyond A to Z, so only those are folded there; for all others the text is
    looked for as typed, in small, in capital letters and with capital initials. `über` finds `ÜBER` and `Über`,
    but not an `Ü` within a word of small letters.
    """
    forms = (text, text.lower(), text.upper(), text.title(), text.capitalize())
    return tuple(dict.fromkeys(ascii_lower(form) for form in forms))


def ascii_lower(text: str) -> str:
    """*text* with A to Z as a to z and nothing else changed."""
    return text.translate(_ASCII_LOWER)


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
