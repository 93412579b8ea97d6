"""The numbers of a period, and those of the period it is compared with."""

from datetime import datetime

from ..domain.answers import Comparison, Summary
from ..domain.periods import DAY_US, Period, from_micros
from ..domain.scope import Scope
from ..domain.vocabulary import VisitKey
from ..models import RollupDay, RollupState, StoredHit
from ..rollups import numbers
from ..rollups.plan import of_numbers
from . import counted
from .raw import overview as raw
from .way import by_summaries


def summary(scope: Scope, visit_key: VisitKey = VisitKey.VISIT) -> Summary:
    """Pageviews, visitors, visits, bounces and total time of *scope*; zeros when there was no traffic.

    A visit is what *visit_key* says. Filters apply before grouping into visits. Time in whole seconds, each
    visit's rounded down. One query. Source: v1 reference 3.2, v3 reference 3.3.
    """
    return (
        by_summaries_only(scope, visit_key)
        or counted.summary(scope, visit_key)
        or raw.summary(scope, visit_key)
    )


def by_summaries_only(scope: Scope, visit_key: VisitKey) -> Summary | None:
    """As `summary`; None when summaries cannot tell."""
    return by_summaries(
        of_numbers(scope), scope, lambda rollups, stretch: numbers.summary(rollups, stretch, visit_key)
    )


def comparison(
    scope: Scope, visit_key: VisitKey = VisitKey.VISIT, *, compared: Period | None = None
) -> Comparison:
    """The numbers of *scope* beside those of *compared*, or of the period before (v1 reference 3.2). Two queries."""
    return Comparison(summary(scope, visit_key), summary(scope.compared_with(compared), visit_key))


def life(website_id: int, *, since: datetime | None = None) -> Period | None:
    """From the first to the last hit of a website; None without any after *since*, a reset. Three queries by index.

    Where hits are pruned, from the first day that is summarised.
    """
    hits = StoredHit.objects.for_website(website_id)
    if since is not None:
        hits = hits.filter(created_at__gt=since)
    # not MIN and MAX: together they make SQLite read everything
    moments = hits.values_list("created_at", flat=True)
    first, last = (moments.order_by(order).first() for order in ("created_at", "-created_at"))
    states = RollupState.objects.using(hits.db).filter(pk=website_id).exclude(raw_from=None)
    days = RollupDay.objects.using(hits.db).filter(website_id__in=states.values("pk"))
    day = None if since else days.order_by("day").values_list("day", flat=True).first()
    if day is not None:
        begins = from_micros(day * DAY_US)
        return Period(min(begins, first or begins), max(last or begins, from_micros((day + 1) * DAY_US)))
    return Period(first, last) if first and last else None
