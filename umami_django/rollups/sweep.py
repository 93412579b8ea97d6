"""From hits, session by session, to days and values: the one place where summaries are counted. Pure.

Every session is told with all it did before, so that "has it been here, and when?" needs no state that could be wrong.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from ..domain.periods import HOUR_US, SECOND_US
from ..domain.vocabulary import HitKind, Span, TermKind
from .day import NEAREST, Day
from .units import DAY_HOURS, DAY_QUARTERS, HOUR_QUARTERS, QUARTER_US, month_of_day
from .values import Entry, Tally

HIT_DIMENSIONS = (
    TermKind.PATH,
    TermKind.QUERY,
    TermKind.REFERRER_DOMAIN,
    TermKind.TITLE,
    TermKind.HOSTNAME,
    TermKind.TAG,
    TermKind.UTM_SOURCE,
    TermKind.UTM_MEDIUM,
    TermKind.UTM_CAMPAIGN,
    TermKind.UTM_CONTENT,
    TermKind.UTM_TERM,
    TermKind.CHANNEL,
    TermKind.URL,
    TermKind.REFERRER,
)
"""What a hit's row tells, in the order in which it is read."""
COUNTED_ONLY = 2
"""The last so many of them have pageviews and no visitors: v1 alone asks for them, and asks for no more."""
SESSION_DIMENSIONS = (
    TermKind.BROWSER,
    TermKind.OS,
    TermKind.DEVICE,
    TermKind.SCREEN,
    TermKind.LANGUAGE,
    TermKind.COUNTRY,
    TermKind.REGION,
    TermKind.CITY,
)
PLACES = frozenset({TermKind.REGION, TermKind.CITY})
"""Known together with their country only: there is a Paris in Texas."""
ENTRY, EXIT, EVENT_TIMES = 101, 102, 103
"""Dimensions that no single column holds: the first and the last path of a visit, events by quarter."""
_COUNTRY = SESSION_DIMENSIONS.index(TermKind.COUNTRY)

Hit = tuple[int, int, int, int, int | None, tuple[int | None, ...]]
"""Session, visit, time in microseconds, kind, event name, the hit dimensions."""
Story = tuple[int, tuple[int | None, ...], Sequence[Hit]]
"""A session, its session dimensions, and all its hits by time and key until the end of the stretch."""

_VISITORS = len(HIT_DIMENSIONS) - COUNTED_ONLY
_KEY_BITS = 5
_EVENT_SLOT = 31
SESSION_KEY = -1
PAGEVIEW = int(HitKind.PAGEVIEW)
_time = itemgetter(2)
_CODE_OF = {
    **{place: int(kind) for place, kind in enumerate(HIT_DIMENSIONS)},
    _EVENT_SLOT: TermKind.EVENT_NAME,
}


def place(term: int, country: int) -> int:
    """A region or city with its country as one value; `term_and_country` takes it apart."""
    return term << 32 | country


def term_and_country(value: int) -> tuple[int, int]:
    return value >> 32, value & (1 << 32) - 1


@dataclass(slots=True)
class Unit:
    """The values of one unit while they are counted."""

    rows: Counter[int] = field(default_factory=Counter)
    """By the number that the sweep gave the terms of a row."""
    entries: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[tuple[int | None, ...], list[Entry]] = field(default_factory=lambda: defaultdict(list))
    session_views: Counter[tuple[int | None, ...]] = field(default_factory=Counter)
    events: Counter[int] = field(default_factory=Counter)
    entry: Counter[int] = field(default_factory=Counter)
    exit: Counter[int] = field(default_factory=Counter)
    event_times: Counter[tuple[int, int]] = field(default_factory=Counter)

    def tallies(self, terms_of: Sequence[tuple[int | None, ...]]) -> dict[int, Tally]:
        """By dimension. *terms_of*: the terms that each number stands for."""
        found: dict[int, Tally] = defaultdict(Tally)
        of_place = [found[_CODE_OF[number]].views for number in range(len(HIT_DIMENSIONS))]
        for number, count in self.rows.items():
            for views, term in zip(of_place, terms_of[number], strict=True):
                if term is not None:
                    views[term] += count
        for key, entries in self.entries.items():
            found[_CODE_OF[key & _EVENT_SLOT]].entries[key >> _KEY_BITS] = entries
        for position, dimension in enumerate(SESSION_DIMENSIONS):
            tally, is_place = found[dimension], dimension in PLACES
            for attributes, entries in self.sessions.items():
                value = attributes[position] or 0
                if is_place:
                    value = place(value, attributes[_COUNTRY] or 0)
                tally.entries[value] += entries
                tally.views[value] += self.session_views[attributes]
        for code, counts in ((TermKind.EVENT_NAME, self.events), (ENTRY, self.entry), (EXIT, self.exit)):
            found[code].views.update(counts)
        return {dimension: tally for dimension, tally in found.items() if tally}


class Sweep:
    """Counts the hits from hour *start* on into days, and into units of *span*, hours or days."""

    def __init__(self, start: int, span: Span) -> None:
        self.start = start
        self.days: dict[int, Day] = defaultdict(Day)
        self.units: dict[int, Unit] = defaultdict(Unit)
        self._unit_quarters = DAY_QUARTERS if span is Span.DAY else HOUR_QUARTERS
        self.terms: list[tuple[int | None, ...]] = []
        """All combinations of terms that there were: a row is known by the place of its combination."""
        self._known: dict[tuple[int | None, ...], tuple[int, tuple[int, ...]]] = {}

    def add(self, stories: Iterable[Story]) -> None:
        """Count these sessions."""
        since = self.start * HOUR_US
        for session, attributes, hits in stories:
            first = bisect_left(hits, since, key=_time) if hits[0][2] < since else 0
            self._count_visits(session, hits, first)
            self._count_values(attributes, hits, first)

    def _count_visits(self, session: int, hits: Sequence[Hit], first: int) -> None:
        """Pageviews, visitors and visits of one session, from its hit number *first* on."""
        last_quarter = -1
        visits: dict[int, list[int]] = {}  # first and last time, pageviews, last path
        times: dict[int, list[int]] = defaultdict(list)
        for _, visit, at, kind, _, terms in hits[:first]:
            if kind == PAGEVIEW:
                times[visit].append(at)
                last_quarter = at // QUARTER_US
                known = visits.get(visit)
                if known is None:
                    visits[visit] = [at, at, 1, terms[0] or 0]
                else:
                    known[1], known[2], known[3] = at, known[2] + 1, terms[0] or 0
        hour, hour_views, hour_first, hour_last = -1, 0, 0, 0
        for _, visit, at, kind, _, terms in hits[first:]:
            if kind != PAGEVIEW:
                continue
            quarter = at // QUARTER_US
            day, place, path = self.days[quarter // DAY_QUARTERS], quarter % DAY_QUARTERS, terms[0] or 0
            day.views[place] += 1
            of_visit = times[visit]
            of_visit.append(at)
            day.restarts.count(quarter // DAY_QUARTERS, of_visit, len(of_visit) - 1)
            if quarter != last_quarter:
                _note_visitor(day, place, quarter, last_quarter)
                if quarter // 4 != hour:
                    if hour_views:
                        self._close_hour(hour, hour_views, hour_last - hour_first)
                    hour, hour_views, hour_first = quarter // 4, 0, at
                last_quarter = quarter
            hour_views, hour_last = hour_views + 1, at
            known = visits.get(visit)
            if known is None:
                visits[visit] = [at, at, 1, path]
                day.begun[place // 4] += 1
                day.bounces[place // 4] += 1
                unit = self.units[quarter // self._unit_quarters]
                unit.entry[path] += 1
                unit.exit[path] += 1
            else:
                self._go_on(day, quarter, session, visit, known, at, path)
        if hour_views:
            self._close_hour(hour, hour_views, hour_last - hour_first)

    def _go_on(
        self, day: Day, quarter: int, session: int, visit: int, known: list[int], at: int, path: int
    ) -> None:
        """A visit's further pageview; *known*: its first and last time until then, its pageviews, its last path."""
        hour = quarter % DAY_QUARTERS // 4
        first, last, views, last_path = known
        if views == 1:
            day.bounces[hour] -= 1
        day.seconds[hour] += (at - first) // SECOND_US - (last - first) // SECOND_US
        hours_since = at // HOUR_US - last // HOUR_US
        if hours_since:
            day.crossings.append((hour, hours_since, session, visit))
        if path != last_path:
            unit = self.units[quarter // self._unit_quarters]
            unit.exit[last_path] -= 1
            unit.exit[path] += 1
            known[3] = path
        known[1], known[2] = at, views + 1

    def _close_hour(self, hour: int, views: int, length_us: int) -> None:
        """One (session, hour), as v1 counts."""
        day, place = self.days[hour // DAY_HOURS], hour % DAY_HOURS
        day.hour_visits[place] += 1
        day.hour_bounces[place] += views == 1
        day.hour_seconds[place] += length_us // SECOND_US

    def _count_values(self, attributes: tuple[int | None, ...], hits: Sequence[Hit], first: int) -> None:
        """The values of one session, unit by unit, from its hit number *first* on."""
        before: dict[int, int] = {}  # key -> the last quarter before the unit
        for _, _, at, kind, name, terms in hits[:first]:
            keys = self._row(terms)[1] if kind == PAGEVIEW else _event_keys(name)
            before.update(dict.fromkeys(keys, at // QUARTER_US))
        width = self._unit_quarters
        place, number_of_hits = first, len(hits)
        while place < number_of_hits:
            number = hits[place][2] // QUARTER_US // width
            start = number * width
            ends_us = (start + width) * QUARTER_US
            unit, views = self.units[number], 0
            told: list[tuple[int, tuple[int, ...]]] = []
            while place < number_of_hits:
                _, _, at, kind, name, terms = hits[place]
                if at >= ends_us:
                    break
                quarter = at // QUARTER_US - start
                if kind == PAGEVIEW:
                    views += 1
                    row, keys = self._known.get(terms) or self._row(terms)
                    unit.rows[row] += 1
                    told.append((quarter, keys))
                else:
                    unit.events[name or 0] += 1
                    unit.event_times[quarter, name or 0] += 1
                    told.append((quarter, _event_keys(name)))
                place += 1
            if views:
                unit.session_views[attributes] += views
            self._note_unit(unit, start, attributes, told, before, is_last=place == number_of_hits)

    def _note_unit(
        self,
        unit: Unit,
        start: int,
        attributes: tuple[int | None, ...],
        told: list[tuple[int, tuple[int, ...]]],
        before: dict[int, int],
        *,
        is_last: bool,
    ) -> None:
        """What a session did in one unit becomes an entry for each key; *before* is brought up to date."""
        entries, sessions = unit.entries, unit.sessions
        if len(told) == 1 and not before and is_last:  # most sessions of most units
            quarter, keys = told[0]
            entry = quarter << 8 | quarter
            for key in keys:
                if key == SESSION_KEY:
                    sessions[attributes].append(entry)
                else:
                    entries[key].append(entry)
            return
        firsts: dict[int, int] = {}
        lasts: dict[int, int] = {}
        for quarter, keys in told:
            lasts.update(dict.fromkeys(keys, quarter))
        for quarter, keys in reversed(told):
            firsts.update(dict.fromkeys(keys, quarter))
        for key, last in lasts.items():
            entry = firsts[key] << 8 | last
            if before and (known := before.get(key)) is not None:
                entry |= (start - known) << 16
            if key == SESSION_KEY:
                sessions[attributes].append(entry)
            else:
                entries[key].append(entry)
        if not is_last:
            before.update({key: start + last for key, last in lasts.items()})

    def _row(self, terms: tuple[int | None, ...]) -> tuple[int, tuple[int, ...]]:
        """The number of a pageview's terms, and its keys: that of its session, and one for each value."""
        known = self._known.get(terms)
        if known is None:
            values = enumerate(terms[:_VISITORS])
            own = (term << _KEY_BITS | place for place, term in values if term is not None)
            known = self._known[terms] = (len(self.terms), (SESSION_KEY, *own))
            self.terms.append(terms)
        return known


def _event_keys(name: int | None) -> tuple[int, ...]:
    return ((name or 0) << _KEY_BITS | _EVENT_SLOT,)


def _note_visitor(day: Day, place: int, quarter: int, last_quarter: int) -> None:
    """A session that is active in *quarter*, and was before in *last_quarter* (-1: never)."""
    if last_quarter < 0:
        day.new[place] += 1
        return
    gap = quarter - last_quarter
    if month_of_day(quarter // DAY_QUARTERS) != month_of_day(last_quarter // DAY_QUARTERS):
        day.far[place].append(gap)
    elif gap <= NEAREST:
        day.near[place].append(gap)
    else:
        day.rest[place].append(gap)
