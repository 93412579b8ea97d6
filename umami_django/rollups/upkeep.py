"""Keeps the summaries of all websites up to date, for the commands: which website next, how far it has come."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from ..domain.periods import HOUR_US
from ..models import RollupMark, RollupState, Website
from . import rows
from .build import (
    HITS_A_STEP,
    BuiltElsewhere,
    CountedDays,
    Step,
    build_step,
    closable_hour,
    count_days,
    days_to_build,
    prepared,
    store_days,
)
from .processes import pool

HITS_A_JOB = 500_000


@dataclass(frozen=True, slots=True)
class Progress:
    """Where building is. `done` and `all` are hours of all websites; `hits`: pageviews counted until now."""

    website_id: int
    done: int
    all: int
    hits: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far one website's summaries are behind. `hours`: closed hours that are not built; `marks`: changes since."""

    website_id: int
    hours: int
    marks: int


def build_all(website_ids: Iterable[int], now: datetime, using: str, *, jobs: int = 1) -> Iterator[Progress]:
    """Build what is not built until *now*, telling where it is after each step; what is much is counted by *jobs*
    processes. Raises DatabaseError."""
    left = {website_id: hours_behind(website_id, now, using) for website_id in website_ids}
    hours, hits = sum(left.values()), 0
    for website_id in left:
        for step in _steps(website_id, now, using, jobs):
            hits += step.hits
            left[website_id] = max(0, closable_hour(now) - step.until)
            yield Progress(website_id, hours - sum(left.values()), hours, hits)
        left[website_id] = 0


def _steps(website_id: int, now: datetime, using: str, jobs: int) -> Iterator[Step]:
    if jobs > 1:
        with suppress(BuiltElsewhere):  # then what is left is built step by step
            yield from _counted_elsewhere(website_id, now, using, jobs)
    while (step := build_step(website_id, now, using)) is not None:
        yield step


def _counted_elsewhere(website_id: int, now: datetime, using: str, jobs: int) -> Iterator[Step]:
    """Days, counted by *jobs* processes and stored here, in order; nothing for a website with few of them."""
    closable = closable_hour(now)
    state = prepared(website_id, closable, using)
    if state is None:
        return
    stretches = days_to_build(state, closable, using, most_hits=HITS_A_JOB)
    first = list(islice(stretches, jobs + 1))
    if len(first) <= jobs:
        return
    with pool(jobs) as processes:
        waiting: deque[tuple[int, int, Future[CountedDays]]] = deque()
        for begins, ends in chain(first, stretches):
            waiting.append((begins, ends, processes.submit(count_days, website_id, begins, ends, using)))
            if len(waiting) > 2 * jobs:
                yield _stored(website_id, *waiting.popleft(), using)
        while waiting:
            yield _stored(website_id, *waiting.popleft(), using)


def _stored(website_id: int, begins: int, ends: int, counted: "Future[CountedDays]", using: str) -> Step:
    """What another process has counted, stored. Raises BuiltElsewhere when it is not what comes next."""
    found = counted.result()
    state = RollupState.objects.using(using).get(pk=website_id)
    if RollupMark.objects.using(using).filter(website_id=website_id).exists():
        raise BuiltElsewhere
    if state.hours_until is not None and state.days_until != begins:
        raise BuiltElsewhere
    return store_days(state, begins, ends, found, using)


def follow(now: datetime, using: str, *, most_steps: int, most_hits: int = HITS_A_STEP) -> Iterator[Step]:
    """A few steps for each website that has something to build. For a worker, between other work.

    Raises DatabaseError.
    """
    for website_id in living():
        for _ in range(most_steps):
            step = build_step(website_id, now, using, most_hits=most_hits)
            if step is None:
                break
            yield step


def living() -> list[int]:
    """The websites that summaries are built of."""
    return list(Website.objects.alive().order_by("pk").values_list("pk", flat=True))


def backlogs(now: datetime, using: str) -> list[Backlog]:
    """How far each website is behind, those with nothing to build left out. Raises DatabaseError."""
    found = []
    for website_id in living():
        hours = hours_behind(website_id, now, using)
        marks = RollupMark.objects.using(using).filter(website_id=website_id).count()
        if hours or marks:
            found.append(Backlog(website_id, hours, marks))
    return found


def hours_behind(website_id: int, now: datetime, using: str) -> int:
    """Closed hours that are not built. Two queries."""
    state = (
        RollupState.objects.using(using).filter(pk=website_id).values_list("hours_until", flat=True).first()
    )
    if state is None:
        first = rows.first_time(website_id, using)
        if first is None:
            return 0
        state = first // HOUR_US
    return max(0, closable_hour(now) - state)
