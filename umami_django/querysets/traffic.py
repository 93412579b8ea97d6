"""Words about traffic: which hits, of which kind, in which time, fulfilling which conditions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import FirstValue

from ..domain.filters import Filter, Operator, spellings
from ..domain.periods import HOUR_US, Period
from ..domain.scope import Scope
from ..domain.terms import digest, is_storable
from ..domain.vocabulary import TERM_KIND, HitKind, Metric, TermKind
from .expressions import AsciiLower, ContainsText, PairIn, PairOfTermIn, WholeUnits

Reach = Mapping[int, datetime | None]
"""Websites by key, each with the moment it was reset, if that is not worked off yet."""


def reach_q(reach: Reach) -> Q:
    """Traffic of these websites, less what a reset has made invisible."""
    condition = Q(website_id__in=list(reach))
    for website_id, reset_at in reach.items():
        if reset_at is not None:
            condition &= ~Q(website_id=website_id, created_at__lte=reset_at)
    return condition


class TermQuerySet(models.QuerySet[Any]):
    """Repeated texts."""

    def holding(self, website_id: int, kind: TermKind, text: str) -> Self:
        """The one term that is exactly *text*."""
        return self.filter(website_id=website_id, kind=kind, digest=digest(text))

    def satisfying(self, website_id: int, condition: Filter) -> Self:
        """Terms for which the positive *condition* holds."""
        terms = self.filter(website_id=website_id, kind=TERM_KIND[condition.field])
        if condition.operator is Operator.EQUALS:
            return terms.filter(digest__in=[digest(text) for text in condition.texts])
        haystack: F | AsciiLower = F("text")
        needles = [text for text in condition.texts if is_storable(text)]
        if condition.operator is Operator.CONTAINS:
            haystack = AsciiLower(haystack)
            needles = [needle for text in needles for needle in spellings(text)]
        found = Q(pk__in=[])
        for needle in needles:
            found |= Q(ContainsText(haystack, Value(needle)))
        return terms.filter(found)


class SessionQuerySet(models.QuerySet[Any]):
    """Sessions."""

    def within(self, reach: Reach) -> Self:
        """Sessions of any of these websites, first seen after its reset."""
        return self.filter(reach_q(reach))

    def since(self, moment: datetime) -> Self:
        """Sessions first seen at *moment* or later."""
        return self.filter(created_at__gte=moment)


MOST_IDS = 100

SEARCHED = (Metric.CITY, Metric.COUNTRY, Metric.BROWSER, Metric.OS, Metric.DEVICE)
"""The attributes by which sessions are searched, besides the visitor's own id."""


class HitQuerySet(models.QuerySet[Any]):
    """Hits of every kind."""

    def for_website(self, website_id: int) -> Self:
        """Hits on one website."""
        return self.filter(website_id=website_id)

    def within(self, reach: Reach) -> Self:
        """Hits on any of these websites, after its reset."""
        return self.filter(reach_q(reach))

    def during(self, period: Period) -> Self:
        """Hits between the period's start and end, both included."""
        if period.is_empty:
            return self.none()
        return self.filter(created_at__gte=period.start, created_at__lte=period.end)

    def pageviews(self) -> Self:
        """Hits that showed a page."""
        return self.filter(kind=HitKind.PAGEVIEW)

    def events(self) -> Self:
        """Hits that are named events."""
        return self.filter(kind=HitKind.EVENT)

    def asked_about(self, scope: Scope) -> Self:
        """Hits of the scope's website in its period, whatever its filters."""
        hits = self.for_website(scope.website_id).during(scope.period)
        if scope.raw_from is not None and scope.period.start < scope.raw_from:
            hits = hits.filter(created_at__gte=scope.raw_from)
        return hits if scope.since is None else hits.filter(created_at__gt=scope.since)

    def matching(self, scope: Scope) -> Self:
        """Hits that the scope's filters select: the one rule behind every number.

        A hit is selected when every filter holds for it. Filters do not see each other: their order does not matter.
        A filter holds for a hit

        - on a field of hits (path, referrer, utm, channel, title, event name …) by the hit's own value;
        - on a field of sessions (browser, country …) by the value of its session;
        - on ENTRY or EXIT by the path of the first or last pageview of its visit within the period, whatever other
          filters there are (of pageviews at the same microsecond, by the order in which they were stored);
        - on COMPLETED when its session has an event of that name within the period.

        A negative filter holds exactly where its positive one does not; so a hit whose browser is unknown is none of
        Chrome and contains nothing. Umami leaves such rows out (v3 reference 1.7).
        """
        hits = self
        for condition in scope.filters:
            holds = self._holds(scope, condition.positive)
            hits = hits.filter(~holds if condition.is_negative else holds)
        return hits

    def in_scope(self, scope: Scope) -> Self:
        """Hits that a question is about."""
        return self.asked_about(scope).matching(scope)

    def of_sessions_like(self, website_id: int, text: str) -> Self:
        """Hits of sessions whose id, place, browser, system or device contains *text*, in any letter case."""
        holds = Q(pk__in=[])
        for needle in spellings(text) if is_storable(text) else ():
            holds |= Q(ContainsText(AsciiLower(F("session__distinct_id")), Value(needle)))
        for field in SEARCHED:
            found = _terms(self.model).satisfying(website_id, Filter(field, (text,), Operator.CONTAINS))
            holds |= Q(**{f"session__{field}__in": found})
        return self.filter(holds)

    def with_end(self, end: Metric, name: str) -> Self:
        """Each pageview with the path term of the first (ENTRY) or last (EXIT) of these pageviews in its visit."""
        order = (
            [F("created_at"), F("id")] if end is Metric.ENTRY else [F("created_at").desc(), F("id").desc()]
        )
        page = Window(FirstValue("path_id"), partition_by=[F("session_id"), F("visit_id")], order_by=order)
        return self.annotate(**{name: page})

    def _holds(self, scope: Scope, condition: Filter) -> Q:
        hits: Any = self.model._meta.concrete_model._default_manager.asked_about(scope)
        terms = _terms(self.model).satisfying(scope.website_id, condition)
        match condition.field:
            case Metric.ENTRY | Metric.EXIT:
                views = hits.pageviews()
                ends = views.with_end(condition.field, "term").values("session_id", "visit_id", "term")
                visit = F("session_id"), F("visit_id")
                having = Q(PairOfTermIn(*visit, Subquery(ends), Subquery(terms.values("pk"))))
                known = Q(PairIn(*visit, Subquery(views.values("session_id", "visit_id"))))
                return _by(condition, having, known)
            case Metric.COMPLETED:
                events = hits.events()
                having = events.filter(event_name__in=_few(terms)).values("session_id")
                return _by(condition, Q(session_id__in=having), Q(session_id__in=events.values("session_id")))
            case field:
                column = f"session__{field}" if condition.is_about_session else field.value
                return _by(condition, Q(**{f"{column}__in": _few(terms)}), Q(**{f"{column}__isnull": False}))

    def with_hour(self) -> Self:
        """Each hit with `hour`, the number of its UTC clock hour since 1970."""
        return self.annotate(hour=WholeUnits(F("created_at"), Value(HOUR_US)))


def _few(terms: TermQuerySet) -> TermQuerySet | list[int]:
    """The ids of *terms* if they are few: a query more, and the planner knows how many hits they stand for. With a
    subquery PostgreSQL expected 21 sessions of a browser where 160,000 came, and took three times as long."""
    ids = list(terms.values_list("pk", flat=True)[: MOST_IDS + 1])
    return terms if len(ids) > MOST_IDS else ids


def _by(condition: Filter, having: Q, known: Q) -> Q:
    """Hits *having* one of the texts, or, when the condition wants that, those of which nothing is *known*."""
    if not condition.wants_unknown:
        return having
    return having | ~known if condition.texts else ~known


def _terms(model: type[models.Model]) -> TermQuerySet:
    terms: QuerySet[Any] = model._meta.get_field("url").related_model._default_manager.all()  # type: ignore[union-attr]
    assert isinstance(terms, TermQuerySet)  # noqa: S101
    return terms


class PageviewManager(models.Manager.from_queryset(HitQuerySet)):  # type: ignore[misc]
    """Hits that showed a page."""

    def get_queryset(self) -> Any:
        return super().get_queryset().pageviews()


class EventManager(models.Manager.from_queryset(HitQuerySet)):  # type: ignore[misc]
    """Hits that are named events."""

    def get_queryset(self) -> Any:
        return super().get_queryset().events()
