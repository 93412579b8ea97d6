"""Erases visitors: everything that was stored of them, in batches, for good.

A visitor who is erased may be on the website at that very moment. Their session is deleted with all the rest, and the
erasure is remembered for a week; `settle`, called by the purger, then puts three things right:

- hits of before that arrive late (from a journal that waited for the database) go, too;
- for a minute a process may believe that the session is stored (writers/sessions.py) and write hits without it: they
  get a session again, which tells nothing but when it began;
- after the week nothing remembers the visitor.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Min, QuerySet
from django.utils import timezone

from ..conf import umami_settings
from ..domain.periods import to_micros
from ..ingest.identity import session_key
from ..models import Erasure, EventData, EventDocument, Session, SessionData, StoredHit, Website
from ..rollups.state import forget_columns
from ..writers import sessions as remembered
from ..writers.marks import noting
from ..writers.rows import write_transaction
from .batches import batch
from .unused_terms import note_deleted

BATCH_HITS = 500
BATCH_SESSIONS = 200
SETTLES_IN = timedelta(seconds=2 * remembered.REMEMBERED_S)
REMEMBERED_FOR = timedelta(days=7)

Progress = Callable[[int], None]
"""Called with the number of hits erased so far."""


@dataclass(slots=True)
class Erased:
    """What was erased, or would be."""

    sessions: int = 0
    hits: int = 0
    event_properties: int = 0
    session_properties: int = 0
    in_totals: int = 0
    """Sessions of which older hits were pruned: the totals of that time still count them, and cannot be corrected."""

    def __bool__(self) -> bool:
        return bool(self.sessions or self.hits or self.session_properties)


def note_erased(website_id: int, session_ids_with_earliest_times: Mapping[int, datetime]) -> None:
    """Hits of these sessions, none of them older than its time here, are deleted in the transaction that this is called
    in; what was derived from them is to be corrected.

    Called once for each batch, before COMMIT, with aware UTC datetimes; a session may come again with a later time.
    Summaries look only backwards: they are built again from the earliest of these times on.
    """
    earliest = min(session_ids_with_earliest_times.values())
    with noting({website_id: to_micros(earliest)}, umami_settings().TRAFFIC_DATABASE):
        pass  # a mark that is set after the deletion is as good: both are seen at COMMIT


def visitors(
    website: Website, *, session: UUID | None = None, distinct_id: str | None = None
) -> dict[int, UUID]:
    """The sessions of *website* with this uuid or distinct id, by key. Empty when there is none."""
    if session is not None:
        key = session_key(session)
        of = {"website_id": website.pk, "session_id": key}
        using = umami_settings().TRAFFIC_DATABASE
        known = (
            _sessions(website).filter(pk=key).exists()
            or StoredHit.objects.using(using).filter(**of).exists()
            or SessionData.objects.using(using).filter(**of).exists()
        )
        return {key: session} if known else {}
    if distinct_id is None or "\x00" in distinct_id:
        return {}
    return dict(_sessions(website).filter(distinct_id=distinct_id).values_list("pk", "uuid"))


def counted(website: Website, keys: Collection[int]) -> Erased:
    """What erasing these sessions would erase. Five queries for each 200."""
    using, found = umami_settings().TRAFFIC_DATABASE, Erased()
    for some in _in_batches(sorted(keys)):
        of = {"website_id": website.pk, "session_id__in": some}
        hits = _hits(website.pk, some, using)
        found.sessions += _sessions(website).filter(pk__in=some).count()
        found.in_totals += _sessions(website).filter(pk__in=some).exclude(pruned_until=None).count()
        found.hits += hits.count()
        found.event_properties += EventData.objects.using(using).filter(hit_id__in=hits.values("pk")).count()
        found.session_properties += SessionData.objects.using(using).filter(**of).count()
    return found


def erase(
    website: Website,
    visitors: Mapping[int, UUID],
    *,
    batch_hits: int = BATCH_HITS,
    progress: Progress | None = None,
) -> Erased:
    """Erase these sessions, given by key with their uuids. Memory is constant, each batch a short transaction.

    May be interrupted at any moment and run again: what is left of a session can still be found by its uuid, and by its
    distinct id until the session itself goes, which is last.
    """
    using, erased = umami_settings().TRAFFIC_DATABASE, Erased()
    for some in _in_batches(sorted(visitors)):
        _remember(website.pk, {key: visitors[key] for key in some}, using)
        hits = _hits(website.pk, some, using)
        while _erase_some(website.pk, hits, batch_hits, using, erased):
            if progress is not None:
                progress(erased.hits)
        with batch(using):
            told = SessionData.objects.using(using).filter(website_id=website.pk, session_id__in=some)
            properties = told._raw_delete(using)
            in_totals = _sessions(website).filter(pk__in=some).exclude(pruned_until=None).count()
            sessions = _sessions(website).filter(pk__in=some)._raw_delete(using)
            if properties or sessions:
                note_deleted(website.pk, timezone.now(), using)
        erased.session_properties += properties
        erased.sessions += sessions
        erased.in_totals += in_totals
    remembered.forget()
    return erased


def settle(now: datetime) -> int:
    """Put right what arrived around erasures that are two minutes old (see above); how many hits went."""
    using, erased = umami_settings().TRAFFIC_DATABASE, Erased()
    marks = Erasure.objects.using(using)
    last = -1
    while some := list(
        marks.filter(erased_at__lte=now - SETTLES_IN, pk__gt=last).order_by("pk")[:BATCH_SESSIONS]
    ):
        last = some[-1].pk
        for website_id, erased_at in {(mark.website_id, mark.erased_at) for mark in some}:
            keys = [mark.pk for mark in some if (mark.website_id, mark.erased_at) == (website_id, erased_at)]
            late = {"website_id": website_id, "session_id__in": keys, "created_at__lte": erased_at}
            hits = _hits(website_id, keys, using).filter(created_at__lte=erased_at)
            while _erase_some(website_id, hits, BATCH_HITS, using, erased):
                pass
            SessionData.objects.using(using).filter(**late)._raw_delete(using)
        _give_sessions(some, using)
    marks.filter(erased_at__lte=now - REMEMBERED_FOR)._raw_delete(using)
    return erased.hits


def _erase_some(website_id: int, hits: QuerySet[Any], batch_hits: int, using: str, erased: Erased) -> bool:
    """Erase up to *batch_hits* of *hits* with what hangs on them, each session's oldest first; was there any?"""
    with batch(using):
        rows = list(
            hits.order_by("session_id", "created_at").values_list("pk", "session_id", "created_at")[
                :batch_hits
            ]
        )
        if not rows:
            return False
        keys = [key for key, _, _ in rows]
        erased.event_properties += EventData.objects.using(using).filter(hit_id__in=keys)._raw_delete(using)
        EventDocument.objects.using(using).filter(pk__in=keys)._raw_delete(using)
        erased.hits += StoredHit.objects.using(using).filter(pk__in=keys)._raw_delete(using)
        earliest: dict[int, datetime] = {}
        for _, session_id, created_at in rows:
            earliest.setdefault(session_id, created_at)
        note_erased(website_id, earliest)
        forget_columns(website_id, [to_micros(created_at) for _, _, created_at in rows], using)
        note_deleted(website_id, timezone.now(), using)
    return True


def _remember(website_id: int, visitors: Mapping[int, UUID], using: str) -> None:
    now = timezone.now()
    with write_transaction(using):
        marks = Erasure.objects.using(using)
        marks.filter(pk__in=list(visitors))._raw_delete(using)
        marks.bulk_create(
            [
                Erasure(session_id=key, uuid=uuid, website_id=website_id, erased_at=now)
                for key, uuid in visitors.items()
            ],
            ignore_conflicts=True,
        )


def _give_sessions(marks: Iterable[Erasure], using: str) -> None:
    """A session for whoever has come back without one."""
    by_key = {mark.pk: mark for mark in marks}
    seen: dict[int, datetime] = {}
    for model in (SessionData, StoredHit):
        rows: Any = model._default_manager.using(using).filter(session_id__in=by_key)
        seen |= (
            rows.values_list("session_id")
            .annotate(first=Min("created_at"))
            .values_list("session_id", "first")
        )
    missing = seen.keys() - set(
        Session.objects.using(using).filter(pk__in=list(seen)).values_list("pk", flat=True)
    )
    Session.objects.using(using).bulk_create(
        [
            Session(pk=key, uuid=by_key[key].uuid, website_id=by_key[key].website_id, created_at=seen[key])
            for key in sorted(missing)
        ],
        ignore_conflicts=True,
    )


def _hits(website_id: int, keys: Collection[int], using: str) -> QuerySet[StoredHit]:
    """Hits of these sessions, by the index of sessions: without `+ 0` SQLite reads all that the website has."""
    hits = StoredHit.objects.using(using).alias(of=F("website_id") + 0)
    return hits.filter(session_id__in=keys, of=website_id)


def _sessions(website: Website) -> QuerySet[Session]:
    return Session.objects.using(umami_settings().TRAFFIC_DATABASE).filter(website_id=website.pk)


def _in_batches(keys: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(keys), BATCH_SESSIONS):
        yield keys[start : start + BATCH_SESSIONS]
