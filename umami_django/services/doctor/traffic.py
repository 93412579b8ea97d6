"""The traffic: does it come in, what is turned away, is what is to go gone?"""

from datetime import UTC, datetime, timedelta

from django.db.models import Max

from ...conf import umami_settings
from ...ingest.identity import month_number
from ...ingest.pipeline import Reason
from ...models import Erasure, Salt, StoredHit, TermSweep, Website
from ...services import refusals
from ...services.salts import KEPT_AFTER_MONTH
from .finding import Finding, error, ok, warn

DAY = timedelta(days=1)
PURGED_WITHIN = timedelta(days=2)
"""`umami_purge` should run every day."""
MANY = 100
"""Refused hits of a kind that is worth a warning, when they are more than the others."""


def hits(now: datetime) -> Finding:
    """How many came in during the last day?"""
    using = umami_settings().TRAFFIC_DATABASE
    websites = list(Website.objects.alive().values_list("pk", flat=True))
    stored = StoredHit.objects.using(using).filter(website_id__in=websites)
    count = stored.filter(created_at__gt=now - DAY, created_at__lte=now).count()
    figures = {"last_day": count, "websites": len(websites)}
    if count or not websites:
        return ok("hits", f"{count:,} in the last 24 hours on {len(websites):,} websites", **figures)
    newest = stored.aggregate(newest=Max("created_at"))["newest"]
    if newest is None:
        return warn("hits", "none yet: is the tracking code in the pages?", **figures)
    last = newest.isoformat(timespec="seconds")
    return warn("hits", f"none in the last 24 hours; the newest is of {last}", newest=last, **figures)


def refused(now: datetime) -> Finding:
    """What was not counted, today and yesterday?"""
    refusals.flush()
    today = now.astimezone(UTC).date()
    websites = [refusals.NO_WEBSITE, *Website.objects.values_list("pk", flat=True)]
    reasons = {item.name: item.count for item in refusals.refused_by("reason", websites, today - DAY, today)}
    total = sum(reasons.values())
    words = ", ".join(f"{count:,} {name}" for name, count in reasons.items())
    message = f"{total:,} hits since yesterday" + (f": {words}" if words else "")
    unknown, limited = (
        reasons.get(reason.value, 0) for reason in (Reason.UNKNOWN_WEBSITE, Reason.RATE_LIMITED)
    )
    if unknown >= MANY and 2 * unknown > total:
        return warn("refused", f"{message} (a tracking code with an old id?)", **reasons)
    if limited >= MANY:
        return warn(
            "refused", f"{message} (UMAMI['COLLECT_RATE'], or a proxy that is not trusted?)", **reasons
        )
    return ok("refused", message, **reasons)


def purges(now: datetime) -> Finding:
    """Is what was deleted, reset and erased gone?"""
    using = umami_settings().TRAFFIC_DATABASE
    waiting = Website.objects.awaiting_purge().count()
    overdue = Website.objects.awaiting_purge(before=now - PURGED_WITHIN).count()
    terms = TermSweep.objects.using(using).exclude(dirty_at=None, retired_at=None).count()
    erasures = Erasure.objects.using(using).count()
    forgotten = (
        Erasure.objects.using(using).filter(erased_at__lt=now - timedelta(days=7) - PURGED_WITHIN).count()
    )
    figures = {"websites": waiting, "overdue": overdue, "term_sweeps": terms, "erasures": erasures}
    if overdue or forgotten:
        what = f"{overdue:,} websites" if overdue else f"{forgotten:,} erasures"
        return warn("purges", f"{what} wait for more than two days: is umami_purge run daily?", **figures)
    return ok("purges", f"{waiting:,} websites wait to be purged", **figures)


def salts(now: datetime) -> Finding:
    """Is there a salt for this month, and none of months past?"""
    months = set(Salt.objects.using(umami_settings().TRAFFIC_DATABASE).values_list("month", flat=True))
    oldest_kept = month_number(now - KEPT_AFTER_MONTH)
    old = sorted(month for month in months if month < oldest_kept)
    figures = {"kept": len(months), "too_old": len(old)}
    if old and month_number(now - KEPT_AFTER_MONTH - PURGED_WITHIN) > old[0]:
        message = (
            f"{len(old)} of past months are still there: run umami_purge, or visitors could be recomputed"
        )
        return error("salts", message, **figures)
    if month_number(now) not in months:
        return ok("salts", "none for this month yet; the first hit makes it", **figures)
    return ok("salts", "this month's is there, those of past months are destroyed", **figures)
