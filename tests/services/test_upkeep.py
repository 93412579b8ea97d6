"""What a worker does beside loading: in turns, one failure spoils nothing, and it stops when it is told to."""

from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from umami_django.services import upkeep
from umami_django.services.upkeep import JOBS, Job, keep_up


@pytest.mark.django_db
def test_building_stops_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Event()
    steps = []

    def follow(*_: Any, **__: Any) -> Any:
        while True:
            steps.append(len(steps))
            if len(steps) == 3:
                stop.set()
            yield object()

    monkeypatch.setattr(upkeep, "follow", follow)
    keep_up(stop, [job for job in JOBS if job.name == "summaries"])
    assert steps == [0, 1, 2]


@pytest.mark.django_db
def test_a_job_that_fails_keeps_no_other_from_its_turn() -> None:
    stop = Event()
    done: list[str] = []

    def fail(_: Event) -> None:
        done.append("failed")
        raise OperationalError("the database is away")

    def last(stop: Event) -> None:
        done.append("last")
        stop.set()

    keep_up(stop, [Job("one", 60, fail), Job("two", 60, last)])
    assert done == ["failed", "last"]
