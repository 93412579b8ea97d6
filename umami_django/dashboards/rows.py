"""One line of a ranking as it is drawn: its label and picture, its number and share, and the filter behind it."""

from dataclasses import dataclass

from ..domain.answers import Row
from ..domain.vocabulary import Metric
from . import filter_keys
from .asked import Asked
from .icons import Icon, icon_of
from .labels import shown_name
from .numbers import grouped, share


@dataclass(frozen=True, slots=True)
class PanelRow:
    """`percent` is the length of its bar, of the longest."""

    label: str
    icon: Icon | None
    href: str
    count: str
    share: str
    percent: str


def panel_rows(question: Asked, metric: Metric, rows: list[Row], total: int) -> list[PanelRow]:
    """*rows* of a ranking; *total* is what their shares are taken of."""
    most = max((row.count for row in rows), default=0)
    return [
        PanelRow(
            label=shown_name(metric, row.name),
            icon=icon_of(metric, row.name, row.country),
            href=row_link(question, metric, row.name, row.country),
            count=grouped(row.count),
            share=share(row.count, total),
            percent=bar(row.count, most),
        )
        for row in rows
    ]


def row_link(question: Asked, metric: Metric, name: str | None, country: str | None) -> str:
    """The dashboard, filtered by this row."""
    return question.link(question.state.filtered(*filter_keys.of_row(metric, name, country)))


def bar(count: float, most: float) -> str:
    """How long a bar is in percent of the longest one, with a dot whatever the language is."""
    return f"{100 * count / most:.1f}" if most else "0"
