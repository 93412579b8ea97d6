"""Which hits of a frame the filters of a scope select. The rule is that of `HitQuerySet.matching`."""

import numpy as np

from ...domain.filters import Filter
from ...domain.scope import Scope
from ...domain.vocabulary import TERM_KIND, VISIT_METRICS, HitKind, Metric, TermKind
from ...models import Term
from ...rollups.columns import Array
from ...rollups.frame import Frame


def selected(frame: Frame, scope: Scope, kind: HitKind) -> Array:
    """The places of the hits of *kind* that the filters select. One query for each filter, the first time."""
    known = frame.selections.get((scope.filters, kind))
    if known is not None:
        return known
    holds = frame.kinds == kind
    for condition in scope.filters:
        found = _holds(frame, condition, _terms(scope.website_id, condition))
        holds &= ~found if condition.is_negative else found
    places: Array = np.flatnonzero(holds)
    frame.selections[scope.filters, kind] = places
    return places


def ends(frame: Frame, metric: Metric) -> tuple[Array, Array]:
    """Of each visit the path of its first or last pageview (0 for none), and whether it has any."""
    views = np.flatnonzero(frame.kinds == HitKind.PAGEVIEW)
    visits = frame.piece_visit_numbers[frame.pieces[views]]
    paths = frame.columns[TermKind.PATH][views]
    if metric is Metric.ENTRY:
        visits, paths = visits[::-1], paths[::-1]
    found = np.zeros(frame.visit_count, np.int64)
    known = np.zeros(frame.visit_count, bool)
    found[visits] = paths  # of several for one visit the last one stays
    known[visits] = True
    return found, known


def _terms(website_id: int, condition: Filter) -> Array:
    ids = Term.objects.satisfying(website_id, condition.positive).values_list("pk", flat=True)
    return np.array(list(ids), np.int64)


def _holds(frame: Frame, condition: Filter, terms: Array) -> Array:
    """For which hits the positive of *condition* holds."""
    field = condition.field
    if field in VISIT_METRICS:
        paths, known = ends(frame, field)
        having = _is_among(paths, terms) & known
        holds = having | ~known if condition.wants_unknown else having
        return _value(holds, frame.piece_visit_numbers[frame.pieces])
    if field is Metric.COMPLETED:
        events = frame.kinds == HitKind.EVENT
        sessions = frame.piece_session_numbers[frame.pieces]
        having, known = np.zeros(frame.session_count, bool), np.zeros(frame.session_count, bool)
        having[sessions[events & _is_among(frame.columns[TermKind.EVENT_NAME], terms)]] = True
        known[sessions[events]] = True
        return _value(having | ~known if condition.wants_unknown else having, sessions)
    if condition.wants_unknown:
        terms = np.append(terms, 0)
    if condition.is_about_session:
        of_session = _is_among(frame.columns[TERM_KIND[field]], terms)
        return _value(of_session[frame.piece_sessions], frame.pieces)
    return _is_among(frame.columns[TERM_KIND[field]], terms)


def _is_among(values: Array, terms: Array) -> Array:
    found: Array = values == int(terms[0]) if len(terms) == 1 else np.isin(values, terms)
    return found


def _value(of_each: Array, places: Array) -> Array:
    found: Array = of_each[places]
    return found
