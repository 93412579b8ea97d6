"""Who comes when, and what they do: one invented site's visitors, a day at a time. Nothing here knows of a database.

Visitors return, in a daily and weekly rhythm; some are identified and keep their session for months, all others
begin a new one each UTC month. Ids are made by the rules of `ingest.identity`. Times are microseconds since 1970.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from ..domain.periods import DAY_US, HOUR_US, SECOND_US, from_micros, to_micros
from ..ingest.identity import (
    VISIT_US,
    anonymous_session,
    identified_session,
    month_number,
    session_key,
    visit_in_hour,
)
from .site import LINKS_A_PAGE, Site

HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 11, 14, 15, 14, 13, 14, 15, 15, 14, 12, 11, 11, 10, 8, 6, 4)
"""How busy each hour of the day is, compared with the others (UTC)."""
WEEKEND, FIRST_DAY, LAST_DAY = 0.62, 0.7, 1.2
"""How busy a day is: on weekends; at the beginning and at the end of all the time."""
NEW, IDENTIFIED, NEW_IDENTIFIED = 0.37, 0.04, 0.05
"""Shares: visitors never seen this month; visits of identified ones, and how many of those are new."""
DOES_SOMETHING = 15
"""Of 256 pageviews."""
LENGTHS = (1,) * 43 + (2,) * 18 + (3,) * 12 + (4,) * 9 + (5,) * 6 + (6,) * 4 + (8,) * 4 + (11,) * 3 + (19,)
"""Pages of a visit, as often as they happen."""
PAGES_A_VISIT = sum(LENGTHS) / len(LENGTHS)
GAPS = 0x1000
LONG_AGO = -VISIT_US - 1

NewHit = tuple[int, int, int, int]
"""A hit: time, session, visit, number of its sight."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session's row, but for the texts of its client (the number of a face)."""

    key: int
    uuid: UUID
    created_at: int
    distinct_id: str | None
    face: int


class _Person:
    """A session, and the visit that it made last."""

    __slots__ = ("began", "free_at", "key", "visit")

    def __init__(self, key: int) -> None:
        self.key, self.visit, self.began, self.free_at = key, 0, LONG_AGO, 0


class Crowd:
    """The visitors of one site. The same *seed* and questions in the same order: the same visitors."""

    def __init__(self, site: Site, website: UUID, seed: str, secret: str) -> None:
        self._site, self._website, self._seed, self._secret = site, website, seed, secret
        self._chance = Random(seed)
        self._month = -1
        self._anonymous: list[_Person] = []
        self._identified: list[_Person] = []
        self._people = 0
        self._bits = self._chance.getrandbits
        self._gaps = [int(SECOND_US * (6 + self._chance.lognormvariate(3.3, 0.9))) for _ in range(GAPS)]
        self._later: list[NewHit] = []

    def day(self, start: int, end: int, visits: int) -> tuple[list[NewSession], list[NewHit]]:
        """What happens from *start* up to *end*, both of one UTC day, when so many *visits* begin: new sessions, and
        hits in order of time."""
        sessions: list[NewSession] = []
        month = month_number(from_micros(start))
        if month != self._month:
            # a receipt is good for its month only; what the last one left over would be a new session's
            self._month, self._anonymous, self._later = month, [], []
            for person in self._identified:
                person.began = LONG_AGO
        hits = self._later
        for moment in _moments(start, end, visits, self._chance):
            self._visit(self._visitor(moment, sessions), moment, hits)
        hits.sort()
        of_today = bisect_left(hits, (end,))
        self._later = hits[of_today:]
        del hits[of_today:]
        return sessions, hits

    def _visitor(self, moment: int, sessions: list[NewSession]) -> _Person:
        """Somebody who was here before, or a new one, whose row is added to *sessions*."""
        random = self._chance.random
        is_identified = random() < IDENTIFIED
        people, new = (self._identified, NEW_IDENTIFIED) if is_identified else (self._anonymous, NEW)
        if people and random() >= new:
            return people[-1 - int(len(people) * random() ** 2)]
        self._people += 1
        distinct_id = f"customer {self._seed}/{self._people}" if is_identified else None
        if distinct_id is None:
            uuid = UUID(
                anonymous_session(self._website, str(self._people), "", f"{self._seed} {self._month}")
            )
        else:
            uuid = UUID(identified_session(self._website, distinct_id, self._secret))
        person = _Person(session_key(uuid))
        people.append(person)
        face = int(random() * len(self._site.faces))
        sessions.append(NewSession(person.key, uuid, moment, distinct_id, face))
        return person

    def _visit(self, person: _Person, moment: int, hits: list[NewHit]) -> None:
        """A walk through the site; a visit id is kept for half an hour from its beginning, as a receipt would.

        One throw of the dice a page, its bits taken apart: most of the time of all is spent here.
        """
        site, bits, gaps, key = self._site, self._bits, self._gaps, person.key
        pages, links = site.pages, site.links
        if person.free_at >= moment:
            moment = person.free_at + SECOND_US
        dice = bits(48)
        sight = site.ways_in[dice % len(site.ways_in)]
        for _ in range(LENGTHS[dice % len(LENGTHS)]):
            if moment - person.began > VISIT_US:
                person.visit = visit_in_hour(key, moment // HOUR_US)
                person.began = moment - moment % SECOND_US
            page = pages[sight]
            hits.append((moment, key, person.visit, sight))
            dice = bits(48)
            last = moment
            if dice & 0xFF < DOES_SOMETHING:
                doings = site.events[page]
                last = moment + 2 * SECOND_US
                hits.append((last, key, person.visit, doings[(dice >> 16) % len(doings)]))
            sight = links[page][(dice >> 8) % LINKS_A_PAGE]
            moment += gaps[dice >> 16 & 0xFFF] + (dice >> 28)
        person.free_at = last


def days(start: int, end: int) -> Iterator[tuple[int, int, float]]:
    """The UTC days between *start* and *end*: where each begins and ends there, and how busy it is."""
    first = start // DAY_US
    count = max(1, (end - 1) // DAY_US - first)
    for number in range(first, (end - 1) // DAY_US + 1):
        opens, closes = max(start, number * DAY_US), min(end, (number + 1) * DAY_US)
        growth = FIRST_DAY + (LAST_DAY - FIRST_DAY) * (number - first) / count
        is_weekend = from_micros(opens).weekday() >= 5
        yield opens, closes, growth * (WEEKEND if is_weekend else 1) * sum(_busy(opens, closes))


def _busy(start: int, end: int) -> list[float]:
    """How busy each hour of a day is, as far as it lies between *start* and *end*."""
    midnight = start // DAY_US * DAY_US
    hours = [(midnight + hour * HOUR_US, weight) for hour, weight in enumerate(HOURS)]
    return [
        weight * max(0, min(end, opens + HOUR_US) - max(start, opens)) / HOUR_US for opens, weight in hours
    ]


def _moments(start: int, end: int, count: int, chance: Random) -> Sequence[int]:
    """When visits begin, in order."""
    random, midnight = chance.random, start // DAY_US * DAY_US
    found = []
    for hour, visits in Counter(chance.choices(range(24), _busy(start, end), k=count)).items():
        opens, closes = max(start, midnight + hour * HOUR_US), min(end, midnight + (hour + 1) * HOUR_US)
        found += [opens + int(random() * (closes - opens)) for _ in range(visits)]
    found.sort()
    return found


def months_before(end: int, months: int) -> int:
    """The moment so many *months* before *end*, at the same time of the day; of short months the last day."""
    moment = from_micros(end)
    number = month_number(moment) - months
    for day in (moment.day, 30, 29, 28):
        try:
            return to_micros(moment.replace(year=number // 12, month=number % 12 + 1, day=day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
