"""Summaries never change an answer: what they tell equals what the hits tell, whatever happened in whatever order."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Max
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_account, make_website
from umami_django.conf import umami_settings
from umami_django.domain.filters import Filter, FilterSet, Operator
from umami_django.domain.hits import Client, Hit
from umami_django.domain.periods import DAY_US, Period, from_micros, to_micros, zone
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, Metric, Order, Span, Unit, VisitKey
from umami_django.models import (
    RollupColumn,
    RollupDay,
    RollupMark,
    RollupState,
    RollupValues,
    Session,
    StoredHit,
    Website,
)
from umami_django.rollups import build, fast, plan
from umami_django.rollups import numbers as summed_numbers
from umami_django.rollups.columns import unpacked
from umami_django.stats import counted, heat, summed, way
from umami_django.stats.raw import overview as raw_overview
from umami_django.stats.raw import rankings as raw_rankings
from umami_django.stats.raw import series as raw_series
from umami_django.writers import write

from ..traffic import hit
from .profiles import in_parts, of_summaries

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 2, 26, 23, 40, tzinfo=UTC)
LAST = FIRST + timedelta(days=70)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe")
PATHS = ("/", "/a", "/b?utm_source=x")
CLIENTS = (
    Client(browser="chrome", country="DE", region="DE-BE", city="Berlin", language="de-DE"),
    Client(browser="firefox", country="US", region="US-NH", city="Berlin", language="en-US"),
    Client(),
)
RANKED = (
    *((metric, Counted.PAGEVIEWS) for metric in (Metric.URL, Metric.PATH, Metric.UTM_SOURCE, Metric.CHANNEL)),
    *((metric, Counted.VISITORS) for metric in (Metric.PATH, Metric.REFERRER_DOMAIN, Metric.BROWSER)),
    *((metric, Counted.VISITORS) for metric in (Metric.CITY, Metric.LANGUAGE, Metric.EVENT)),
    *((metric, Counted.VISITS) for metric in (Metric.ENTRY, Metric.EXIT)),
    (Metric.BROWSER, Counted.PAGEVIEWS),
    (Metric.CITY, Counted.PAGEVIEWS),
    (Metric.EVENT, Counted.EVENTS),
)
FILTERED: tuple[tuple[Metric, tuple[str | None, ...]], ...] = (
    (Metric.BROWSER, ("chrome", "firefox", None)),
    (Metric.CITY, ("Berlin", None)),
    (Metric.PATH, ("/", "/a", "/b")),
    (Metric.REFERRER_DOMAIN, ("t.co", None)),
    (Metric.UTM_SOURCE, ("x", None)),
    (Metric.ENTRY, ("/", "/a", None)),
    (Metric.EXIT, ("/b", None)),
    (Metric.COMPLETED, ("buy", None)),
    (Metric.EVENT, ("buy", None)),
)

DAYS = (0, 0, 0, 1, 2, 3, 4, 15, 31, 32, 33, 34, 62, 63)
MINUTES = (0, 1, 4, 5, 19, 20, 21, 34, 35, 36, 79, 80, 81, 85, 95, 140, 900, 1399, 1401)
MICROS = (0, 0, 1, -1, 500_000)


class Chance(random.Random):
    """Draws what happens. Dense traffic that crowds around the ends of quarters, hours, days and months."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.longest_visit = self.choice((timedelta(hours=2), timedelta(hours=30), timedelta(days=70)))
        """Of days with visits over a day quarters do not tell; and of those there are many at random."""

    def moment(self) -> datetime:
        away = timedelta(
            days=self.choice(DAYS), minutes=self.choice(MINUTES), microseconds=self.choice(MICROS)
        )
        return FIRST + away

    def hits(self, most: int) -> list[dict[str, Any]]:
        moments = [self.moment() for _ in range(self.randrange(most))]
        return [
            {
                "visitor": self.randrange(4),
                "visit": ((at - FIRST) // self.longest_visit + 1) * 2 + self.randrange(2),
                "at": at,
                "url": self.choice(PATHS),
                "event": self.choice((None, None, None, "buy")),
                "referrer": self.choice(("", "https://t.co/")),
            }
            for at in moments
        ]

    def question(self) -> "Question":
        start, end = sorted((self.moment(), self.moment()))
        unit, visit_key = self.choice(list(Unit)), self.choice(list(VisitKey))
        return start, end, self.choice(ZONES), unit, visit_key, self.choice(RANKED)

    def filters(self) -> FilterSet:
        """Conditions of every kind."""
        found = []
        for _ in range(self.choice((0, 1, 1, 2, 3))):
            field, values = self.choice(FILTERED)
            operator = self.choice(list(Operator))
            chosen: list[str | None] = self.sample(values, self.randrange(1, len(values) + 1))
            found.append(Filter(field, tuple(chosen), operator))
        return tuple(found)


Question = tuple[datetime, datetime, str, Unit, VisitKey, tuple[Metric, Counted]]


class World:
    """A website, and what happens to it."""

    def __init__(self, website: Website) -> None:
        self.website = website
        self.using = umami_settings().TRAFFIC_DATABASE
        self.told_by_summaries = 0

    def clear(self) -> None:
        for model in (StoredHit, Session, RollupColumn, RollupDay, RollupMark, RollupState, RollupValues):
            model.objects.all().delete()

    def write(self, told: list[dict[str, Any]]) -> None:
        neighbour = self.website.pk + 1
        write(
            [self._hit(self.website.pk, one) for one in told]
            + [self._hit(neighbour, one) for one in told[:2]]
        )

    def _hit(self, website_id: int, told: dict[str, Any]) -> Hit:
        made = hit(
            website_id,
            f"v{told['visitor']}",
            told["url"],
            at=told["at"],
            referrer=told["referrer"],
            event=told["event"],
            client=CLIENTS[told["visitor"] % 3],
        )
        return made._replace(visit_id=told["visitor"] * 10**6 + told["visit"])

    def build(self, now: datetime, most_hits: int) -> None:
        for _ in range(400):
            if build.build_step(self.website.pk, now, self.using, most_hits=most_hits) is None:
                return
        raise AssertionError("building does not come to an end")

    def erase(self, visitor: int) -> None:
        session = hit(self.website.pk, f"v{visitor}", "/").session_id
        rows = StoredHit.objects.filter(session_id=session)
        first = rows.order_by("created_at").first()
        if first is not None:
            RollupMark.objects.create(website_id=self.website.pk, at=first.created_at)
            rows.delete()

    def ask(self, asked: Question) -> None:
        start, end, tz, unit, visit_key, (metric, counted) = asked
        scope = Scope(self.website.pk, Period(start, end), tz=zone(tz))
        self._same(
            way.by_summaries(
                plan.of_numbers(scope),
                scope,
                lambda rollups, stretch: summed_numbers.summary(rollups, stretch, visit_key),
            ),
            raw_overview.summary(scope, visit_key),
        )
        if (end - start) < timedelta(days=3) or unit not in (Unit.MINUTE, Unit.HOUR):
            self._same(summed.pageview_points(scope, unit), raw_series.pageview_series(scope, unit))
            self._same(summed.event_points(scope, unit), raw_series.event_series(scope, unit))
            self._same(summed.traffic_points(scope, unit), raw_series.traffic_series(scope, unit))
        with_unknown = metric in (Metric.BROWSER, Metric.CITY, Metric.LANGUAGE)
        how: dict[str, Any] = {"with_unknown": with_unknown, "limit": None, "offset": 0}
        self._same(
            summed.ranking(scope, metric, counted, **how),
            raw_rankings.ranking(scope, metric, counted, **how),
        )

    def ask_columns(self, asked: Question, filters: FilterSet, chance: random.Random) -> None:
        start, end, tz, unit, visit_key, (metric, what) = asked
        scope = Scope(self.website.pk, Period(start, end), tz=zone(tz), filters=filters)
        self._same(counted.summary(scope, visit_key), raw_overview.summary(scope, visit_key))
        self._same(counted.event_totals(scope), raw_overview.event_totals(scope))
        if (end - start) < timedelta(days=3) or unit not in (Unit.MINUTE, Unit.HOUR):
            for name in ("pageview_series", "traffic_series", "event_series", "event_counts"):
                self._same(getattr(counted, name)(scope, unit), getattr(raw_series, name)(scope, unit))
        self._same(counted.heat(scope), heat.by_hits(scope))
        limit, offset = chance.choice((None, 2)), chance.choice((0, 0, 1))
        with_unknown = chance.choice((True, False))
        how: dict[str, Any] = {"with_unknown": with_unknown, "limit": limit, "offset": offset}
        self._same(
            counted.ranking(scope, metric, what, **how), raw_rankings.ranking(scope, metric, what, **how)
        )
        how |= {"order": chance.choice(list(Order)), "descending": chance.choice((True, False))}
        self._same(counted.table(scope, metric, **how), raw_rankings.table(scope, metric, **how))

    def _same(self, by_summaries: Any, by_hits: Any) -> None:
        if by_summaries is not None:
            self.told_by_summaries += 1
            assert by_summaries == by_hits


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(plan, "SHORTEST", timedelta(0))
    yield World(make_website(make_account("olga")))


def happenings(world: World, chance: Chance, *, most: int) -> Iterator[None]:
    """Two to *most* things that happen to a website with some traffic, one after the other."""
    world.clear()
    world.write(chance.hits(50))
    for _ in range(chance.randrange(2, most + 1)):
        match chance.choice(("write", "build", "build", "erase")):
            case "write":
                world.write(chance.hits(20))
            case "build":
                world.build(chance.moment() + timedelta(days=1), chance.choice((1, 3, 200_000)))
            case "erase":
                world.erase(chance.randrange(4))
        yield


@in_parts
@of_summaries
@given(st.integers(0, 2**64))
def test_summaries_tell_what_hits_tell(world: World, part: int, seed: int) -> None:
    """Hits in no order, late ones, erasures, building in pieces of any size; and questions all the time."""
    chance = Chance(seed)
    for _ in happenings(world, chance, most=6):
        for _ in range(4):
            world.ask(chance.question())


def test_the_questions_above_are_told_by_summaries(world: World) -> None:
    chance = Chance(7)
    world.write(chance.hits(50))
    world.build(LAST, 200_000)
    for _ in range(20):
        world.ask(chance.question())
    assert world.told_by_summaries > 40


@in_parts
@of_summaries
@given(st.integers(0, 2**64))
def test_columns_tell_what_hits_tell(world: World, part: int, seed: int) -> None:
    """The same with filters of all kinds, and questions that summaries know nothing about."""
    chance = Chance(seed)
    for _ in happenings(world, chance, most=4):
        for _ in range(3):
            world.ask_columns(chance.question(), chance.filters(), chance)


@in_parts
@of_summaries
@given(st.integers(0, 2**64))
def test_days_counted_in_bulk_are_those_of_the_sweep(world: World, part: int, seed: int) -> None:
    """Byte for byte, also of sessions of which pageviews were pruned."""
    chance = Chance(seed)
    world.clear()
    world.write(chance.hits(60))
    begins = to_micros(chance.moment()) // DAY_US
    ends = begins + chance.choice((1, 2, 5, 30))
    if chance.random() < 0.3:
        pruned = StoredHit.objects.filter(
            created_at__lt=from_micros(begins * DAY_US - chance.randrange(DAY_US))
        )
        for session, last in pruned.values_list("session_id").annotate(last=Max("created_at")):
            Session.objects.filter(pk=session).update(pruned_until=last)
        pruned.delete()
    sweep, columns = build._swept(world.website.pk, begins * 24, ends * 24, Span.DAY, world.using)
    counted_at_once = build.count_days(world.website.pk, begins, ends, world.using)
    assert dict(counted_at_once.days) == {day: found.packed() for day, found in sweep.days.items()}
    assert _by_unit(counted_at_once.values) == _by_unit(build._packed_units(sweep))
    assert _hits_of(counted_at_once.columns or ()) == _hits_of(columns or ())
    assert counted_at_once.longest_pause == build._longest_pause(sweep.days.values())
    assert counted_at_once.views == build._views(sweep)


def _by_unit(units: Iterable[tuple[int, int, bytes]]) -> dict[tuple[int, int], bytes]:
    return {(int(code), start): data for code, start, data in units if data}


def _hits_of(columns: Iterable[tuple[int, int, bytes]]) -> dict[int, list[tuple[int, ...]]]:
    """Of each unit its hits: in no order at the same microsecond."""
    of_units: dict[int, dict[int, list[Any]]] = {}
    for code, unit, data in columns:
        of_units.setdefault(unit, {})[code] = unpacked(data)
    found = {}
    for unit, of in of_units.items():
        pieces, kinds, steps = of.pop(fast.BASE)
        sessions = steps.cumsum()[pieces]
        times, keys, visits, attributes = (
            of.pop(code) for code in (fast.TIME, fast.SESSIONS, fast.VISITS, fast.ATTRIBUTES)
        )
        rows = [times[0].cumsum(), keys[0][sessions], visits[0][pieces], kinds]
        rows += [column[sessions] for column in attributes] + [of[code][0] for code in sorted(of)]
        found[unit] = sorted(zip(*(column.tolist() for column in rows), strict=True))
    return found
