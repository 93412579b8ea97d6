"""Pruning that dies, is read meanwhile, or goes on later: no answer is wrong at any statement."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError

from umami_django.domain.periods import HOUR_US, MICROSECOND, Period, to_micros
from umami_django.models import (
    RollupState,
    Website,
)
from umami_django.services import pruning
from umami_django.writers import write

from .pruned import CUT, DAY, FIRST, MONTHS, NOW, Chance, Pruning, ask, lasting, seen
from .test_interruptions import at_every_statement, die

pytestmark = pytest.mark.django_db


def test_pruning_that_dies_at_any_statement_spoils_nothing(world: Pruning) -> None:
    write(Chance(9).hits(world.pk, 60))
    world.build()
    periods = [Period(FIRST, CUT - MICROSECOND), Period(CUT - 9 * DAY, NOW), Period(CUT, NOW)]

    def told() -> list[dict[str, Any]]:
        answers = [ask(world.pk, period, "UTC", raw_from=CUT) for period in periods]
        return [lasting(answers[0], periods[0]), lasting(answers[1], periods[1]), answers[2]]

    before = told()
    for number in at_every_statement(lambda: world.prune(batch_hits=7), die):
        assert told() == before, number
    world.prune()
    assert told() == before
    assert not world.prune()


def test_a_pruner_at_any_statement_of_a_reader_changes_no_answer(world: Pruning) -> None:
    write(Chance(11).hits(world.pk, 60))
    world.build()
    period, told = Period(CUT - 9 * DAY, NOW), []
    before = lasting(ask(world.pk, period, "UTC"), period)

    def some() -> None:
        # one batch at a time
        def enough(_: int) -> None:
            raise DatabaseError("killed")

        with suppress(DatabaseError):
            world.prune(batch_hits=1, progress=enough)

    def question() -> None:
        told[:] = [ask(world.pk, period, "UTC", raw_from=CUT)]

    for number in at_every_statement(question, some):
        assert lasting(told[0], period) == before, number
    assert world.left() < 30


def test_a_run_goes_on_where_the_time_of_the_last_was_over(world: Pruning) -> None:
    write([seen(world.pk, "ana", CUT - DAY), seen(world.pk, "bob", CUT - 2 * DAY)])
    world.build()
    Website.objects.update(keep_months=MONTHS)
    assert pruning.prune(NOW, most_s=-1, batch_hits=1) == []
    assert world.left() == 2
    assert RollupState.objects.get().raw_from == to_micros(CUT) // HOUR_US
    done: list[int] = []

    def stop(hits: int) -> None:
        done.append(hits)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pruning.prune(NOW, batch_hits=1, progress=stop)
    assert world.left() == 1
    Website.objects.update(keep_months=0)  # what was begun is finished
    assert pruning.prune(NOW)[0].hits == 1
    assert done == [1]
