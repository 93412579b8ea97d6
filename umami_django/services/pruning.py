"""Lets hits go that are older than a website keeps them: in batches, oldest first, once summaries are their record.

How long hits are kept is decided in `retention.py`; what is answered about the time before is decided in `rollups/`.

Summaries must be built of all that goes. Then `raw_from` is set, and from that moment nobody reads hits of before it:
so a batch may be deleted, or not, without any answer changing. Two things stay of that time:

- the pageviews of a visit that reaches over the cut, so that the visit is one; they go with the next cut;
- of a visitor who may come back, when they were seen last (`Session.pruned_until`).
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..conf import umami_settings
from ..domain.periods import HOUR_US, from_micros, to_micros
from ..domain.vocabulary import HitKind
from ..models import EventData, EventDocument, RollupState, Session, SessionData, StoredHit, Website
from ..rollups.build import build_step
from ..rollups.reading import Rollups
from ..rollups.state import holds, let_go
from .batches import batch
from .retention import cut, months_kept
from .unused_terms import note_deleted

BATCH_HITS = 500
"""A few hundredths of a second for a database: that long others wait on SQLite."""
SESSIONS_AT_ONCE = 500

Visit = tuple[int, int]
Progress = Callable[[int], None]
"""Called with the number of hits pruned so far."""
Row = tuple[int, int, int, datetime, int]
"""Key, session, visit, time and kind of a hit."""


@dataclass(slots=True)
class Pruned:
    """What was pruned, or would be."""

    website_id: int
    raw_from: datetime
    """Hits from then on are kept."""
    hits: int = 0
    event_properties: int = 0
    sessions: int = 0
    is_waiting: bool = False
    """Nothing was pruned: its summaries could not be built, or a reset is not purged yet."""

    def __bool__(self) -> bool:
        return bool(self.hits or self.sessions)


def wanted(now: datetime, website_ids: set[int] | None = None) -> list[tuple[int, datetime]]:
    """The websites that keep hits for some time only, or did once, each with the moment before which they go."""
    settings = umami_settings()
    states = RollupState.objects.using(settings.TRAFFIC_DATABASE).exclude(raw_from=None)
    pruned = {
        website_id: from_micros((hour or 0) * HOUR_US)
        for website_id, hour in states.values_list("website_id", "raw_from")
    }
    found = []
    for key, own_months in Website.objects.alive().order_by("pk").values_list("pk", "keep_months"):
        if website_ids is not None and key not in website_ids:
            continue
        months = months_kept(own_months, settings.KEEP_MONTHS)
        wanted_from = None if months is None else cut(now, months)
        raw_from = max(filter(None, (pruned.get(key), wanted_from)), default=None)
        if raw_from is not None:
            found.append((key, raw_from))
    return found


def prune(
    now: datetime,
    *,
    website_ids: set[int] | None = None,
    batch_hits: int = BATCH_HITS,
    progress: Progress | None = None,
    most_s: float = math.inf,
) -> list[Pruned]:
    """Prune the websites that are due, or that a run was interrupted at, for at most *most_s* seconds.

    May be killed at any moment and run again. Raises DatabaseError.
    """
    found, before, stop_at = [], 0, time.monotonic() + most_s
    for website_id, raw_from in wanted(now, website_ids):
        done = prune_website(
            website_id,
            raw_from,
            now,
            batch_hits=batch_hits,
            progress=_after(before, progress),
            stop_at=stop_at,
        )
        before += done.hits
        if done or done.is_waiting:
            found.append(done)
    return found


def prune_website(
    website_id: int,
    raw_from: datetime,
    now: datetime,
    *,
    batch_hits: int = BATCH_HITS,
    progress: Progress | None = None,
    stop_at: float = math.inf,
) -> Pruned:
    """Let the hits of one website go that are older than *raw_from*, the start of a UTC month.

    Memory is constant, each batch a short transaction, after which the database has a rest as long. What is left at
    *stop_at*, by the monotonic clock, is left for the next run.
    """
    using = umami_settings().TRAFFIC_DATABASE
    pruned = Pruned(website_id, raw_from)
    if _hits_before(pruned, using).exists():
        is_reset = Website.objects.filter(pk=website_id).exclude(reset_at=None).exists()
        if is_reset or not _let_go(pruned, now, stop_at, using):
            pruned.is_waiting = True
            return pruned
        kept = reaching_over(pruned, using)
        for rows in _batches(pruned, kept, batch_hits, using):
            if time.monotonic() > stop_at or not _prune_some(rows, pruned, using):
                return pruned
            if progress is not None:
                progress(pruned.hits)
    _delete_sessions(pruned, stop_at, using)
    return pruned


def _prune_some(rows: list[Row], pruned: Pruned, using: str) -> bool:
    """False when the website was reset meanwhile, and begins anew."""
    with batch(using):
        if not _is_let_go(pruned, using):
            return False
        _delete(rows, pruned, using)
    return True


def kept_from(website_id: int) -> datetime | None:
    """Before this moment hits of the website are pruned, and none are taken in any more; None where all are kept. One
    query."""
    states = RollupState.objects.using(umami_settings().TRAFFIC_DATABASE).filter(pk=website_id)
    hour = states.values_list("raw_from", flat=True).first()
    return None if hour is None else from_micros(hour * HOUR_US)


def is_pruned(website_id: int, moment: datetime, now: datetime) -> bool:
    """Is a hit of that time too late to be counted? No query for one of this month or the last."""
    if moment >= cut(now, 1):
        return False
    raw_from = kept_from(website_id)
    return raw_from is not None and moment < raw_from


def counted(website_id: int, raw_from: datetime) -> Pruned:
    """What pruning would delete. Up to six queries."""
    using = umami_settings().TRAFFIC_DATABASE
    pruned = Pruned(website_id, raw_from)
    hits = _hits_before(pruned, using)
    kept = reaching_over(pruned, using)
    of_kept = hits.filter(session_id__in={session for session, _ in kept}, kind=HitKind.PAGEVIEW)
    stays = [visit for visit in of_kept.values_list("session_id", "visit_id") if visit in kept]
    pruned.hits = hits.count() - len(stays)
    pruned.event_properties = (
        EventData.objects.using(using).filter(website_id=website_id, created_at__lt=raw_from).count()
    )
    later = StoredHit.objects.using(using).filter(session_id=OuterRef("pk"), created_at__gte=raw_from)
    ending = _sessions_before(pruned, using).exclude(Exists(later))
    pruned.sessions = ending.exclude(pk__in={session for session, _ in stays}).count()
    return pruned


def reaching_over(pruned: Pruned, using: str) -> set[Visit]:
    """The visits (session, visit) with pageviews before the cut and after it, as summaries know them."""
    hold = holds(pruned.website_id, using)
    if hold is None:
        return set()
    hour = _hour(pruned)
    return Rollups(pruned.website_id, using, hold).straddling([hour])[hour]


def _let_go(pruned: Pruned, now: datetime, stop_at: float, using: str) -> bool:
    """Build what is missing, and set `raw_from`; False when that cannot be done now."""
    while not _is_let_go(pruned, using) and not let_go(pruned.website_id, _hour(pruned), using):
        if time.monotonic() > stop_at:
            return False
        if build_step(pruned.website_id, now, using) is None:
            # nothing is missing any more: the last step may just have been taken
            return let_go(pruned.website_id, _hour(pruned), using)
    return True


def _is_let_go(pruned: Pruned, using: str) -> bool:
    states = RollupState.objects.using(using)
    return states.filter(pk=pruned.website_id, raw_from__gte=_hour(pruned)).exists()


def _batches(pruned: Pruned, kept: set[Visit], batch_hits: int, using: str) -> Iterator[list[Row]]:
    """The hits that go, by time."""
    ordered = _hits_before(pruned, using).order_by("created_at", "pk")
    columns = ("pk", "session_id", "visit_id", "created_at", "kind")
    rows: list[Row] = list(ordered.values_list(*columns)[:batch_hits])
    while rows:
        going = [row for row in rows if row[4] != HitKind.PAGEVIEW or (row[1], row[2]) not in kept]
        if going:
            yield going
        key, _, _, at, _ = rows[-1]
        following = ordered.filter(Q(created_at__gt=at) | Q(pk__gt=key), created_at__gte=at)
        rows = list(following.values_list(*columns)[:batch_hits])


def _delete(rows: list[Row], pruned: Pruned, using: str) -> None:
    """One batch, with what hangs on it; whoever may come back is remembered. Call inside a transaction."""
    keys = [row[0] for row in rows]
    seen = {session: at for _, session, _, at, kind in rows if kind == HitKind.PAGEVIEW}  # the last one stays
    _remember(seen, pruned, using)
    pruned.event_properties += EventData.objects.using(using).filter(hit_id__in=keys)._raw_delete(using)
    EventDocument.objects.using(using).filter(pk__in=keys)._raw_delete(using)
    pruned.hits += StoredHit.objects.using(using).filter(pk__in=keys)._raw_delete(using)
    note_deleted(pruned.website_id, timezone.now(), using)


def _remember(seen: dict[int, datetime], pruned: Pruned, using: str) -> None:
    """When sessions were seen last, of those that stay: who has a name, and who has hits after the cut."""
    later = StoredHit.objects.using(using).filter(session_id__in=list(seen), created_at__gte=pruned.raw_from)
    staying = Q(distinct_id__isnull=False) | Q(pk__in=later.values("session_id"))
    sessions = Session.objects.using(using).filter(staying, pk__in=list(seen), website_id=pruned.website_id)
    changed = []
    for session in sessions.only("pk", "pruned_until"):
        if session.pruned_until is None or session.pruned_until < seen[session.pk]:
            session.pruned_until = seen[session.pk]
            changed.append(session)
    Session.objects.using(using).bulk_update(changed, ["pruned_until"], batch_size=SESSIONS_AT_ONCE)


def _delete_sessions(pruned: Pruned, stop_at: float, using: str) -> None:
    """The anonymous sessions of before the cut that have no hit any more, with what was told about them."""
    hits = StoredHit.objects.using(using).filter(session_id=OuterRef("pk"))
    ended = _sessions_before(pruned, using).exclude(Exists(hits))
    ordered = ended.order_by("created_at", "pk")
    rows = list(ordered.values_list("pk", "created_at")[:SESSIONS_AT_ONCE])
    while rows and time.monotonic() < stop_at:
        keys = [key for key, _ in rows]
        with batch(using):
            SessionData.objects.using(using).filter(session_id__in=keys)._raw_delete(using)
            pruned.sessions += ended.filter(pk__in=keys)._raw_delete(using)
            note_deleted(pruned.website_id, timezone.now(), using)
        key, at = rows[-1]
        following = ordered.filter(Q(created_at__gt=at) | Q(pk__gt=key), created_at__gte=at)
        rows = list(following.values_list("pk", "created_at")[:SESSIONS_AT_ONCE])


def _hits_before(pruned: Pruned, using: str) -> QuerySet[StoredHit]:
    hits = StoredHit.objects.using(using)
    return hits.filter(website_id=pruned.website_id, created_at__lt=pruned.raw_from)


def _sessions_before(pruned: Pruned, using: str) -> QuerySet[Session]:
    sessions = Session.objects.using(using).filter(distinct_id=None)
    return sessions.filter(website_id=pruned.website_id, created_at__lt=pruned.raw_from)


def _hour(pruned: Pruned) -> int:
    return to_micros(pruned.raw_from) // HOUR_US


def _after(before: int, progress: Progress | None) -> Progress | None:
    return None if progress is None else lambda hits: progress(before + hits)
