"""What a worker does beside loading the journal: summaries, purging, pruning, erasing. Each job is also a command.

Every job is taken up again and again; one that fails is logged and tried again, and keeps no other from its turn.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from .. import conf
from ..rollups.build import BuiltElsewhere
from ..rollups.upkeep import follow
from ..writers import term_budget
from . import erasure, pruning, refusals, unused_terms
from .purge import purge
from .salts import rotate_salts

logger = logging.getLogger("umami_django.worker")

HITS_A_STEP = 50_000
"""Small enough for a journal that is loaded beside: a step holds the process's connection for a moment only."""

PRUNES_FOR_S = 15.0
"""Once a minute: summaries do not wait long for their turn."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done every *every_s* seconds. What takes long looks at the event: is it to stop?"""

    name: str
    every_s: float
    do: Callable[[Event], object]


def _summarise(stop: Event) -> None:
    using = conf.umami_settings().TRAFFIC_DATABASE
    is_behind = True
    while is_behind:
        is_behind = False
        for _ in follow(timezone.now(), using, most_steps=5, most_hits=HITS_A_STEP):
            if stop.is_set():
                return
            is_behind = True


def _purge(_: Event) -> None:
    purge()


def _settle_erasures(_: Event) -> None:
    erasure.settle(timezone.now())


def _sweep_terms(_: Event) -> None:
    unused_terms.sweep(timezone.now())


def _prune(_: Event) -> None:
    pruning.prune(timezone.now(), most_s=PRUNES_FOR_S)


def _forget_old(_: Event) -> None:
    rotate_salts(timezone.now())
    for room in (refusals, term_budget):
        room.drop_old(timezone.now())


JOBS = (
    Job("summaries", 10, _summarise),
    Job("terms", 600, _sweep_terms),
    Job("erasures", 60, _settle_erasures),
    Job("purge", 60, _purge),
    Job("salts", 3600, _forget_old),
    Job("prune", 60, _prune),
)


def keep_up(stop: Event, jobs: Sequence[Job] = JOBS) -> None:
    """Do all *jobs* when they are due, until *stop* is set."""
    due = {job.name: 0.0 for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if not stop.is_set() and time.monotonic() >= due[job.name]:
                _done(job, stop)
                due[job.name] = time.monotonic() + job.every_s
        stop.wait(max(0.1, min(due.values()) - time.monotonic()))


def _done(job: Job, stop: Event) -> None:
    close_old_connections()
    try:
        job.do(stop)
    except (DatabaseError, BuiltElsewhere, OSError):
        logger.exception("%s could not be done; it is tried again.", job.name)
