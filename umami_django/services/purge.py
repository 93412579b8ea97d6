"""Removes the traffic that nobody sees any more: of deleted websites, and from before a reset.

In batches, each its own short transaction: memory stays constant and collection is never blocked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ..conf import umami_settings
from ..models import (
    Erasure,
    EventData,
    EventDocument,
    LogImport,
    Move,
    RefusedDay,
    RollupColumn,
    RollupDay,
    RollupMark,
    RollupState,
    RollupValues,
    Session,
    SessionData,
    StoredHit,
    Term,
    TermDay,
    TermSweep,
    Website,
)
from ..rollups.build import drop
from ..writers.sessions import REMEMBERED_S
from .unused_terms import note_deleted

BATCH_ROWS = 5_000
SETTLES_IN = timedelta(seconds=REMEMBERED_S)
"""After this long no process still takes a session for stored that nobody has been seen in since the mark, and none
still takes hits of a deleted website."""

Progress = Callable[[int], None]
"""Called with the number of rows removed so far."""


def purge(
    *, batch_rows: int = BATCH_ROWS, progress: Progress | None = None, now: datetime | None = None
) -> int:
    """Finish every deletion and reset that has settled by *now* (UTC); the number of rows removed.

    Those of the last minute are left for the next time (`unsettled`).
    """
    removed = 0
    settled = (now or timezone.now()) - SETTLES_IN
    for website in Website.objects.awaiting_purge(before=settled).order_by("pk"):
        removed += purge_website(website, batch_rows=batch_rows, progress=progress, removed_before=removed)
    return removed


def unsettled() -> int:
    """How many websites are deleted or reset, and not purged yet."""
    return Website.objects.awaiting_purge().count()


def purge_website(
    website: Website,
    *,
    batch_rows: int = BATCH_ROWS,
    progress: Progress | None = None,
    removed_before: int = 0,
) -> int:
    """Remove one website's invisible traffic; of a deleted website the rest, too. The number of rows removed.

    May be interrupted at any moment and run again.
    """
    using = umami_settings().TRAFFIC_DATABASE
    removed = 0
    for rows in _invisible(website, using):
        while count := _delete_some(rows, batch_rows, using):
            removed += count
            if website.deleted_at is None:
                note_deleted(website.pk, timezone.now(), using)
            if progress is not None:
                progress(removed_before + removed)
    if website.deleted_at is not None:
        Website.objects.filter(pk=website.pk).delete()
        return removed
    # what is summarised is as of before: it is built again from what is left, before the reset is forgotten
    drop(website.pk, using, pruned_too=website.reset_at is not None)
    if website.reset_at is not None:
        # only the reset that was worked off: there may be a newer one by now
        Website.objects.filter(pk=website.pk, reset_at=website.reset_at).update(reset_at=None)
    return removed


def _invisible(website: Website, using: str) -> list[QuerySet[Any]]:
    """What is to be removed, in an order that leaves nothing pointing at missing rows."""
    data = EventData.objects.using(using).filter(website_id=website.pk)
    documents = EventDocument.objects.using(using).filter(website_id=website.pk)
    hits = StoredHit.objects.using(using).filter(website_id=website.pk)
    told = SessionData.objects.using(using).filter(website_id=website.pk)
    sessions = Session.objects.using(using).filter(website_id=website.pk)
    imports = LogImport.objects.using(using).filter(website_id=website.pk)
    moves = Move.objects.using(using).filter(website_id=website.pk)
    terms = Term.objects.using(using).filter(website_id=website.pk)
    refused = RefusedDay.objects.using(using).filter(website_id=website.pk)
    term_days = TermDay.objects.using(using).filter(website_id=website.pk)
    erasures = Erasure.objects.using(using).filter(website_id=website.pk)
    sweeps = TermSweep.objects.using(using).filter(website_id=website.pk)
    if website.deleted_at is not None:
        summaries = [
            model.objects.using(using).filter(website_id=website.pk)
            for model in (RollupMark, RollupColumn, RollupValues, RollupDay, RollupState)
        ]
        rest = [imports, moves, terms, refused, term_days, erasures, sweeps, *summaries]
        return [told, data, documents, hits, sessions, *rest]
    if website.reset_at is None:
        return []
    reset_at: datetime = website.reset_at
    old_hits = hits.filter(created_at__lte=reset_at)
    return [
        told.filter(created_at__lte=reset_at),
        data.filter(created_at__lte=reset_at),
        documents.filter(Exists(old_hits.filter(pk=OuterRef("hit_id")))),
        old_hits,
        # a visitor who came back after the reset keeps their session
        sessions.filter(created_at__lte=reset_at)
        .exclude(Exists(hits.filter(session_id=OuterRef("pk"))))
        .exclude(Exists(told.filter(session_id=OuterRef("pk")))),
        imports,
        moves,
    ]


def _delete_some(rows: QuerySet[Any], batch_rows: int, using: str) -> int:
    """Delete up to *batch_rows* of *rows* without loading them; how many there were."""
    keys = list(rows.values_list("pk", flat=True)[:batch_rows])
    if keys:
        model = rows.model
        model._default_manager.using(using).filter(pk__in=keys)._raw_delete(using)
    return len(keys)
