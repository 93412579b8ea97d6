"""Summaries and pruning: are they built as far as hours are over, and is what is too old gone?"""

from datetime import datetime, timedelta

from ...conf import umami_settings
from ...models import StoredHit
from ...rollups.upkeep import backlogs
from .. import pruning
from .finding import Finding, ok, warn

MOST_HOURS_BEHIND = 24
MOST_MARKS = 10_000
PRUNED_WITHIN = timedelta(days=2)
"""Of the beginning of the month."""


def summaries(now: datetime) -> Finding:
    """How far are they behind, how many changes wait, and until when is pruned?"""
    using = umami_settings().TRAFFIC_DATABASE
    behind = backlogs(now, using)
    hours = max((backlog.hours for backlog in behind), default=0)
    marks = sum(backlog.marks for backlog in behind)
    waiting, pruned_until = [], {}
    for website_id, raw_from in pruning.wanted(now):
        done = pruning.kept_from(website_id)
        if done is not None:
            pruned_until[str(website_id)] = done.isoformat(timespec="seconds")
        if (done is None or done < raw_from) and now - raw_from > PRUNED_WITHIN:
            hits = StoredHit.objects.using(using).filter(website_id=website_id, created_at__lt=raw_from)
            if hits.exists():
                waiting.append(website_id)
    figures = {
        "websites_behind": len(behind),
        "hours_behind": hours,
        "marks": marks,
        "waiting_to_be_pruned": len(waiting),
        "pruned_until": pruned_until,
    }
    if hours > MOST_HOURS_BEHIND or marks > MOST_MARKS:
        message = (
            f"{len(behind):,} websites are behind, the worst by {hours:,} hours, and {marks:,} changes wait: answers "
            "are right, but slow. Run umami_worker, or umami_rollup from cron"
        )
        return warn("summaries", message, **figures)
    if waiting:
        message = (
            f"on {len(waiting):,} websites there are hits that are older than they may be: run umami_worker, or "
            "umami_prune from cron"
        )
        return warn("summaries", message, **figures)
    words = f", {len(pruned_until):,} websites pruned" if pruned_until else ""
    return ok("summaries", f"{hours:,} hours behind, {marks:,} changes wait{words}", **figures)
