"""Whole numbers written into a statement. Only those that we know: what somebody sent is always a parameter."""

from collections.abc import Iterable


def listed(numbers: Iterable[int]) -> str:
    """The *numbers*, none of them a text, between the brackets of `IN (…)`.

    A driver needs longer to bind thousands of numbers than a database to look them up: 10,000 texts of PostgreSQL
    came in 11 ms instead of 68. Raises ValueError for a text.
    """
    return ", ".join([f"{number:d}" for number in numbers])
