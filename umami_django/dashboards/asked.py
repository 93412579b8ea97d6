"""From a request at a door to the question that all parts of the page ask: period, zone, unit, filters."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.http import HttpRequest
from django.utils import timezone

from ..domain.periods import Period, default_unit, units_for, zone
from ..domain.scope import Scope
from ..domain.vocabulary import Unit
from ..models import Website
from ..stats.exactness import knowing_pruned
from ..stats.overview import life
from .compared import period_before, period_last_year
from .door import Door
from .ranges import period_between, period_of
from .state import Compare, State, read


@dataclass(frozen=True)
class Asked:
    """One reader's question."""

    door: Door
    state: State
    problems: tuple[str, ...]
    now: datetime
    tz: tzinfo
    scope: Scope
    compared: Period | None
    unit: Unit
    units: tuple[Unit, ...]

    @property
    def website(self) -> Website:
        return self.door.website

    @property
    def own_domain(self) -> str:
        """The website's own name among its referrers, which are kept without `www.`; empty when it has none."""
        return (self.website.domain or "").partition(":")[0].removeprefix("www.").lower()

    def link(
        self, state: State | None = None, page: str = "overview", /, *args: object, **more: object
    ) -> str:
        """Where *page* lies with *state*, this one unless another is given."""
        return self.door.address(page, *args) + (state or self.state).render(**more)


def asked(request: HttpRequest, door: Door) -> Asked:
    """What *request* asks for. Queries as `asked_of`."""
    state, problems = read(dict(request.GET.lists()))
    return asked_of(state, door, timezone.now(), tuple(problems))


def asked_of(state: State, door: Door, now: datetime, problems: tuple[str, ...] = ()) -> Asked:
    """What *state* means at *now*. No query, except for the range "all time" (two by index), and for periods
    that do not begin in this month or the last (one)."""
    tz = zone_of(state, door.website)
    website = door.website
    whole = life(website.pk, since=website.reset_at) if state.range == "all" else None
    period = period_of(state.range, state.step, now, tz, state.edges, whole)
    units, compared = units_for(period), _compared(state, now, tz, period)
    scope = Scope(website.pk, period, tz, (*door.fixed, *state.filters), since=website.reset_at)
    return Asked(
        door=door,
        state=state,
        problems=problems,
        now=now,
        tz=tz,
        scope=knowing_pruned(scope, now, *([compared] if compared else [])),
        compared=compared,
        unit=state.unit if state.unit in units else default_unit(period),
        units=units,
    )


def zone_of(state: State, website: Website) -> tzinfo:
    """The reader's choice, else the website's zone, else Django's current one."""
    for name in (state.tz, website.time_zone):
        if name:
            try:
                return zone(name)
            except KeyError:  # a name that a later release of the time zone data has dropped
                continue
    return timezone.get_current_timezone()


def _compared(state: State, now: datetime, tz: tzinfo, period: Period) -> Period | None:
    match state.compare:
        case Compare.OFF:
            return None
        case Compare.YEAR:
            return period_last_year(state.range, state.step, now, tz, state.edges, period)
        case Compare.CUSTOM if state.compare_edges is not None:
            return period_between(state.compare_edges, tz)
        case _:
            return period_before(state.range, state.step, now, tz, state.edges, period)
