"""A website whose early hits are pruned, and every question that may be asked about it."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.traffic import hit
from umami_django.domain.hits import Client, Hit
from umami_django.domain.periods import Period, zone
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Counted, Metric, Unit, VisitKey
from umami_django.models import (
    RollupColumn,
    RollupDay,
    RollupMark,
    RollupState,
    RollupValues,
    Session,
    SessionData,
    StoredHit,
    Term,
    Website,
)
from umami_django.rollups import build
from umami_django.services import pruning
from umami_django.stats.overview import summary
from umami_django.stats.rankings import ranking
from umami_django.stats.series import event_series, pageview_series, traffic_series
from umami_django.writers import sessions

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


CUT = datetime(2026, 3, 1, tzinfo=UTC)


NOW = datetime(2026, 4, 20, 12, 34, tzinfo=UTC)


MONTHS = 1


"""To keep, so that NOW makes CUT."""


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu")


CLIENTS = (Client(browser="chrome", country="DE"), Client(browser="firefox", country="US"), Client())


RANKED: tuple[tuple[Metric, Counted | None], ...] = (
    (Metric.URL, None),
    (Metric.PATH, Counted.VISITORS),
    (Metric.BROWSER, None),
    (Metric.COUNTRY, None),
    (Metric.EVENT, None),
    (Metric.EVENT, Counted.VISITORS),
    (Metric.ENTRY, None),
    (Metric.EXIT, None),
)


OF_SESSIONS = (Metric.BROWSER, Metric.COUNTRY)


def seen(website_id: int, visitor: str, at: datetime, url: str = "/", **more: Any) -> Hit:
    """A visitor called `id …` is one for ever, any other one for each month. A visit is a day or a night long."""
    is_named = visitor.startswith("id")
    name = visitor if is_named else f"{visitor} {at:%Y-%m}"
    client = CLIENTS[len(visitor) % 3]
    made = hit(website_id, name, url, at=at, client=client, **more)
    visit = made.session_id // 1000 * 1000 + int((at + 6 * HOUR).timestamp() // (12 * 3600)) % 1000
    return made._replace(visit_id=visit, distinct_id=visitor if is_named else None)


class Chance(random.Random):
    """Draws what happens: much of it around the ends of months."""

    def moment(self, first: datetime = FIRST, last: datetime = NOW) -> datetime:
        if self.random() < 0.5:
            edge = self.choice([datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3, 3, 3, 4)])
            return min(max(edge + timedelta(minutes=self.randrange(-400, 400)), first), last)
        return first + (last - first) * self.random()

    def hits(self, website_id: int, number: int, first: datetime = FIRST, last: datetime = NOW) -> list[Hit]:
        found = []
        for _ in range(number):
            visitor = self.choice(("ana", "bob", "carol", "id1", "id23", "id456"))
            event = self.choice((None, None, None, "buy"))
            at, url = self.moment(first, last), self.choice(("/", "/a", "/b"))
            found.append(seen(website_id, visitor, at, url, event=event))
        return found


def ask(website_id: int, period: Period, tz: str, *, raw_from: datetime | None = None) -> dict[str, Any]:
    """Every question about *period*."""
    scope = Scope(website_id, period, tz=zone(tz), raw_from=raw_from)
    answers: dict[str, Any] = {key: summary(scope, key) for key in VisitKey}
    answers |= {f"series {unit}": pageview_series(scope, unit) for unit in (Unit.DAY, Unit.MONTH)}
    answers["events"] = event_series(scope, Unit.DAY)
    answers["chart"] = traffic_series(scope, Unit.DAY, NOW)
    for metric, counted in RANKED:
        answers[f"{metric} {counted or ''}".strip()] = ranking(scope, metric, counted=counted)
    return answers


def lasting(answers: dict[str, Any], period: Period) -> dict[str, Any]:
    """What is exact in pruned time, too: all but what visits do that reach over an end; and, of a period that reaches
    over the cut, but visitors by what their hits tell."""
    inexact = ["entry", "exit"]
    if period.end >= CUT:  # an end is part of its period
        inexact += [f"{metric} {Counted.VISITORS}" for metric in (Metric.PATH, Metric.EVENT)]
    rest = {name: answer for name, answer in answers.items() if name not in inexact}
    numbers, chart = rest.pop(VisitKey.VISIT), rest.pop("chart")
    rest["chart"] = [(point.start_us, point.numbers.pageviews, point.numbers.visitors) for point in chart]
    return rest | {"pageviews": numbers.pageviews, "visitors": numbers.visitors}


class Pruning:
    """A website that is pruned."""

    def __init__(self, website: Website) -> None:
        self.website = website
        self.pk = website.pk

    def clear(self) -> None:
        for model in (
            StoredHit,
            Session,
            SessionData,
            RollupColumn,
            RollupDay,
            RollupMark,
            RollupState,
            RollupValues,
            Term,
        ):
            model.objects.all().delete()
        sessions.forget()

    def build(self) -> None:
        while build.build_step(self.pk, NOW, "default") is not None:
            pass

    def prune(self, **options: Any) -> pruning.Pruned:
        return pruning.prune_website(self.pk, CUT, NOW, **options)

    def left(self) -> int:
        return StoredHit.objects.filter(website_id=self.pk, created_at__lt=CUT).count()
