"""The numbers of a period, and those of the period it is compared with."""

from datetime import datetime

from ..domain.answers import Comparison, Summary
from ..domain.periods import Period
from ..domain.scope import Scope
from ..domain.vocabulary import VisitKey
from ..models import StoredHit
from ..rollups import numbers
from ..rollups.plan import of_numbers
from .raw import overview as raw
from .way import by_summaries


def summary(scope: Scope, visit_key: VisitKey = VisitKey.VISIT) -> Summary:
    """Pageviews, visitors, visits, bounces and total time of *scope*; zeros when there was no traffic.

    A visit is what *visit_key* says. Filters apply before grouping into visits. Time in whole seconds, each
    visit's rounded down. One query. Source: v1 reference 3.2, v3 reference 3.3.
    """
    return by_summaries_only(scope, visit_key) or raw.summary(scope, visit_key)


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
    """From the first to the last hit of a website; None without any after *since*, a reset. Two queries by index."""
    hits = StoredHit.objects.for_website(website_id)
    if since is not None:
        hits = hits.filter(created_at__gt=since)
    # not MIN and MAX: together they make SQLite read everything
    moments = hits.values_list("created_at", flat=True)
    first, last = (moments.order_by(order).first() for order in ("created_at", "-created_at"))
    return Period(first, last) if first and last else None
