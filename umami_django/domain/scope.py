"""Scope: the question part of every statistic."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from .filters import Filter, FilterSet
from .periods import Period, previous_period


@dataclass(frozen=True, slots=True)
class Scope:
    """Which traffic a question is about: one website, a period, the asker's time zone, filters (ANDed).

    `since`: the website was reset then; traffic up to that moment is as good as gone, whatever the period says.
    `raw_from`: hits of before it were pruned; what only hits can tell is told from then on.
    """

    website_id: int
    period: Period
    tz: tzinfo = field(default=UTC)
    filters: FilterSet = ()
    since: datetime | None = None
    raw_from: datetime | None = None

    def previous(self) -> "Scope":
        """The same question about the period before."""
        return replace(self, period=previous_period(self.period))

    def within(self, period: Period) -> "Scope":
        """The same question about another period."""
        return replace(self, period=period)

    def compared_with(self, period: Period | None) -> "Scope":
        """The same question about what it is compared with: *period*, or the one before."""
        return self.previous() if period is None else self.within(period)

    def filtered(self, *filters: Filter) -> "Scope":
        """The same question with more conditions."""
        return replace(self, filters=self.filters + filters)
