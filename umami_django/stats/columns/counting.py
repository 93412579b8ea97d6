"""The five numbers of some hits of a frame, by any key. Pure."""

from dataclasses import dataclass

import numpy as np

from ...domain.answers import Summary
from ...domain.periods import HOUR_US, SECOND_US
from ...domain.vocabulary import VisitKey
from ...rollups.columns import Array, distinct, enumerated, numbered
from ...rollups.fast import TIME
from ...rollups.frame import Frame


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of each key: how many pageviews, visitors, …"""

    pageviews: Array
    visitors: Array
    visits: Array
    bounces: Array
    total_seconds: Array

    def summaries(self) -> list[Summary]:
        """The same, key by key."""
        columns = (self.pageviews, self.visitors, self.visits, self.bounces, self.total_seconds)
        return [Summary(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def pageviews(keys: Array, count: int) -> Array:
    """How many hits have each key, a number below *count*."""
    return np.bincount(keys, minlength=count)


def visitors(frame: Frame, hits: Array, keys: Array, count: int) -> Array:
    """How many sessions have each key."""
    return _distinct(frame.piece_session_numbers[frame.pieces[hits]], frame.session_count, keys, count)


def visits(frame: Frame, hits: Array, keys: Array, count: int) -> Array:
    """How many visits have each key."""
    return _distinct(frame.piece_visit_numbers[frame.pieces[hits]], frame.visit_count, keys, count)


def numbers(
    frame: Frame, hits: Array, keys: Array, count: int, visit_key: VisitKey = VisitKey.VISIT
) -> Numbers:
    """All numbers of the *hits* (places, in order of time), by *keys*, numbers below *count*. The frame is timed."""
    times, pieces = frame.columns[TIME][hits], frame.pieces[hits]
    if visit_key is VisitKey.HOUR:
        known_hours, hours = numbered(times // HOUR_US)
        hour_count = len(known_hours)
        groups = frame.piece_session_numbers[pieces] * hour_count + hours
        group_count = frame.session_count * hour_count
    else:
        groups, group_count = frame.piece_visit_numbers[pieces], frame.visit_count
    if count > 1:
        groups = groups + keys * group_count
        group_count *= count
    if group_count > 4 * len(groups) + 1_000_000:
        group_count, groups = enumerated(groups)
    views = np.bincount(groups, minlength=group_count)
    first, last, of_key = (np.zeros(group_count, np.int64) for _ in range(3))
    first[groups[::-1]] = times[::-1]  # of several for one visit the last one stays
    last[groups] = times
    if count > 1:
        of_key[groups] = keys
    there = np.flatnonzero(views)
    of_key, views, seconds = of_key[there], views[there], (last[there] - first[there]) // SECOND_US
    return Numbers(
        pageviews(keys, count),
        _distinct(frame.piece_session_numbers[pieces], frame.session_count, keys, count),
        np.bincount(of_key, minlength=count),
        np.bincount(of_key[views == 1], minlength=count),
        # sums of whole numbers: doubles hold them exactly up to 2 ** 53
        np.bincount(of_key, weights=seconds, minlength=count).astype(np.int64),
    )


def _distinct(members: Array, member_count: int, keys: Array, count: int) -> Array:
    """How many different *members* (below *member_count*) each key has."""
    if count * member_count <= 4 * len(keys) + 1_000_000:
        there = np.zeros(count * member_count, bool)
        there[keys * member_count + members if count > 1 else members] = True
        found: Array = np.count_nonzero(there.reshape(count, member_count), axis=1)
        return found
    pairs = distinct(keys.astype(np.int64) * member_count + members)
    return np.bincount(pairs // member_count, minlength=count)
