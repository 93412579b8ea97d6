"""The six numbers at the top, with their change; each is a link that puts it on the chart."""

from dataclasses import dataclass, replace

from ..domain.answers import Summary
from .asked import Asked
from .definitions import DEFINITIONS
from .numbers import TITLES, Change, change, short, value_of, written


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the period."""

    key: str
    title: str
    hint: str
    value: str
    exact: str
    before: str
    """The number it is compared with; empty without a comparison."""
    change: Change
    is_charted: bool
    href: str


def cards(question: Asked, now: Summary, before: Summary | None) -> list[Card]:
    """All six, for the numbers of the period and of the one it is compared with."""
    return [_card(question, key, now, before) for key in TITLES]


def _card(question: Asked, key: str, now: Summary, before: Summary | None) -> Card:
    value = value_of(key, now)
    earlier = None if before is None else value_of(key, before)
    return Card(
        key=key,
        title=str(TITLES[key]),
        hint=str(DEFINITIONS[key]),
        value=short(key, value),
        exact=written(key, value),
        before="" if before is None else written(key, earlier),
        change=change(key, value, earlier),
        is_charted=question.state.card == key,
        href=question.link(replace(question.state, card=key)),
    )
