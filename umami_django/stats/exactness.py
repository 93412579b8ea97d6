"""Where an answer is not as exact as hits would make it, since they were pruned. No answer lives here."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ..conf import umami_settings
from ..domain.periods import HOUR_US, Period, from_micros, previous_period, to_micros
from ..domain.scope import Scope
from ..models import RollupState


@dataclass(frozen=True, slots=True)
class Exactness:
    """How exact answers to a question are. All is well where `raw_from` is None."""

    raw_from: datetime | None = None
    """The question touches time before it, of which summaries are the record."""
    is_widened: bool = False
    """The period is widened to whole hours (numbers, charts) or days (rankings) where it lies before `raw_from`."""
    from_hits_only: bool = False
    """There are filters: what they select is told from `raw_from` on only."""


def exactness(scope: Scope) -> Exactness:
    """How exact answers about *scope* are, as far as it knows what is pruned (`knowing_pruned`). No query."""
    period, raw_from = scope.period, scope.raw_from
    if raw_from is None or period.is_empty or period.start >= raw_from:
        return Exactness()
    # an end is included: that of a whole hour is its last microsecond, or of v1 its last millisecond
    ends = (
        [to_micros(period.start)] if period.end >= raw_from else [to_micros(period.start), _end(period.end)]
    )
    return Exactness(raw_from, any(end % HOUR_US for end in ends), bool(scope.filters))


def knowing_pruned(scope: Scope, now: datetime, *others: Period) -> Scope:
    """*scope* with the moment before which the website's hits are pruned, if it, the period before or any of *others*
    touches that.

    One query, and none where period and the one before begin in this month or the last: those are always kept.
    """
    earliest = min(period.start for period in (scope.period, previous_period(scope.period), *others))
    if earliest >= _last_month(now):
        return scope
    states = RollupState.objects.using(umami_settings().TRAFFIC_DATABASE).filter(pk=scope.website_id)
    hour = states.values_list("raw_from", flat=True).first()
    return scope if hour is None else replace(scope, raw_from=from_micros(hour * HOUR_US))


def _last_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=1)


def _end(moment: datetime) -> int:
    return to_micros(moment) // 1000 * 1000 + 1000
