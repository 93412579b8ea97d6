"""The chart: a series and what it is compared with, as data for the script, as lines for those without one, as a table
for everybody."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ..domain.answers import TrafficPoint
from ..domain.periods import from_micros
from ..domain.vocabulary import Unit
from ..stats.series import traffic_series
from . import dates
from .asked import Asked
from .numbers import TITLES, axis_words, value_of, written
from .ranges import DEFAULT

WIDTH, HEIGHT = 1000, 200
FORMATS: dict[Unit, Promise] = {
    Unit.MINUTE: dates.WEEKDAY_MINUTE,
    Unit.HOUR: dates.WEEKDAY_MINUTE,
    Unit.DAY: dates.WEEKDAY_DATE,
    Unit.WEEK: dates.DATE,
    Unit.MONTH: dates.MONTH,
    Unit.YEAR: dates.YEAR,
}
MARKS: dict[Unit, Promise] = {
    Unit.MINUTE: dates.MINUTE,
    Unit.HOUR: dates.MINUTE,
    Unit.DAY: dates.DAY,
    Unit.WEEK: dates.DAY,
    Unit.MONTH: dates.SHORT_MONTH,
    Unit.YEAR: dates.YEAR,
}
UNITS: dict[Unit, Any] = {
    Unit.MINUTE: gettext_lazy("Minutes"),
    Unit.HOUR: gettext_lazy("Hours"),
    Unit.DAY: gettext_lazy("Days"),
    Unit.WEEK: gettext_lazy("Weeks"),
    Unit.MONTH: gettext_lazy("Months"),
    Unit.YEAR: gettext_lazy("Years"),
}


@dataclass(frozen=True, slots=True)
class Dot:
    """One bucket of a line; `value` is None where there is nothing to take it of."""

    start_us: int
    value: float | None
    is_unfinished: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """One line of the table: texts."""

    label: str
    value: str
    before_label: str
    before: str
    is_unfinished: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn; `data` is what the script reads."""

    title: str
    buckets: list[Bucket]
    data: dict[str, Any]
    line: str
    before_line: str
    """Points of a polyline in a box of WIDTH x HEIGHT."""
    units: list[tuple[str, str, bool]]
    """Label, address, and whether it is the one shown."""
    top: str
    first: str
    last: str
    has_comparison: bool


def chart(question: Asked) -> Chart:
    """The chart of the chosen card. One query, two with a comparison; one more each above 800 days."""
    card = question.state.card
    with_visits = card not in ("visitors", "pageviews")

    def dots(points: list[TrafficPoint]) -> list[Dot]:
        return [Dot(point.start_us, value_of(card, point.numbers), point.is_unfinished) for point in points]

    points = dots(traffic_series(question.scope, question.unit, question.now, with_visits=with_visits))
    earlier = None
    if question.compared is not None:
        compared = question.scope.within(question.compared)
        earlier = dots(traffic_series(compared, question.unit, question.now, with_visits=with_visits))
    return drawn(question, str(TITLES[card]), card, points, earlier)


def drawn(question: Asked, title: str, kind: str, dots: list[Dot], earlier: list[Dot] | None = None) -> Chart:
    """The chart of *dots* and, bucket by bucket, of what they are compared with; *kind* says how numbers read."""
    unit, size = question.unit, len(dots)
    before: list[Dot | None] = [*(earlier or [])[:size]]
    before += [None] * (size - len(before))
    values = [dot.value for dot in dots]
    before_values = [dot.value if dot else None for dot in before]
    labels = [bucket_label(dot.start_us, unit) for dot in dots]
    before_labels = [bucket_label(dot.start_us, unit) if dot else "" for dot in before]
    texts = [written(kind, value) for value in values]
    before_texts = [written(kind, dot.value) if dot else "" for dot in before]
    most = max((value or 0 for value in [*values, *before_values]), default=0) or 1
    has_comparison = earlier is not None
    return Chart(
        title=title,
        buckets=[
            Bucket(label, text, before_label, before_text, dot.is_unfinished)
            for label, text, before_label, before_text, dot in zip(
                labels, texts, before_labels, before_texts, dots, strict=True
            )
        ],
        data={
            "title": title,
            "kind": kind,
            "language": get_language() or "en",
            "words": axis_words(),
            "unit": unit.value,
            "starts": [from_micros(dot.start_us).strftime("%Y-%m-%dT%H:%M") for dot in dots],
            "marks": [dates.dated(from_micros(dot.start_us), MARKS[unit]) for dot in dots],
            "labels": labels,
            "values": [_rounded(value) for value in values],
            "texts": texts,
            "before": [_rounded(value) for value in before_values] if has_comparison else [],
            "beforeLabels": before_labels,
            "beforeTexts": before_texts,
            "unfinished": bool(dots) and dots[-1].is_unfinished,
            "unfinishedText": _("still running"),
            "zoom": question.link(question.state.with_range(DEFAULT)),
        },
        line=_line(values, most),
        before_line=_line(before_values, most) if has_comparison else "",
        units=[
            (str(UNITS[other]), question.link(replace(question.state, unit=other)), other is unit)
            for other in question.units
        ],
        top=written(kind, most),
        first=labels[0] if labels else "",
        last=labels[-1] if labels else "",
        has_comparison=has_comparison,
    )


def bucket_label(start_us: int, unit: Unit) -> str:
    """The bucket's beginning as people read it."""
    text = dates.dated(from_micros(start_us), FORMATS[unit])
    return _("Week of %s") % text if unit is Unit.WEEK else text


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _line(values: list[float | None], most: float) -> str:
    """Points as SVG has them, with dots whatever the language is."""
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(
        f"{position * step:.1f},{HEIGHT - HEIGHT * (value or 0) / most:.1f}"
        for position, value in enumerate(values)
    )
