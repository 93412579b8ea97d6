"""At any statement something may happen: the builder dies, another one builds, a late hit comes. No answer is wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tests.traffic import hit
from umami_django.models import RollupMark, RollupState, Website
from umami_django.rollups import build
from umami_django.writers import write

from .world import NOW, built, by_hits, by_summaries, differing, filled, month_of_traffic

pytestmark = pytest.mark.django_db


@contextmanager
def at_statement(number: int, happens: Callable[[], None]) -> Iterator[list[int]]:
    """*happens* once, before the statement *number* of the block. Yields a list with one item if it did."""
    seen, did = count(), []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(seen) == number and not did:
            did.append(number)
            happens()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield did


def at_every_statement(do: Callable[[], Any], happens: Callable[[], None]) -> Iterator[int]:
    """Do it again and again, and let something happen at the next statement each time, until none is left."""
    for number in count():
        with at_statement(number, happens) as did:
            try:
                do()
            except DatabaseError as error:
                assert "killed" in str(error)
        if not did:
            return
        yield number


def die() -> None:
    raise DatabaseError("killed")


def step(website: Website, most_hits: int = 40) -> None:
    build.build_step(website.pk, NOW, "default", most_hits=most_hits)


def test_a_builder_that_dies_at_any_statement_spoils_nothing(website: Website) -> None:
    write(month_of_traffic(website.pk))
    for _ in at_every_statement(lambda: step(website), die):
        assert not differing(by_summaries(website.pk), by_hits(website.pk))
    built(website.pk)
    told = by_summaries(website.pk)
    assert told == by_hits(website.pk)
    assert None not in told


def test_a_builder_of_days_that_dies_at_any_statement_spoils_nothing(website: Website) -> None:
    write(month_of_traffic(website.pk))
    for _ in at_every_statement(lambda: step(website, build.HITS_A_STEP), die):
        assert not differing(by_summaries(website.pk), by_hits(website.pk))


def test_two_builders_at_once_build_what_one_does(website: Website) -> None:
    write(month_of_traffic(website.pk))
    for number in at_every_statement(lambda: step(website), lambda: step(website)):
        assert not differing(by_summaries(website.pk), by_hits(website.pk)), number
    built(website.pk)
    assert by_summaries(website.pk) == by_hits(website.pk)


def test_a_late_hit_at_any_statement_of_the_builder_is_in_every_answer(website: Website) -> None:
    write(month_of_traffic(website.pk))
    visitors = count()

    def late() -> None:
        at = NOW - timedelta(days=next(visitors) % 25, hours=3)
        write([hit(website.pk, f"late {next(visitors)}", "/late", at=at)])

    for number in at_every_statement(lambda: step(website), late):
        assert not differing(by_summaries(website.pk), by_hits(website.pk)), number
        assert number < 2_000
        if number > 60:
            break
    built(website.pk)
    assert by_summaries(website.pk) == by_hits(website.pk)


def test_a_late_hit_at_any_statement_of_a_reader_is_in_the_answer_or_not(website: Website) -> None:
    filled(website.pk)
    visitors = count()
    told: list[Any] = []

    def late() -> None:
        # somebody who is there at the end, and was not before: the trap is to count them nowhere
        write([hit(website.pk, f"late {next(visitors)}", "/late", at=NOW - timedelta(days=9))])

    def ask() -> None:
        told[:] = by_summaries(website.pk)

    write([hit(website.pk, f"late {number}", "/", at=NOW) for number in range(200)])
    before = by_hits(website.pk)
    for number in at_every_statement(ask, late):
        after = by_hits(website.pk)
        assert not differing(told, before, after), number
        built(website.pk)
        before = after


def test_a_builder_at_any_statement_of_a_reader_changes_no_answer(website: Website) -> None:
    write(month_of_traffic(website.pk))
    built(website.pk, NOW - timedelta(days=3))
    told: list[Any] = []
    hours = count()

    def ask() -> None:
        told[:] = by_summaries(website.pk)

    def more() -> None:
        built(website.pk, NOW - timedelta(days=3) + timedelta(hours=next(hours)), most_hits=10)

    right = by_hits(website.pk)
    for number in at_every_statement(ask, more):
        assert not differing(told, right), number


def test_what_readers_wait_for_is_told_by_nobody(website: Website) -> None:
    """While a mark is there, nothing after it is read; once it is built again, all of it is."""
    filled(website.pk)
    write([hit(website.pk, "late", "/late", at=NOW - timedelta(days=2))])
    assert RollupMark.objects.count() == 1
    assert by_summaries(website.pk) == by_hits(website.pk)
    built(website.pk)
    assert not RollupMark.objects.exists()
    assert RollupState.objects.get(pk=website.pk).hours_until == 492_780
    assert by_summaries(website.pk) == by_hits(website.pk)
