"""Builds summaries from hits, a step at a time: hours as they close, days and months when they are complete.

A step reads without a lock and stores in one short transaction that fails when anybody else has stored meanwhile; so a
builder may be killed at any moment, and several may run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connections

from ..domain.periods import HOUR_US, to_micros
from ..domain.vocabulary import Span
from ..models import RollupColumn, RollupDay, RollupState, RollupValues, Session
from ..writers.trouble import passes
from . import fast, rows
from .day import HOURLY, PACKED, Day, unpacked
from .packing import pack
from .state import BuiltElsewhere, building, close_hours, last_complete_month, rewind
from .sweep import EVENT_TIMES, Sweep
from .units import DAY_HOURS, DAY_QUARTERS, day_us, first_day, hour_us, month_of_day
from .values import month_of_days

CLOSED_AFTER = timedelta(minutes=5)
"""How long after its end an hour is closed: until then hits still come in the ordinary way."""
HITS_A_STEP = 500_000
"""About 700 bytes each while they are counted in bulk."""
HITS_OF_A_READER = 10_000
"""Whoever builds fewer at once is in a hurry, and leaves days that have more to others."""
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
    closable = closable_hour(now)
    state = None
    try:
        state = prepared(website_id, closable, using)
        if state is None:
            return None
        return (
            _build_months(state, using)
            or _build_days(state, closable, using, most_hits)
            or _build_hours(state, closable, using, most_hits)
        )
    except BuiltElsewhere:
        pass
    except DatabaseError as error:
        if not passes(error, connections[using].vendor):
            raise
    return Step(0, state.hours_until or 0 if state else 0)


def closable_hour(now: datetime) -> int:
    """The hour before which all hours may be closed."""
    return to_micros(now - CLOSED_AFTER) // HOUR_US


def prepared(website_id: int, closable: int, using: str) -> RollupState | None:
    """The state from which to build: marks are worked off, hours before *closable* closed. None: there is nothing to
    build. Raises BuiltElsewhere."""
    states = RollupState.objects.using(using).filter(pk=website_id)
    state = states.first()
    if state is None or state.hours_until is None:
        first = rows.first_time(website_id, using)
        if first is None or first // HOUR_US >= closable:
            return None
    if state is not None and rewind(state, using):
        state = states.get()
    if state is None or state.closed_until < closable:
        close_hours(website_id, closable, using)
        state = states.get()
    return state


def drop(website_id: int, using: str, *, pruned_too: bool = False) -> None:
    """Forget a website's summaries; they are built again from its hits.

    What the hits of were pruned stays, since nothing could be built there; unless *pruned_too*, for a website that
    begins anew.
    """
    while (state := RollupState.objects.using(using).filter(pk=website_id).first()) is not None:
        try:
            with building(state, using) as now:
                if now.raw_from is None or pruned_too:
                    _drop_all(now, using)
                else:
                    _drop_from(now, now.raw_from, using)
        except BuiltElsewhere:
            continue
        return


def _drop_all(state: RollupState, using: str) -> None:
    state.hours_until, state.days_until, state.months_until, state.longest_pause = None, 0, 0, 0
    state.closed_until, state.raw_from = 0, None
    state.columns_from = None
    for model in (RollupDay, RollupValues, RollupColumn):
        model._default_manager.using(using).filter(website_id=state.website_id)._raw_delete(using)
    returning = Session.objects.using(using).filter(website_id=state.website_id, pruned_until__isnull=False)
    returning.update(pruned_until=None)


def _drop_from(state: RollupState, hour: int, using: str) -> None:
    """Keep what came before *hour*, the start of a month."""
    day = hour // DAY_HOURS
    month = month_of_day(day)
    state.hours_until, state.days_until, state.months_until = hour, day, month
    state.closed_until = hour
    days = RollupDay.objects.using(using).filter(website_id=state.website_id, day__gte=day)
    days._raw_delete(using)
    for model in (RollupValues, RollupColumn):
        units = model._default_manager.using(using).filter(website_id=state.website_id)
        for span, start in ((Span.HOUR, hour), (Span.DAY, day), (Span.MONTH, month)):
            units.filter(span=span, start__gte=start)._raw_delete(using)


def _build_hours(state: RollupState, closable: int, using: str, most_hits: int) -> Step | None:
    """The next hours of a day that is not over; or that is too large to be built in one piece."""
    start = _beginning(state, using)
    if start is None or start >= closable:
        return None
    day = start // DAY_HOURS
    end = _hour_after(state.website_id, start, most_hits, using) or closable
    end = min(max(end, start + 1), closable, (day + 1) * DAY_HOURS)
    sweep, columns = _swept(state.website_id, start, end, Span.HOUR, using)
    stored = RollupDay.objects.using(using).filter(website_id=state.website_id, day=day)
    row: dict[str, Any] | None = stored.values(*PACKED).first()
    earlier = unpacked(row).up_to(start % DAY_HOURS) if row else Day()
    joined = _joined(earlier, sweep.days.get(day, Day()), start % DAY_HOURS, end % DAY_HOURS or DAY_HOURS)
    with building(state, using) as now:
        _store_days(state.website_id, [(day, joined.packed())], day, day + 1, using)
        _store_units(state.website_id, _packed_units(sweep), Span.HOUR, start, end, using)
        _store_columns(now, columns, Span.HOUR, start, end, using)
        if now.hours_until is None:
            now.days_until, now.months_until = day, month_of_day(day)
        now.hours_until = end
        now.longest_pause = max(now.longest_pause, _longest_pause(sweep.days.values()))
    return Step(_views(sweep), end)


def _build_days(state: RollupState, closable: int, using: str, most_hits: int) -> Step | None:
    """The next days that are over, in one piece: from the beginning, or in the place of their hours."""
    stretch = next(days_to_build(state, closable, using, most_hits=most_hits), None)
    if stretch is None:
        return None
    begins, ends = stretch
    return store_days(state, begins, ends, count_days(state.website_id, begins, ends, using), using)


def days_to_build(
    state: RollupState, closable: int, using: str, *, most_hits: int
) -> Iterator[tuple[int, int]]:
    """The stretches of days that are over and not built in one piece, of about *most_hits* hits or a single day.

    None reaches over the end of a month: anonymous sessions end there, and with them what must be read from before.
    """
    start = _beginning(state, using)
    if start is None:
        return
    begins = state.days_until if state.hours_until is not None else start // DAY_HOURS
    over = closable // DAY_HOURS
    while begins < over:
        last_hit = _hour_after(state.website_id, begins * DAY_HOURS, most_hits, using)
        ends = min(
            over, first_day(month_of_day(begins) + 1), over if last_hit is None else last_hit // DAY_HOURS
        )
        if ends <= begins:
            if most_hits < HITS_OF_A_READER:
                return
            ends = begins + 1
        yield begins, ends
        begins = ends


Column = tuple[int, int, bytes]
"""Its code, the number of its unit, packed."""


@dataclass(frozen=True, slots=True)
class CountedDays:
    """Some days, counted and packed: rows that are not stored yet. It can be sent from one process to another."""

    days: list[tuple[int, dict[str, bytes | None]]]
    values: list[tuple[int, int, bytes]]
    """Dimension, day, packed."""
    columns: list[Column] | None
    longest_pause: int
    views: int


def count_days(website_id: int, begins: int, ends: int, using: str) -> CountedDays:
    """Count the days from *begins* until *ends*. Reads only."""
    if fast.is_installed():
        return _counted_in_bulk(website_id, begins, ends, using)
    sweep, columns = _swept(website_id, begins * DAY_HOURS, ends * DAY_HOURS, Span.DAY, using)
    return CountedDays(
        [(number, day.packed()) for number, day in sweep.days.items()],
        list(_packed_units(sweep)),
        columns,
        _longest_pause(sweep.days.values()),
        _views(sweep),
    )


def _counted_in_bulk(website_id: int, begins: int, ends: int, using: str) -> CountedDays:
    from .arrays import read  # numpy: only where it is wanted
    from .bulk import Bulk

    told = read(website_id, begins, ends, using)
    bulk = Bulk(begins, ends, told.hits)
    columns = [(code, day, data) for day, found in told.columns(day_us(1)) for code, data in found.items()]
    return CountedDays(list(bulk.days()), list(bulk.values()), columns, bulk.longest_pause, bulk.pageviews)


def store_days(state: RollupState, begins: int, ends: int, counted: CountedDays, using: str) -> Step:
    """Store what was counted for *state*. Raises BuiltElsewhere."""
    website_id = state.website_id
    with building(state, using) as now:
        _store_days(website_id, counted.days, begins, ends, using)
        _store_units(website_id, counted.values, Span.DAY, begins, ends, using)
        _delete_units(RollupValues, website_id, Span.HOUR, begins * DAY_HOURS, ends * DAY_HOURS, using)
        _store_columns(now, counted.columns, Span.DAY, begins, ends, using)
        _delete_units(RollupColumn, website_id, Span.HOUR, begins * DAY_HOURS, ends * DAY_HOURS, using)
        if now.hours_until is None:
            now.months_until = month_of_day(begins)
        now.days_until = ends
        now.hours_until = max(now.hours_until or 0, ends * DAY_HOURS)
        now.longest_pause = max(now.longest_pause, counted.longest_pause)
    return Step(counted.views, ends * DAY_HOURS)


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
        _delete_units(RollupValues, state.website_id, Span.MONTH, month, month + 1, using)
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


def _swept(
    website_id: int, start: int, end: int, span: Span, using: str
) -> tuple[Sweep, list[Column] | None]:
    """What there is from hour *start* until *end*: counted, and its columns; no columns without the extra `fast`."""
    sweep, stories = Sweep(start, span), rows.stories(website_id, hour_us(start), hour_us(end), using)
    if not fast.is_installed():
        sweep.add(stories)
        return sweep, None
    from .columns import Recorder  # numpy: only where it is wanted

    recorder = Recorder(hour_us(start))
    sweep.add(recorder.through(stories))
    units = recorder.units(day_us(1) if span is Span.DAY else hour_us(1))
    return sweep, [(code, number, data) for number, columns in units for code, data in columns.items()]


def _joined(day: Day, more: Day, start: int, end: int) -> Day:
    """*day* with the hours from *start* until *end* of *more*."""
    for quarter in range(start * 4, end * 4):
        for name in ("views", "new", "near", "rest", "far"):
            getattr(day, name)[quarter] = getattr(more, name)[quarter]
    for hour in range(start, end):
        for name in HOURLY:
            getattr(day, name)[hour] = getattr(more, name)[hour]
    day.crossings += more.crossings
    day.restarts.join(more.restarts, start * 4, end * 4)
    return day


def _store_days(
    website_id: int, days: Iterable[tuple[int, dict[str, bytes | None]]], begins: int, ends: int, using: str
) -> None:
    stored = RollupDay.objects.using(using)
    stored.filter(website_id=website_id, day__gte=begins, day__lt=ends)._raw_delete(using)
    stored.bulk_create(
        [RollupDay(website_id=website_id, day=number, **columns) for number, columns in days],
        batch_size=PACKED_AT_ONCE,
    )


def _packed_units(sweep: Sweep) -> Iterator[tuple[int, int, bytes]]:
    """Dimension, start and bytes of everything that was counted in units."""
    for start, unit in sweep.units.items():
        for dimension, tally in unit.tallies(sweep.terms).items():
            yield dimension, start, tally.packed()
        if unit.event_times:
            times = sorted((*key, count) for key, count in unit.event_times.items())
            yield EVENT_TIMES, start, pack(*zip(*times, strict=True))


def _store_units(
    website_id: int, units: Iterable[tuple[int, int, bytes]], span: Span, begins: int, ends: int, using: str
) -> None:
    _delete_units(RollupValues, website_id, span, begins, ends, using)
    RollupValues.objects.using(using).bulk_create(
        [
            RollupValues(website_id=website_id, dimension=dimension, span=span, start=start, packed=data)
            for dimension, start, data in units
        ],
        batch_size=PACKED_AT_ONCE,
    )


def _store_columns(
    state: RollupState, columns: Iterable[Column] | None, span: Span, begins: int, ends: int, using: str
) -> None:
    """None for *columns*: there can be none, here or later, until somebody builds some again."""
    day = begins // DAY_HOURS if span is Span.HOUR else begins
    if columns is None:
        state.columns_from = None
        return
    if state.hours_until is None:
        state.columns_from = 0
    elif state.columns_from is None or state.columns_from > day:
        state.columns_from = day
    _delete_units(RollupColumn, state.website_id, span, begins, ends, using)
    RollupColumn.objects.using(using).bulk_create(
        [
            RollupColumn(website_id=state.website_id, column=code, span=span, start=start, packed=data)
            for code, start, data in columns
        ],
        batch_size=PACKED_AT_ONCE,
    )


def _delete_units(
    model: type[RollupValues] | type[RollupColumn],
    website_id: int,
    span: Span,
    begins: int,
    ends: int,
    using: str,
) -> None:
    units = model._default_manager.using(using).filter(website_id=website_id, span=span)
    units.filter(start__gte=begins, start__lt=ends)._raw_delete(using)


def _longest_pause(days: Iterable[Day]) -> int:
    return max((crossing[1] for day in days for crossing in day.crossings), default=0)


def _views(sweep: Sweep) -> int:
    return sum(sum(day.views) for day in sweep.days.values())


__all__ = ["CLOSED_AFTER", "HITS_A_STEP", "BuiltElsewhere", "Step", "build_step", "drop"]
