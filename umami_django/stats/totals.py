"""Many websites at once, for lists of websites: their numbers, how they changed, who is there, a small line."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Count, Q

from ..domain.answers import Summary
from ..domain.periods import Period, bucket_starts, local_micros, month_starts, offset_spans, previous_period
from ..domain.vocabulary import Unit
from ..models import Pageview
from ..querysets.expressions import bucket, bucket_start, local_time
from ..querysets.traffic import Reach
from .realtime import ACTIVE_FOR


@dataclass(frozen=True, slots=True)
class WebsiteNumbers:
    """One line of the list of websites. The summaries hold pageviews and visitors only."""

    current: Summary
    previous: Summary
    active: int
    """Visitors with a pageview in the last five minutes."""
    spark: tuple[int, ...]
    """Visitors of each bucket of the period, in order of time."""


def totals(reach: Reach, period: Period) -> dict[int, Summary]:
    """Pageviews and visitors of each website in *reach* during *period*, zeros without traffic. One query."""
    rows = (
        Pageview.objects.within(reach)
        .during(period)
        .values("website_id")
        .annotate(pageviews=Count("id"), visitors=Count("session_id", distinct=True))
        .values_list("website_id", "pageviews", "visitors")
    )
    counted = {website: Summary(pageviews=views, visitors=visitors) for website, views, visitors in rows}
    return {website: counted.get(website, Summary()) for website in reach}


def overview_of(
    reach: Reach, period: Period, unit: Unit, tz: tzinfo, now: datetime
) -> dict[int, WebsiteNumbers]:
    """Each website in *reach*: *period*, the one before, now, and a spark by *unit* in *tz*. Two queries.

    Reads from the beginning of the earlier period until now: meant for periods that end about now.
    """
    before = previous_period(period)
    whole = Period(min(before.start, period.start, now - ACTIVE_FOR), max(period.end, now))
    is_now, was_before = _during_q(period), _during_q(before)
    rows = (
        Pageview.objects.within(reach)
        .during(whole)
        .values("website_id")
        .annotate(
            views_now=Count("id", filter=is_now),
            visitors_now=Count("session_id", filter=is_now, distinct=True),
            views_before=Count("id", filter=was_before),
            visitors_before=Count("session_id", filter=was_before, distinct=True),
            active=Count("session_id", filter=Q(created_at__gte=now - ACTIVE_FOR), distinct=True),
        )
        .values_list(
            *("website_id", "views_now", "visitors_now", "views_before", "visitors_before", "active")
        )
    )
    numbers = {website: values for website, *values in rows}
    sparks = _sparks(reach, period, unit, tz)
    answer = {}
    for website in reach:
        views, visitors, views_before, visitors_before, active = numbers.get(website, [0] * 5)
        answer[website] = WebsiteNumbers(
            Summary(pageviews=views, visitors=visitors),
            Summary(pageviews=views_before, visitors=visitors_before),
            active,
            sparks[website],
        )
    return answer


def _during_q(period: Period) -> Q:
    return Q(created_at__gte=period.start, created_at__lte=period.end)


def _sparks(reach: Reach, period: Period, unit: Unit, tz: tzinfo) -> dict[int, tuple[int, ...]]:
    """Visitors of each website and bucket. One query."""
    starts = list(bucket_starts(period, unit, tz))
    if not starts:
        return dict.fromkeys(reach, ())
    months: tuple[int, ...] = ()
    if unit in (Unit.MONTH, Unit.YEAR):
        months = tuple(month_starts(local_micros(period.start, tz), local_micros(period.end, tz), unit))
    rows = (
        Pageview.objects.within(reach)
        .during(period)
        .annotate(bucket=bucket(local_time(offset_spans(period, tz)), unit, months))
        .values("website_id", "bucket")
        .annotate(visitors=Count("session_id", distinct=True))
        .values_list("website_id", "bucket", "visitors")
    )
    counted: dict[int, dict[int, int]] = defaultdict(dict)
    for website, number, visitors in rows:
        counted[website][bucket_start(number, unit, months)] = visitors
    return {website: tuple(counted[website].get(start, 0) for start in starts) for website in reach}
