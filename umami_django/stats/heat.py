"""At which hours of the week people come."""

from dataclasses import dataclass

from django.db.models import Count, Value

from ..domain.periods import HOUR_US, MONDAY_US, offset_spans
from ..domain.scope import Scope
from ..domain.vocabulary import Unit
from ..models import Pageview
from ..querysets.expressions import Remainder, Total, WholeUnits, local_time
from . import counted, summed
from .raw import series as raw

HOURS_A_WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One hour of the week: pageviews, and the visitors who were there in it in any week."""

    pageviews: int = 0
    visitors: int = 0


@dataclass(frozen=True, slots=True)
class HeatGrid:
    """`cells[weekday][hour]` of the asker's time zone, Monday first."""

    cells: tuple[tuple[HeatCell, ...], ...]

    @property
    def most_pageviews(self) -> int:
        return max(cell.pageviews for day in self.cells for cell in day)

    @property
    def most_visitors(self) -> int:
        return max(cell.visitors for day in self.cells for cell in day)


def heat_grid(scope: Scope) -> HeatGrid:
    """Pageviews and visitors of each hour of the week; zeros where there were none. One query.

    Source: v3 reference 2.7 (sessions/weekly).
    """
    found = counted.heat(scope)
    if found is None:
        found = by_hits(scope)
    known = {hour: HeatCell(*both) for hour, both in found.items()}
    hours = [known.get(hour, HeatCell()) for hour in range(HOURS_A_WEEK)]
    return HeatGrid(tuple(tuple(hours[start : start + 24]) for start in range(0, HOURS_A_WEEK, 24)))


def by_hits(scope: Scope) -> dict[int, tuple[int, int]]:
    """Pageviews and visitors by hour of the week, Monday's first being 0; only hours that have any. One query."""
    if scope.period.is_empty:
        return {}
    since_monday = Total(local_time(offset_spans(scope.period, scope.tz)), Value(MONDAY_US))
    rows = (
        Pageview.objects.in_scope(scope)
        .annotate(hour=Remainder(WholeUnits(since_monday, Value(HOUR_US)), Value(HOURS_A_WEEK)))
        .values("hour")
        .annotate(pageviews=Count("id"), visitors=Count("session_id", distinct=True))
        .values_list("hour", "pageviews", "visitors")
    )
    return {hour: (pageviews, visitors) for hour, pageviews, visitors in rows}


def pageview_grid(scope: Scope) -> tuple[tuple[int, ...], ...]:
    """The pageviews alone of each hour of the week, as `heat_grid` has them, but from summaries where they can tell.

    Pageviews of hours add up, visitors do not: of twelve months this takes a tenth of the time.
    One query, or those that summaries take.
    """
    narrowed = raw.narrowed(scope)
    found = summed.pageview_counts(narrowed, Unit.HOUR)
    if found is None:
        found = counted.pageview_counts(narrowed, Unit.HOUR)
    counts = [0] * HOURS_A_WEEK
    if found is None:
        for hour, (pageviews, _) in by_hits(scope).items():
            counts[hour] = pageviews
    for start_us, pageviews in found or ():
        counts[(start_us + MONDAY_US) // HOUR_US % HOURS_A_WEEK] += pageviews
    return tuple(tuple(counts[start : start + 24]) for start in range(0, HOURS_A_WEEK, 24))
