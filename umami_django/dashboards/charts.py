"""The geometry of charts: numbers in, rectangles out. No inline style: a strict CSP forbids it."""

from dataclasses import dataclass

from ..domain.answers import Point
from ..domain.periods import from_micros
from ..domain.vocabulary import Unit

WIDTH, HEIGHT = 1000, 240
GAP = 0.22
"""The part of a bucket's width that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bucket: two bars that share a place, and what they stand for."""

    label: str
    pageviews: int
    visitors: int
    x: float
    width: float
    pageviews_y: float
    pageviews_height: float
    visitors_y: float
    visitors_height: float


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars in a box of WIDTH x HEIGHT; `top` is the number at its upper edge."""

    bars: tuple[Bar, ...]
    top: int
    marks: tuple[str, ...]
    """A few labels, spread evenly from the first bucket to the last."""

    width: int = WIDTH
    height: int = HEIGHT

    @property
    def half(self) -> int:
        return self.top // 2


def bar_chart(points: list[Point], unit: Unit) -> BarChart:
    """The chart of a series whose empty buckets are filled."""
    top = round_up(max((point.pageviews for point in points), default=0))
    step = WIDTH / max(len(points), 1)
    bars = tuple(
        _bar(point, unit, x=position * step, step=step, top=top) for position, point in enumerate(points)
    )
    return BarChart(bars, top, _marks([bar.label for bar in bars]))


def round_up(highest: int) -> int:
    """The next even number that reads well as the end of an axis: 2, 4, 10, 20, 40, 60, 80, 100 …"""
    if highest <= 4:
        return 2 if highest <= 2 else 4
    size = 10 ** (len(str(highest)) - 1)
    return next(int(size * factor) for factor in (1, 2, 4, 6, 8, 10) if size * factor >= highest)


def share_of_width(count: int, most: int) -> int:
    """How long a bar is, in percent of the longest one."""
    return round(100 * count / most) if most else 0


def _bar(point: Point, unit: Unit, *, x: float, step: float, top: int) -> Bar:
    def height(value: int) -> float:
        return round(HEIGHT * value / top, 1)

    pageviews, visitors = height(point.pageviews), height(point.visitors)
    return Bar(
        label=label(point.start_us, unit),
        pageviews=point.pageviews,
        visitors=point.visitors,
        x=round(x + step * GAP / 2, 1),
        width=round(step * (1 - GAP), 1),
        pageviews_y=round(HEIGHT - pageviews, 1),
        pageviews_height=pageviews,
        visitors_y=round(HEIGHT - visitors, 1),
        visitors_height=visitors,
    )


def label(start_us: int, unit: Unit) -> str:
    """The bucket's beginning as people read it."""
    moment = from_micros(start_us)
    match unit:
        case Unit.MINUTE | Unit.HOUR:
            return moment.strftime("%d %b, %H:%M")
        case Unit.DAY | Unit.WEEK:
            return moment.strftime("%a, %d %b")
        case Unit.MONTH:
            return moment.strftime("%b %Y")
        case Unit.YEAR:
            return moment.strftime("%Y")


def _marks(labels: list[str], count: int = 4) -> tuple[str, ...]:
    if len(labels) <= count:
        return tuple(labels)
    last = len(labels) - 1
    return tuple(labels[round(position * last / (count - 1))] for position in range(count))
