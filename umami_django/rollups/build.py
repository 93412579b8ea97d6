"""Builds summaries from hits, a step at a time: hours as they close, days and months when they are complete.

A step reads without a lock and stores in one short transaction that fails when anybody else has stored meanwhile; so a
builder may be killed at any moment, and several may run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..domain.periods import HOUR_US, to_micros
from ..domain.vocabulary import Span
from ..models import RollupDay, RollupState, RollupValues
from . import rows
from .day import HOURLY, Day, unpacked
from .packing import pack
from .state import BuiltElsewhere, building, close_hours, last_complete_month, rewind
from .sweep import EVENT_TIMES, Sweep, Unit
from .units import DAY_HOURS, DAY_QUARTERS, first_day, hour_us, month_of_day
from .values import month_of_days

CLOSED_AFTER = timedelta(minutes=5)
"""How long after its end an hour is closed: until then hits still come in the ordinary way."""
HITS_A_STEP = 200_000
PACKED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Step:
    """What a step has done. `hits`: how many pageviews it counted; `until`: the hour it came to."""

    hits: int
    until: int


def build_step(website_id: int, now: datetime, using: str, *, most_hits: int = HITS_A_STEP) -> Step | None:
    """Build the next piece of a website's summaries, of about *most_hits* hits; None when there is none.

    Whole hours only, and not fewer than one; the days that are over only when they are no larger than that.
    """
    closable = to_micros(now - CLOSED_AFTER) // HOUR_US
    state = RollupState.objects.using(using).filter(pk=website_id).first()
    if state is None or state.hours_until is None:
        first = rows.first_time(website_id, using)
        if first is None or first // HOUR_US >= closable:
            return None
    try:
        if state is not None and rewind(state, using):
            state = RollupState.objects.using(using).get(pk=website_id)
        if state is None or state.closed_until < closable:
            close_hours(website_id, closable, using)
            state = RollupState.objects.using(using).get(pk=website_id)
        return (
            _build_months(state, using)
            or _build_days(state, closable, using, most_hits)
            or _build_hours(state, closable, using, most_hits)
        )
    except BuiltElsewhere:
        return Step(0, state.hours_until or 0) if state else None


def drop(website_id: int, using: str) -> None:
    """Forget a website's summaries; they are built again from its hits."""
    while (state := RollupState.objects.using(using).filter(pk=website_id).first()) is not None:
        try:
            _drop(state, using)
        except BuiltElsewhere:
            continue
        return


def _drop(state: RollupState, using: str) -> None:
    with building(state, using) as now:
        now.hours_until, now.days_until, now.months_until, now.longest_pause = None, 0, 0, 0
        now.closed_until = 0
        for model in (RollupDay, RollupValues):
            rows_of_website = model._default_manager.using(using).filter(website_id=state.website_id)
            rows_of_website._raw_delete(using)


def _build_hours(state: RollupState, closable: int, using: str, most_hits: int) -> Step | None:
    """The next hours of a day that is not over; or that is too large to be built in one piece."""
    start = _beginning(state, using)
    if start is None or start >= closable:
        return None
    day = start // DAY_HOURS
    end = _hour_after(state.website_id, start, most_hits, using) or closable
    end = min(max(end, start + 1), closable, (day + 1) * DAY_HOURS)
    sweep = _swept(state.website_id, start, end, Span.HOUR, using)
    stored = RollupDay.objects.using(using).filter(website_id=state.website_id, day=day)
    row: dict[str, Any] | None = stored.values("counts", "near", "rest", "far", "crossings").first()  # type: ignore[assignment]
    earlier = unpacked(row).up_to(start % DAY_HOURS) if row else Day()
    joined = _joined(earlier, sweep.days.get(day, Day()), start % DAY_HOURS, end % DAY_HOURS or DAY_HOURS)
    with building(state, using) as now:
        _store_days(state.website_id, {day: joined}, day, day + 1, using)
        _store_units(state.website_id, sweep.units, Span.HOUR, start, end, using)
        if now.hours_until is None:
            now.days_until, now.months_until = day, month_of_day(day)
        now.hours_until = end
        now.longest_pause = max(now.longest_pause, _longest_pause(sweep.days.values()))
    return Step(_views(sweep), end)


def _build_days(state: RollupState, closable: int, using: str, most_hits: int) -> Step | None:
    """The next days that are over, in one piece: from the beginning, or in the place of their hours."""
    start = _beginning(state, using)
    if start is None:
        return None
    begins = state.days_until if state.hours_until is not None else start // DAY_HOURS
    over = closable // DAY_HOURS
    if begins >= over or start < begins * DAY_HOURS:
        return None
    last_hit = _hour_after(state.website_id, begins * DAY_HOURS, most_hits, using)
    ends = min(over, over if last_hit is None else last_hit // DAY_HOURS)
    if ends <= begins:
        if most_hits < HITS_A_STEP:
            return None
        ends = begins + 1
    sweep = _swept(state.website_id, begins * DAY_HOURS, ends * DAY_HOURS, Span.DAY, using)
    with building(state, using) as now:
        _store_days(state.website_id, sweep.days, begins, ends, using)
        _store_units(state.website_id, sweep.units, Span.DAY, begins, ends, using)
        _delete_units(state.website_id, Span.HOUR, begins * DAY_HOURS, ends * DAY_HOURS, using)
        if now.hours_until is None:
            now.months_until = month_of_day(begins)
        now.days_until = ends
        now.hours_until = max(now.hours_until or 0, ends * DAY_HOURS)
        now.longest_pause = max(now.longest_pause, _longest_pause(sweep.days.values()))
    return Step(_views(sweep), ends * DAY_HOURS)


def _build_months(state: RollupState, using: str) -> Step | None:
    """The next month whose days are all built, out of them."""
    month = state.months_until
    if state.hours_until is None or month >= last_complete_month(state.days_until):
        return None
    begins, ends = first_day(month), first_day(month + 1)
    values = RollupValues.objects.using(using).filter(website_id=state.website_id)
    days = values.filter(span=Span.DAY, start__gte=begins, start__lt=ends).exclude(dimension=EVENT_TIMES)
    dimensions = sorted(set(days.values_list("dimension", flat=True)))
    built = []
    for dimension in dimensions:
        of_days = days.filter(dimension=dimension).order_by("start").values_list("start", "packed")
        packed = month_of_days([((day - begins) * DAY_QUARTERS, data) for day, data in of_days])
        built.append(
            RollupValues(
                website_id=state.website_id, dimension=dimension, span=Span.MONTH, start=month, packed=packed
            )
        )
    with building(state, using) as now:
        _delete_units(state.website_id, Span.MONTH, month, month + 1, using)
        RollupValues.objects.using(using).bulk_create(built, batch_size=PACKED_AT_ONCE)
        now.months_until = month + 1
    return Step(0, state.hours_until)


def _beginning(state: RollupState, using: str) -> int | None:
    """The first hour that is not built; None: there is no hit at all."""
    if state.hours_until is not None:
        return state.hours_until
    first = rows.first_time(state.website_id, using)
    return None if first is None else first // HOUR_US


def _hour_after(website_id: int, start: int, hits: int, using: str) -> int | None:
    """The hour of the hit that *hits* others since hour *start* come before; None: there are fewer."""
    at = rows.time_of_hit(website_id, hour_us(start), hits, using)
    return None if at is None else at // HOUR_US


def _swept(website_id: int, start: int, end: int, span: Span, using: str) -> Sweep:
    sweep = Sweep(start, span)
    sweep.add(rows.stories(website_id, hour_us(start), hour_us(end), using))
    return sweep


def _joined(day: Day, more: Day, start: int, end: int) -> Day:
    """*day* with the hours from *start* until *end* of *more*."""
    for quarter in range(start * 4, end * 4):
        for name in ("views", "new", "near", "rest", "far"):
            getattr(day, name)[quarter] = getattr(more, name)[quarter]
    for hour in range(start, end):
        for name in HOURLY:
            getattr(day, name)[hour] = getattr(more, name)[hour]
    day.crossings += more.crossings
    return day


def _store_days(website_id: int, days: dict[int, Day], begins: int, ends: int, using: str) -> None:
    stored = RollupDay.objects.using(using)
    stored.filter(website_id=website_id, day__gte=begins, day__lt=ends)._raw_delete(using)
    stored.bulk_create(
        [RollupDay(website_id=website_id, day=number, **day.packed()) for number, day in days.items()],
        batch_size=PACKED_AT_ONCE,
    )


def _store_units(
    website_id: int, units: dict[int, Unit], span: Span, begins: int, ends: int, using: str
) -> None:
    _delete_units(website_id, span, begins, ends, using)
    built = []
    for start, unit in units.items():
        packed = {dimension: tally.packed() for dimension, tally in unit.tallies().items()}
        if unit.event_times:
            times = sorted((*key, count) for key, count in unit.event_times.items())
            packed[EVENT_TIMES] = pack(*zip(*times, strict=True))
        built += [
            RollupValues(website_id=website_id, dimension=dimension, span=span, start=start, packed=data)
            for dimension, data in packed.items()
        ]
    RollupValues.objects.using(using).bulk_create(built, batch_size=PACKED_AT_ONCE)


def _delete_units(website_id: int, span: Span, begins: int, ends: int, using: str) -> None:
    values = RollupValues.objects.using(using)
    values.filter(website_id=website_id, span=span, start__gte=begins, start__lt=ends)._raw_delete(using)


def _longest_pause(days: Iterable[Day]) -> int:
    return max((crossing[1] for day in days for crossing in day.crossings), default=0)


def _views(sweep: Sweep) -> int:
    return sum(sum(day.views) for day in sweep.days.values())


__all__ = ["CLOSED_AFTER", "HITS_A_STEP", "BuiltElsewhere", "Step", "build_step", "drop"]
