"""How far a website's summaries hold, and how hours are closed. What is built is in `build.py`.

What is built up to an hour holds for ever, but for marks: a hit that was stored, or erased, before it later. From the
earliest mark on nothing holds until it is built again; what came before is not touched by it, since summaries look
only backwards. And what came before `raw_from` is touched by nothing: the hits that it was counted from are pruned.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections
from django.db.models import Max, Min, OuterRef, Subquery

from ..domain.periods import HOUR_US, from_micros, to_micros
from ..domain.vocabulary import Span
from ..models import RollupColumn, RollupMark, RollupState
from ..writers import connection as own
from ..writers.marks import ADVISORY_KEY
from ..writers.rows import write_transaction
from .units import DAY_HOURS, first_day, month_of_day


@dataclass(frozen=True, slots=True)
class Holds:
    """Until which hour, day and month summaries hold, and what to recognise a change by."""

    hours: int
    days: int
    months: int
    longest_pause: int
    raw_from: int | None
    columns_from: int | None
    """The day from which on there are columns, too."""
    version: int
    last_mark: int | None


def holds(website_id: int, using: str) -> Holds | None:
    """What may be read; None when nothing is built. One query."""
    marks = RollupMark.objects.filter(website_id=OuterRef("website_id")).values("website_id")
    row = (
        RollupState.objects.using(using)
        .filter(website_id=website_id)
        .annotate(
            earliest=Subquery(marks.annotate(found=Min("at")).values("found")),
            last_mark=Subquery(marks.annotate(found=Max("id")).values("found")),
        )
        .first()
    )
    if row is None or row.hours_until is None:
        return None
    hours = row.hours_until
    if row.earliest is not None:
        hours = min(hours, _before(to_micros(row.earliest) // HOUR_US, row.days_until))
    if row.raw_from is not None:
        hours = max(hours, row.raw_from)
    days = min(row.days_until, hours // DAY_HOURS)
    month = month_of_day(days)
    return Holds(
        hours=hours,
        days=days,
        months=min(row.months_until, month),
        longest_pause=row.longest_pause,
        raw_from=row.raw_from,
        columns_from=row.columns_from,
        version=row.version,
        last_mark=row.last_mark,
    )


def close_hours(website_id: int, until: int, using: str) -> None:
    """From now on a hit stored before hour *until* leaves a mark; every other one is committed by then."""
    with _writing(using):
        _keep_writers_out(website_id, using)
        states = RollupState.objects.using(using)
        if not states.filter(pk=website_id).exists():
            states.bulk_create([RollupState(website_id=website_id)], ignore_conflicts=True)
        state = _locked(website_id, using)
        if state.closed_until < until:
            RollupState.objects.using(using).filter(pk=website_id).update(closed_until=until)


def let_go(website_id: int, hour: int, using: str) -> bool:
    """From now on summaries are the record of what came before *hour*, the start of a month: its hits may go.

    False, and nothing happens, when not all of it is built in one piece, or something there has changed since.
    """
    with _writing(using):
        _keep_writers_out(website_id, using)
        states = RollupState.objects.using(using)
        if not states.filter(pk=website_id).exists():
            return False
        state = _locked(website_id, using)
        if state.raw_from is not None and state.raw_from >= hour:
            return True
        marks = RollupMark.objects.using(using).filter(website_id=website_id)
        months_built = state.months_until >= month_of_day(hour // DAY_HOURS)
        if not (state.hours_until is not None and state.days_until * DAY_HOURS >= hour and months_built):
            return False
        if marks.filter(at__lt=from_micros(hour * HOUR_US)).exists():
            return False
        states.filter(pk=website_id).update(raw_from=hour, version=state.version + 1)
        columns = RollupColumn.objects.using(using).filter(website_id=website_id, span=Span.DAY)
        columns.filter(start__lt=hour // DAY_HOURS)._raw_delete(using)
        return True


def forget_columns(website_id: int, times_us: Iterable[int], using: str) -> None:
    """Delete the columns of the units that hold hits of these times (microseconds): the hits are to be forgotten now.

    For a transaction that leaves a mark at the earliest of them: until they are built again nobody reads columns there.
    """
    columns = RollupColumn.objects.using(using).filter(website_id=website_id)
    hours = {time_us // HOUR_US for time_us in times_us}
    columns.filter(span=Span.HOUR, start__in=hours)._raw_delete(using)
    columns.filter(span=Span.DAY, start__in={hour // DAY_HOURS for hour in hours})._raw_delete(using)


class BuiltElsewhere(Exception):
    """Somebody else has built, or something has changed, since the state was read."""


@contextmanager
def building(state: RollupState, using: str) -> Iterator[RollupState]:
    """A transaction that stores what was counted for *state*, saved at its end. Raises BuiltElsewhere."""
    with _writing(using):
        now = _locked(state.website_id, using)
        if now.version != state.version:
            raise BuiltElsewhere
        yield now
        now.version += 1
        now.save(using=using)


def rewind(state: RollupState, using: str) -> bool:
    """Let nothing hold from the earliest mark on; were there marks? They are gone afterwards."""
    marks = list(RollupMark.objects.using(using).filter(website_id=state.website_id).values_list("id", "at"))
    if not marks:
        return False
    with building(state, using) as now:
        if now.hours_until is not None:
            earliest = min(to_micros(at) for _, at in marks) // HOUR_US
            hour = max(_before(earliest, now.days_until), now.raw_from or 0)
            now.hours_until = min(now.hours_until, hour)
            now.days_until = min(now.days_until, now.hours_until // DAY_HOURS)
            now.months_until = min(now.months_until, month_of_day(now.days_until))
            # what comes in from here on is built anyway and need leave no mark
            now.closed_until = now.hours_until
        for start in range(0, len(marks), 1000):
            part = [key for key, _ in marks[start : start + 1000]]
            RollupMark.objects.using(using).filter(pk__in=part).delete()
    return True


def _before(hour: int, days_until: int) -> int:
    """Until when all holds that *hour* does not touch: of a day that is built in one piece there are no hours."""
    return hour // DAY_HOURS * DAY_HOURS if hour < days_until * DAY_HOURS else hour


def last_complete_month(days_until: int) -> int:
    """The month before which every month is complete when days before *days_until* are built."""
    month = month_of_day(days_until)
    return month if first_day(month) <= days_until else month - 1


@contextmanager
def _writing(using: str) -> Iterator[None]:
    """A transaction through the process's own connection: on SQLite processes take turns."""
    with own.own_connection.in_use(using), write_transaction(using):
        yield


def _keep_writers_out(website_id: int, using: str) -> None:
    """Until the end of the transaction; elsewhere than on PostgreSQL the state's row does that (writers/marks.py)."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ADVISORY_KEY, website_id])


def _locked(website_id: int, using: str) -> RollupState:
    states = RollupState.objects.using(using)
    if connections[using].features.has_select_for_update:
        states = states.select_for_update()
    state: RollupState = states.get(pk=website_id)
    return state
