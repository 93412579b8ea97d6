"""Removes texts that nothing uses any more: an address that only an erased visitor saw, a query of last year.

A text must not go while a running process may still write hits with its id. So it goes in two steps, at least
`SETTLES_IN` apart:

1. *Put aside*: a website whose rows were deleted, and not lately, is walked through once. Terms that no row uses get
   another digest: from then on nobody finds them, and the same text seen again becomes a new term.
2. *Remove*: whoever had found an id before has forgotten it by now (`REMEMBERED_S` in writers/terms.py) and has long
   ended the transaction in which it was found: nobody can use it any more. The walk is made again. What is still unused
   goes; what was used after all is put back, or joined with the new term of the same text.

Nothing was deleted for `SETTLES_IN` before the first step: so what a process remembers was stored with a row that is
still there, and what is put back is next to nothing. Right it would be without that.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CharField, Max, Min, Model, Q, Value
from django.db.models.functions import Cast, Concat

from ..conf import umami_settings
from ..domain.periods import to_micros
from ..domain.terms import digest
from ..domain.vocabulary import Span, TermKind
from ..models import RollupState, RollupValues, StoredHit, Term, TermSweep
from ..models.fields import TermField
from ..rollups.packing import unpack
from ..rollups.sweep import EVENT_TIMES, PLACES, term_and_country
from ..rollups.units import start_quarter
from ..rollups.values import Values
from ..writers.marks import noting
from ..writers.rows import write_transaction
from ..writers.terms import REMEMBERED_S

SETTLES_IN = timedelta(seconds=REMEMBERED_S) + timedelta(minutes=10)
"""The second part is for transactions: none takes that long."""
RETIRED = "retired:"
"""How the digest of a term begins that was put aside; its id follows."""
BATCH_ROWS = 5_000
BATCH_TERMS = 1_000
BATCH_IDS = 10_000
BATCH_UNITS = 100
HOUR_QUARTERS = 4
EVENT_TIME_COLUMNS = 3
"""Quarter, event name, how many (rollups/build.py)."""

Progress = Callable[[int], None]
"""Called with the number of rows looked at so far."""


@dataclass(slots=True)
class Swept:
    """What a sweep did."""

    put_aside: int = 0
    put_back: int = 0
    removed: int = 0


def note_deleted(website_id: int, now: datetime, using: str) -> None:
    """Rows of this website are deleted *now*: its terms are worth looking at, though not at once. Call in the
    transaction that deletes, or right after it."""
    rows = TermSweep.objects.using(using)
    if not rows.filter(website_id=website_id).update(dirty_at=now):
        rows.bulk_create([TermSweep(website_id=website_id, dirty_at=now)], ignore_conflicts=True)


def sweep(now: datetime, *, progress: Progress | None = None) -> Swept:
    """Take each website one step further that is due. May be interrupted at any moment and run again.

    Call it before anything is deleted: a website where rows were just deleted is left for the next time.
    """
    using = umami_settings().TRAFFIC_DATABASE
    settled, swept = now - SETTLES_IN, Swept()
    due = Q(retired_at__lte=settled) | Q(retired_at=None, dirty_at__lte=settled)
    for state in TermSweep.objects.using(using).filter(due).order_by("website_id"):
        walk = _Walk(state.website_id, using, progress)
        if state.retired_at is None:
            swept.put_aside += _put_aside(walk, now)
        else:
            removed, put_back = _finish(walk)
            swept.removed += removed
            swept.put_back += put_back
    return swept


def _put_aside(walk: "_Walk", now: datetime) -> int:
    """The first step; how many terms."""
    started = time.monotonic()
    terms = walk.terms.exclude(digest__startswith=RETIRED)
    count = 0
    for some in _in_batches(walk.unused(terms), BATCH_TERMS):
        with write_transaction(walk.using):
            count += terms.filter(pk__in=some).update(
                digest=Concat(Value(RETIRED), Cast("pk", CharField(max_length=12)))
            )
    states = TermSweep.objects.using(walk.using).filter(website_id=walk.website_id)
    # what was deleted during the walk is for the next one; the waiting begins when the last term is put aside
    states.filter(dirty_at__lte=now).update(dirty_at=None)
    states.update(retired_at=now + timedelta(seconds=time.monotonic() - started))
    return count


def _finish(walk: "_Walk") -> tuple[int, int]:
    """The second step; how many terms were removed and put back."""
    terms = walk.terms.filter(digest__startswith=RETIRED)
    unused = walk.unused(terms)
    removed = 0
    for some in _in_batches(unused, BATCH_TERMS):
        with write_transaction(walk.using):
            removed += terms.filter(pk__in=some)._raw_delete(walk.using)
    used = list(terms)
    for term in used:
        _put_back(term, walk.using)
    TermSweep.objects.using(walk.using).filter(website_id=walk.website_id).update(retired_at=None)
    return removed, len(used)


def _put_back(term: Term, using: str) -> None:
    """Let *term* be found again; where its text has become another term meanwhile, use that one."""
    own = digest(term.text)
    terms = Term.objects.using(using)
    with write_transaction(using):
        try:
            with transaction.atomic(using=using):
                terms.filter(pk=term.pk).update(digest=own)
            return
        except IntegrityError:
            twin = terms.get(website_id=term.website_id, kind=term.kind, digest=own)
        column = TermKind(term.kind).name.lower()
        for model, columns in _referring():
            if column in columns:
                rows = model._default_manager.using(using).filter(
                    website_id=term.website_id, **{column: term.pk}
                )
                first = rows.aggregate(first=Min("created_at"))["first"]
                if first is not None:
                    # summaries know the one that goes
                    with noting({term.website_id: to_micros(first)}, using):
                        rows.update(**{f"{column}_id": twin.pk})
        terms.filter(pk=term.pk).delete()


class _Walk:
    """A look at every row of one website that may use terms."""

    def __init__(self, website_id: int, using: str, progress: Progress | None) -> None:
        self.website_id = website_id
        self.using = using
        self.terms = Term.objects.using(using).filter(website_id=website_id)
        self._progress = progress
        self._looked_at = 0

    def unused(self, terms: Any) -> Iterator[int]:
        """The ids of those of *terms* that no row refers to. Memory: one bit for each id between lowest and highest.

        The ids are all read before the first row: a term that was there then was stored with its hit, or the hit was
        stored later and is seen by the second step.
        """
        ends = terms.aggregate(lowest=Min("pk"), highest=Max("pk"))
        if ends["lowest"] is None:
            return iter(())
        marks = _Marks(ends["lowest"], ends["highest"])
        ids = terms.order_by("pk").values_list("pk", flat=True)
        last = ends["lowest"] - 1
        while batch := list(ids.filter(pk__gt=last)[:BATCH_IDS]):
            marks.add(batch)
            last = batch[-1]
        newest = StoredHit.objects.using(self.using).order_by("-pk").values_list("pk", flat=True).first() or 0
        for model, columns in _referring():
            rows = model._default_manager.using(self.using).filter(website_id=self.website_id)
            for used in self._used(rows, columns):
                marks.remove(used)
        for summarised in _of_pruned_hits(self.website_id, self.using):
            marks.remove(summarised)
        hits = StoredHit.objects.using(self.using).filter(website_id=self.website_id, pk__gt=newest)
        columns = next(columns for model, columns in _referring() if model is StoredHit)
        for used in self._used(hits, columns):
            marks.remove(used)
        return iter(marks)

    def _used(self, rows: Any, columns: tuple[str, ...]) -> Iterator[set[int | None]]:
        names = ("pk", *(f"{column}_id" for column in columns))
        ordered = rows.order_by("created_at", "pk")
        batch = list(ordered.values_list("created_at", *names)[:BATCH_ROWS])
        while batch:
            yield set(chain.from_iterable(row[2:] for row in batch))
            self._looked_at += len(batch)
            if self._progress is not None:
                self._progress(self._looked_at)
            at, key = batch[-1][:2]
            following = ordered.filter(Q(created_at__gt=at) | Q(pk__gt=key), created_at__gte=at)
            batch = list(following.values_list("created_at", *names)[:BATCH_ROWS])


def _of_pruned_hits(website_id: int, using: str) -> Iterator[set[int]]:
    """The terms that summaries tell of where the hits were pruned: there, nothing else does."""
    states = RollupState.objects.using(using).filter(pk=website_id)
    raw_from = states.values_list("raw_from", flat=True).first()
    if raw_from is None:
        return
    units = RollupValues.objects.using(using).filter(website_id=website_id).order_by("pk")
    last = 0
    while batch := list(units.filter(pk__gt=last)[:BATCH_UNITS]):
        last = batch[-1].pk
        for unit in batch:
            if start_quarter(Span(unit.span), unit.start) < HOUR_QUARTERS * raw_from:
                yield _terms_of(unit)


def _terms_of(unit: RollupValues) -> set[int]:
    if unit.dimension == EVENT_TIMES:
        return set(unpack(unit.packed, EVENT_TIME_COLUMNS)[1])
    ids = Values(unit.packed).ids
    if unit.dimension in PLACES:
        return set(chain.from_iterable(map(term_and_country, ids)))
    return set(ids)


class _Marks:
    """A set of ids between two as bits."""

    def __init__(self, lowest: int, highest: int) -> None:
        self._lowest = lowest
        self._bits = bytearray((highest - lowest) // 8 + 1)

    def add(self, ids: Iterable[int]) -> None:
        """Put these in, as far as they are between the two."""
        for number in ids:
            place = number - self._lowest
            if 0 <= place < 8 * len(self._bits):
                self._bits[place >> 3] |= 1 << (place & 7)

    def remove(self, ids: Iterable[int | None]) -> None:
        """Take these out, as far as they are in."""
        for number in ids:
            place = -1 if number is None else number - self._lowest
            if 0 <= place < 8 * len(self._bits):
                self._bits[place >> 3] &= ~(1 << (place & 7)) & 0xFF

    def __iter__(self) -> Iterator[int]:
        for index, byte in enumerate(self._bits):
            if byte:
                yield from (self._lowest + 8 * index + bit for bit in range(8) if byte >> bit & 1)


@lru_cache(maxsize=1)
def _referring() -> tuple[tuple[type[Model], tuple[str, ...]], ...]:
    """Every table with a column that refers to terms, and these columns. It must have `website_id` and `created_at`."""
    found = []
    for model in apps.get_app_config("umami_django").get_models():
        columns = tuple(field.name for field in model._meta.local_fields if isinstance(field, TermField))
        if columns and not model._meta.proxy:
            found.append((model, columns))
    return tuple(found)


def _in_batches(ids: Iterator[int], size: int) -> Iterator[list[int]]:
    while batch := [number for number, _ in zip(ids, range(size), strict=False)]:
        yield batch
