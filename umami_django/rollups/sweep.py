"""From hits, session by session, to days and values: the one place where summaries are counted. Pure.

Every session is told with all it did before, so that "has it been here, and when?" needs no state that could be wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..domain.periods import HOUR_US, SECOND_US
from ..domain.vocabulary import HitKind, Span, TermKind
from .day import NEAREST, Day
from .units import DAY_HOURS, DAY_QUARTERS, QUARTER_US, month_of_day
from .values import Entry, Tally, entry

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

    rows: Counter[tuple[int | None, ...]] = field(default_factory=Counter)
    entries: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[tuple[int | None, ...], list[Entry]] = field(default_factory=lambda: defaultdict(list))
    session_views: Counter[tuple[int | None, ...]] = field(default_factory=Counter)
    events: Counter[int] = field(default_factory=Counter)
    entry: Counter[int] = field(default_factory=Counter)
    exit: Counter[int] = field(default_factory=Counter)
    event_times: Counter[tuple[int, int]] = field(default_factory=Counter)

    def tallies(self) -> dict[int, Tally]:
        """By dimension."""
        found: dict[int, Tally] = defaultdict(Tally)
        of_place = [found[_CODE_OF[number]].views for number in range(len(HIT_DIMENSIONS))]
        for terms, count in self.rows.items():
            for views, term in zip(of_place, terms, strict=True):
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
        self.days: dict[int, Day] = {}
        self.units: dict[int, Unit] = {}
        self._unit_quarters = DAY_QUARTERS if span is Span.DAY else DAY_QUARTERS // DAY_HOURS
        self._keys: dict[tuple[int | None, ...], tuple[int, ...]] = {}

    def add(self, stories: Iterable[Story]) -> None:
        """Count these sessions."""
        for session, attributes, hits in stories:
            self._count_quarters_and_visits(session, hits)
            self._count_values(attributes, hits)

    def _count_quarters_and_visits(self, session: int, hits: Sequence[Hit]) -> None:
        since, page = self.start * HOUR_US, HitKind.PAGEVIEW
        last_quarter = -1
        hour, hour_views, hour_first, hour_last = -1, 0, 0, 0
        visits: dict[int, list[int]] = {}
        for _, visit, at, kind, _, terms in hits:
            if kind != page:
                continue
            quarter = at // QUARTER_US
            counts = at >= since
            if counts:
                day, place = self._day(quarter // DAY_QUARTERS), quarter % DAY_QUARTERS
                day.views[place] += 1
                if quarter != last_quarter:
                    _note_visitor(day, place, quarter, last_quarter)
                if at // HOUR_US != hour:
                    if hour_views:
                        self._close_hour(hour, hour_views, hour_last - hour_first)
                    hour, hour_views, hour_first = at // HOUR_US, 0, at
                hour_views, hour_last = hour_views + 1, at
            last_quarter = quarter
            path = terms[0] or 0
            known = visits.get(visit)
            if known is None:
                visits[visit] = [at, at, 1, path]
                if counts:
                    self._begin_visit(day, quarter, path)
                continue
            if counts:
                self._go_on(day, quarter, session, visit, known, at, path)
            known[1], known[2], known[3] = at, known[2] + 1, path
        if hour_views:
            self._close_hour(hour, hour_views, hour_last - hour_first)

    def _begin_visit(self, day: Day, quarter: int, path: int) -> None:
        hour = quarter % DAY_QUARTERS // 4
        day.begun[hour] += 1
        day.bounces[hour] += 1
        unit = self._unit(quarter)
        unit.entry[path] += 1
        unit.exit[path] += 1

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
            unit = self._unit(quarter)
            unit.exit[last_path] -= 1
            unit.exit[path] += 1

    def _close_hour(self, hour: int, views: int, length_us: int) -> None:
        """One (session, hour), as v1 counts."""
        day = self._day(hour // DAY_HOURS)
        day.hour_visits[hour % DAY_HOURS] += 1
        day.hour_bounces[hour % DAY_HOURS] += views == 1
        day.hour_seconds[hour % DAY_HOURS] += length_us // SECOND_US

    def _count_values(self, attributes: tuple[int | None, ...], hits: Sequence[Hit]) -> None:
        since, page, unit_quarters = self.start * HOUR_US, HitKind.PAGEVIEW, self._unit_quarters
        seen: dict[int, list[int]] = {}  # key -> unit, first and last quarter there, last quarter before
        here: list[int] | None = None  # the same of the session, and its pageviews
        keys_of = self._keys
        for _, _, at, kind, event_name, terms in hits:
            quarter = at // QUARTER_US
            unit_number = quarter // unit_quarters
            if kind == page:
                keys = keys_of.get(terms)
                if keys is None:
                    keys = keys_of[terms] = tuple(
                        term << _KEY_BITS | place
                        for place, term in enumerate(terms[:_VISITORS])
                        if term is not None
                    )
                if at >= since:
                    self._unit(quarter).rows[terms] += 1
                if here is None:
                    here = [unit_number, quarter, quarter, 0, 1]
                elif here[0] != unit_number:
                    self._note_session(attributes, here)
                    here = [unit_number, quarter, quarter, here[2], 1]
                else:
                    here[2] = quarter
                    here[4] += 1
            else:
                name = event_name or 0
                keys = (name << _KEY_BITS | _EVENT_SLOT,)
                if at >= since:
                    unit = self._unit(quarter)
                    unit.events[name] += 1
                    unit.event_times[quarter % unit_quarters, name] += 1
            for key in keys:
                known = seen.get(key)
                if known is None:
                    seen[key] = [unit_number, quarter, quarter, 0]
                elif known[0] == unit_number:
                    known[2] = quarter
                else:
                    self._note_entries({key: known})
                    seen[key] = [unit_number, quarter, quarter, known[2]]
        self._note_entries(seen)
        if here is not None:
            self._note_session(attributes, here)

    def _note_entries(self, seen: dict[int, list[int]]) -> None:
        """The keys that a session had in a unit; in units before the stretch they were counted when those were."""
        current, start, entries = -1, 0, None
        for key, (number, first, last, before) in seen.items():
            if number != current:
                current, start, unit = number, number * self._unit_quarters, self.units.get(number)
                entries = unit.entries if unit is not None and start >= self.start * 4 else None
            if entries is not None:
                packed = (start - before if before else 0) << 16 | first - start << 8 | last - start
                entries[key].append(packed)

    def _note_session(self, attributes: tuple[int | None, ...], known: list[int]) -> None:
        number, first, last, before, views = known
        unit = self.units.get(number)
        start = number * self._unit_quarters
        if unit is None or start < self.start * 4:
            return
        unit.session_views[attributes] += views
        unit.sessions[attributes].append(entry(start - before if before else 0, first - start, last - start))

    def _day(self, number: int) -> Day:
        day = self.days.get(number)
        if day is None:
            day = self.days[number] = Day()
        return day

    def _unit(self, quarter: int) -> Unit:
        number = quarter // self._unit_quarters
        unit = self.units.get(number)
        if unit is None:
            unit = self.units[number] = Unit()
        return unit


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
