"""Repeated texts become integers: looked up in memory, then in the database, and added where new.

The texts of a row repeat together, too (a page has the same title and path each time): all at once first, then each.
"""

import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from threading import Lock
from typing import Any

from django.db import transaction
from django.db.models.signals import post_migrate

from ..domain.terms import digest
from ..models import Term
from .term_budget import admitted

TermKey = tuple[int, int, str]
"""Website, `TermKind` as a number, text."""

RowTexts = tuple[int, tuple[int, ...], tuple[str | None, ...]]
"""Website, kinds, and a text or None of each kind: what the term columns of a row stand for."""
TermIds = tuple[int | None, ...]
Columns = dict[RowTexts, TermIds]

OTHER = "(other)"
"""The term that stands for all that came after the day's limit."""
MOST_CACHED = 50_000
MOST_ROWS_CACHED = 8_192
REMEMBERED_S = 3600.0
"""An id is looked up again after this long: the purger leaves terms alone that somebody may still remember
(services/unused_terms.py)."""
DIGESTS_AT_ONCE = 10_000

_known: OrderedDict[TermKey, int] = OrderedDict()
_known_rows: OrderedDict[RowTexts, TermIds] = OrderedDict()
_emptied_at = time.monotonic()
_lock = Lock()


def term_columns(rows: Collection[RowTexts], using: str, most_new: int | None = None) -> Columns:
    """The ids that stand for the texts of each of *rows*, as `term_ids` finds them. Call inside a transaction."""
    columns: Columns = {}
    with _lock:
        _empty_now_and_then()
        for row in rows:
            if (known := _known_rows.get(row)) is not None:
                columns[row] = known
                _known_rows.move_to_end(row)
    if len(columns) == len(rows):
        return columns
    keys = {row: _keys(row) for row in rows if row not in columns}
    ids = term_ids({key for of_row in keys.values() for key in of_row if key}, using, most_new)
    found = {row: tuple([ids[key] if key else None for key in of_row]) for row, of_row in keys.items()}
    transaction.on_commit(lambda: _remember_rows(keys, found), using=using)
    return columns | found


def _keys(row: RowTexts) -> list[TermKey | None]:
    website_id, kinds, texts = row
    return [
        None if text is None else (website_id, kind, text) for kind, text in zip(kinds, texts, strict=True)
    ]


def _remember_rows(keys: dict[RowTexts, list[TermKey | None]], found: Columns) -> None:
    """But for those with a text that only `(other)` stands for today: its terms are not remembered either."""
    with _lock:
        for row, ids in found.items():
            if all(key is None or key in _known for key in keys[row]):
                _known_rows[row] = ids
        while len(_known_rows) > MOST_ROWS_CACHED:
            _known_rows.popitem(last=False)


def term_ids(keys: Iterable[TermKey], using: str, most_new: int | None = None) -> dict[TermKey, int]:
    """The id of each term, new ones added. Call inside a transaction on *using*.

    A website adds up to *most_new* a UTC day (None: any number); then the id is that of `(other)`. No query when all
    are in memory, one when all exist; otherwise a fixed number. Ids enter the memory after COMMIT only: an id of a
    transaction that was rolled back would point at nothing.
    """
    found, missing = _recall(set(keys))
    if not missing:
        return found
    digests = {key: digest(key[2]) for key in missing}
    stored = _stored(digests, using)
    new = sorted(missing - stored.keys(), key=lambda key: (key[0], key[1], digests[key]))
    replaced: dict[TermKey, int] = {}
    if new:
        new, too_many = (new, []) if most_new is None else admitted(new, most_new, using)
        stored |= _added(new, digests, using)
        if too_many:
            others = {(key[0], key[1], OTHER) for key in too_many}
            ids = term_ids(others, using)
            replaced = {key: ids[key[0], key[1], OTHER] for key in too_many}
    transaction.on_commit(lambda: _remember(stored), using=using)
    return found | stored | replaced


def _added(new: list[TermKey], digests: dict[TermKey, str], using: str) -> dict[TermKey, int]:
    """The ids of *new* terms; sorted by key, so that two writers lock in the same order."""
    if not new:
        return {}
    Term.objects.using(using).bulk_create(
        [Term(website_id=key[0], kind=key[1], digest=digests[key], text=key[2]) for key in new],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return _stored({key: digests[key] for key in new}, using)


def _stored(digests: dict[TermKey, str], using: str) -> dict[TermKey, int]:
    by_digest = {(key[0], key[1], text_digest): key for key, text_digest in digests.items()}
    texts = sorted(set(digests.values()))
    websites = {key[0] for key in digests}
    kinds = {key[1] for key in digests}
    stored = {}
    for start in range(0, len(texts), DIGESTS_AT_ONCE):
        rows = (
            Term.objects.using(using)
            .filter(
                website_id__in=websites, kind__in=kinds, digest__in=texts[start : start + DIGESTS_AT_ONCE]
            )
            .values_list("website_id", "kind", "digest", "id")
        )
        for website_id, kind, text_digest, term_id in rows:
            key = by_digest.get((website_id, kind, text_digest))
            if key is not None:
                stored[key] = term_id
    return stored


def _recall(keys: set[TermKey]) -> tuple[dict[TermKey, int], set[TermKey]]:
    """What is in memory, and what is not."""
    found, missing = {}, set()
    with _lock:
        _empty_now_and_then()
        for key in keys:
            if (known := _known.get(key)) is None:
                missing.add(key)
            else:
                found[key] = known
                _known.move_to_end(key)
    return found, missing


def _empty_now_and_then() -> None:
    """Call with the lock held."""
    global _emptied_at
    if time.monotonic() - _emptied_at >= REMEMBERED_S:
        _emptied_at = time.monotonic()
        _known.clear()
        _known_rows.clear()


def _remember(ids: dict[TermKey, int]) -> None:
    with _lock:
        _known.update(ids)
        while len(_known) > MOST_CACHED:
            _known.popitem(last=False)


def forget(**_: Any) -> None:
    """Empty the memory: after a flush or migration the ids may be other ones."""
    with _lock:
        _known.clear()
        _known_rows.clear()


def connect() -> None:
    """Forget all ids whenever the tables were flushed or migrated."""
    post_migrate.connect(forget, dispatch_uid="umami_django.writers.terms")
