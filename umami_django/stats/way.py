"""Asks the summaries where they can answer, or the columns; where neither can, who asks counts the hits.

No question lives here.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import DatabaseError, connections
from django.utils import timezone

from ..conf import umami_settings
from ..domain.scope import Scope
from ..rollups.build import build_step
from ..rollups.plan import Plan, Way, stretch
from ..rollups.reading import Rollups, reading

logger = logging.getLogger("umami_django.rollups")

Answer = TypeVar("Answer")
Question = Callable[[Rollups, tuple[int, int]], Answer | None]
"""What is asked of summaries about a stretch of time; None when they cannot tell."""

HITS_A_STEP = 2_000
MOST_BUILDING_S = 0.1
BUILDS_EVERY_S = 5.0

_built_at: dict[int, float] = {}
"""When this process last built for a website, by the monotonic clock."""


def by_summaries(plan: Plan, scope: Scope, question: Question[Answer]) -> Answer | None:
    """What summaries answer; None when *plan* is against it or they cannot tell."""
    if plan.way is not Way.SUMMARIES:
        return None
    using = umami_settings().TRAFFIC_DATABASE
    _catch_up(scope.website_id, using)
    asked = stretch(scope)
    return reading(scope.website_id, using, lambda rollups: question(rollups, asked))


def by_columns(scope: Scope, columns: set[int], question: Callable[[Any], Answer]) -> Answer | None:
    """What *question* makes of the scope's hits as columns; None when not all of them are there. Needs numpy.

    *columns*: those that are needed, by code.
    """
    from ..rollups import frame as frames

    using = umami_settings().TRAFFIC_DATABASE
    _catch_up(scope.website_id, using)
    asked = stretch(scope)
    if asked[0] >= asked[1]:
        return None

    def answered(rollups: Rollups) -> Answer | None:
        looked = _looked.get()
        for (hold, stretch_of, known), frame in (looked or {}).items():
            if hold == rollups.hold and stretch_of == (scope.website_id, asked) and columns <= known:
                return question(frame)
        frame = frames.read(rollups, asked, columns)
        if frame is None:
            return None
        if looked is not None:
            looked[rollups.hold, (scope.website_id, asked), frozenset(columns)] = frame
        return question(frame)

    return reading(scope.website_id, using, answered)


_looked: ContextVar[dict[Any, Any] | None] = ContextVar("looked", default=None)
"""Frames that were read, by what they hold."""


@contextmanager
def looking_once() -> Iterator[None]:
    """In this block questions about the same hits read them once: for a page whose chart follows its numbers."""
    token = _looked.set({})
    try:
        yield
    finally:
        _looked.reset(token)


def _catch_up(website_id: int, using: str) -> None:
    """Build a little of what is not built, now and then: where no worker does, readers are enough for a small site.

    Not in a transaction of the host's: others would wait for its end. That it fails spoils no answer.
    """
    now = time.monotonic()
    if connections[using].in_atomic_block or now - _built_at.get(website_id, float("-inf")) < BUILDS_EVERY_S:
        return
    _built_at[website_id] = now
    try:
        while time.monotonic() - now < MOST_BUILDING_S:
            if build_step(website_id, timezone.now(), using, most_hits=HITS_A_STEP) is None:
                break
    except DatabaseError:
        logger.exception("Summaries of website %d could not be built.", website_id)


def forget() -> None:
    """Forget when was built: the next question builds."""
    _built_at.clear()
