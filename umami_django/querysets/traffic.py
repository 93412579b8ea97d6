"""Words about traffic: which hits, of which kind, in which time, fulfilling which conditions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, QuerySet, Value

from ..domain.filters import Filter, FilterSet, Operator
from ..domain.periods import HOUR_US, Period
from ..domain.scope import Scope
from ..domain.terms import digest
from ..domain.vocabulary import TERM_KIND, HitKind, TermKind
from .expressions import ContainsText, WholeUnits

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

    def containing(self, website_id: int, kind: TermKind, text: str) -> Self:
        """Terms that contain *text*, byte for byte."""
        return self.filter(ContainsText(F("text"), Value(text)), website_id=website_id, kind=kind)

    def satisfying(self, website_id: int, condition: Filter) -> Self:
        """Terms for which *condition* holds."""
        kind = TERM_KIND[condition.field]
        match condition.operator:
            case Operator.EQUALS:
                return self.holding(website_id, kind, condition.value)
            case Operator.CONTAINS:
                return self.containing(website_id, kind, condition.value)


class SessionQuerySet(models.QuerySet[Any]):
    """Sessions."""

    def within(self, reach: Reach) -> Self:
        """Sessions of any of these websites, first seen after its reset."""
        return self.filter(reach_q(reach))

    def since(self, moment: datetime) -> Self:
        """Sessions first seen at *moment* or later."""
        return self.filter(created_at__gte=moment)


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

    def matching(self, website_id: int, filters: FilterSet) -> Self:
        """Hits for which every filter holds."""
        hits = self
        for condition in filters:
            column = f"session__{condition.field}" if condition.is_about_session else condition.field.value
            hits = hits.filter(**{f"{column}__in": _terms(self.model).satisfying(website_id, condition)})
        return hits

    def in_scope(self, scope: Scope) -> Self:
        """Hits that a question is about."""
        hits = self.for_website(scope.website_id).during(scope.period)
        if scope.since is not None:
            hits = hits.filter(created_at__gt=scope.since)
        return hits.matching(scope.website_id, scope.filters)

    def with_hour(self) -> Self:
        """Each hit with `hour`, the number of its UTC clock hour since 1970."""
        return self.annotate(hour=WholeUnits(F("created_at"), Value(HOUR_US)))


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
