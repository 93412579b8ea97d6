"""The numbers of a period, and those of the period before."""

from django.db.models import Count, F, Max, Min, Q, Sum, Value

from ..domain.answers import Comparison, Summary
from ..domain.periods import SECOND_US
from ..domain.scope import Scope
from ..domain.vocabulary import VisitKey
from ..models import Pageview
from ..querysets.expressions import Difference, WholeUnits


def summary(scope: Scope, visit_key: VisitKey = VisitKey.VISIT) -> Summary:
    """Pageviews, visitors, visits, bounces and total time of *scope*; zeros when there was no traffic.

    A visit is what *visit_key* says. Filters apply before grouping into visits. Time in whole seconds, each
    visit's rounded down. One query. Source: v1 reference 3.2, v3 reference 3.3.
    """
    hits = Pageview.objects.in_scope(scope)
    if visit_key is VisitKey.HOUR:
        visits = hits.with_hour().values("session_id", "hour")
    else:
        visits = hits.values("session_id", "visit_id")
    seconds = WholeUnits(Difference(Max("created_at"), Min("created_at")), Value(SECOND_US))
    row = visits.annotate(views=Count("id"), seconds=seconds).aggregate(
        pageviews=Sum("views"),
        visitors=Count(F("session_id"), distinct=True),
        visits=Count("views"),
        bounces=Count("views", filter=Q(views=1)),
        total=Sum("seconds"),
    )
    return Summary(
        pageviews=int(row["pageviews"] or 0),
        visitors=row["visitors"],
        visits=row["visits"],
        bounces=row["bounces"],
        total_seconds=int(row["total"] or 0),
    )


def comparison(scope: Scope, visit_key: VisitKey = VisitKey.VISIT) -> Comparison:
    """The numbers of *scope* beside those of the period before (v1 reference 3.2). Two queries."""
    return Comparison(summary(scope, visit_key), summary(scope.previous(), visit_key))
