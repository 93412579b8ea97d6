"""Keeps the summaries of all websites up to date, for the commands: which website next, how far it has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ..domain.periods import HOUR_US, to_micros
from ..models import RollupMark, RollupState, Website
from . import rows
from .build import CLOSED_AFTER, HITS_A_STEP, build_step


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


def build_all(
    website_ids: Iterable[int], now: datetime, using: str, *, most_hits: int = HITS_A_STEP
) -> Iterator[Progress]:
    """Build what is not built until *now*, telling where it is after each step. Raises DatabaseError."""
    left = {website_id: hours_behind(website_id, now, using) for website_id in website_ids}
    hours, hits = sum(left.values()), 0
    for website_id in left:
        while (step := build_step(website_id, now, using, most_hits=most_hits)) is not None:
            hits += step.hits
            left[website_id] = max(0, _closable(now) - step.until)
            yield Progress(website_id, hours - sum(left.values()), hours, hits)
        left[website_id] = 0


def follow(now: datetime, using: str, *, most_steps: int, most_hits: int = HITS_A_STEP) -> int:
    """A few steps for each website that has something to build; how many were taken. For a worker, between other work.

    Raises DatabaseError.
    """
    taken = 0
    for website_id in living():
        for _ in range(most_steps):
            if build_step(website_id, now, using, most_hits=most_hits) is None:
                break
            taken += 1
    return taken


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
    return max(0, _closable(now) - state)


def _closable(now: datetime) -> int:
    return to_micros(now - CLOSED_AFTER) // HOUR_US
