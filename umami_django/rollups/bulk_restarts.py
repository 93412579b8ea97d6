"""The restarts of many days at once, with numpy: the same that `restarts.py` counts pageview by pageview. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..domain.periods import SECOND_US
from .columns import Array
from .restarts import REACH
from .units import DAY_QUARTERS, QUARTER_US

AT_ONCE = 1_000_000
"""A pageview may be counted anew as often as REACH: so many of those times are looked at together."""
_SINCES = 2 * DAY_QUARTERS
"""*since* is counted from the start of the day before."""
_APART = 2**32
"""More than there are quarters between any two pageviews."""


@dataclass(frozen=True)
class BulkRestarts:
    """Of each day of a stretch. Numbers are rows of three: visits, bounces, seconds."""

    changes: Array
    """Three, by day, by quarter."""
    keys: Array
    """Of the differences, sorted: day * 192 * 96 + since * 96 + quarter."""
    differences: Array
    """Three, by key."""
    too_long: frozenset[int]
    """Days that tell nothing."""

    def of(self, day: int) -> list[Array] | None:
        """The columns of a *day*, the first one being 0; None when it tells nothing."""
        if day in self.too_long:
            return None
        size = _SINCES * DAY_QUARTERS
        part = slice(*np.searchsorted(self.keys, (day * size, (day + 1) * size)).tolist())
        keys = self.keys[part] - day * size
        sinces, quarters = np.divmod(keys, DAY_QUARTERS)
        return [*self.changes[:, day], sinces, quarters, *self.differences[:, part]]


def count(times: Array, begins: Array, new: Array, first_day: int, days: int) -> BulkRestarts:
    """Count pageviews, which are by visit and time. *begins*: is it a visit's first one? *new*: is it on one of the
    *days* from *first_day* on, and not from before?"""
    visits = np.cumsum(begins) - 1
    quarters = times // QUARTER_US - first_day * DAY_QUARTERS
    ordered = visits * _APART + quarters
    firsts = np.flatnonzero(begins)[visits]
    places = np.flatnonzero(new)
    changes = _sums(quarters[places], _changes(times, firsts[places], places), days * DAY_QUARTERS)
    reach = quarters[places] - quarters[firsts[places]]
    too_long = frozenset((quarters[places[reach > REACH]] // DAY_QUARTERS).tolist())
    told = (reach > 0) & (reach <= REACH)
    differences = np.zeros((3, days * _SINCES * DAY_QUARTERS), np.int64)
    for part, gaps in _expanded(places[told], reach[told]):
        first_since = np.searchsorted(ordered, ordered[part] - gaps)
        difference = _changes(times, first_since, part) - _changes(times, firsts[part], part)
        day, quarter = np.divmod(quarters[part], DAY_QUARTERS)
        keys = (day * _SINCES + quarter + DAY_QUARTERS - gaps) * DAY_QUARTERS + quarter
        differences += _sums(keys, difference, differences.shape[1])
    keys = np.flatnonzero(differences.any(axis=0))
    return BulkRestarts(changes.reshape(3, days, DAY_QUARTERS), keys, differences[:, keys], too_long)


def _expanded(places: Array, reach: Array) -> Iterator[tuple[Array, Array]]:
    """Each of the *places* as often as its *reach*, with a number from 0 on; about AT_ONCE of them at a time."""
    ends = np.cumsum(reach)
    for batch in np.split(np.arange(len(places)), np.flatnonzero(np.diff(ends // AT_ONCE)) + 1):
        of = reach[batch]
        yield np.repeat(places[batch], of), np.arange(int(of.sum())) - np.repeat(np.cumsum(of) - of, of)


def _changes(times: Array, firsts: Array, places: Array) -> Array:
    """By how much each of *places* changes a visit that begins with the one at *firsts*."""
    is_first = places == firsts
    before = np.where(is_first, places, places - 1)
    begun = times[firsts]
    seconds = (times[places] - begun) // SECOND_US - (times[before] - begun) // SECOND_US
    return np.stack((is_first, is_first.astype(np.int64) - (places == firsts + 1), seconds))


def _sums(keys: Array, numbers: Array, count: int) -> Array:
    """The sums of each row of *numbers* by key, a number below *count*."""
    # sums of whole numbers: doubles hold them exactly up to 2 ** 53
    sums = [np.bincount(keys, weights=row, minlength=count) for row in numbers]
    return np.stack(sums).astype(np.int64)
