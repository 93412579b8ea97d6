"""What the source holds beside what is here, by website and table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from .. import conf
from ..domain.vocabulary import HitKind
from ..models import EventData, EventDocument, Move, Session, SessionData, StoredHit
from ..services.pruning import kept_from
from .values import Site, Source, Tally


@dataclass(frozen=True, slots=True)
class Line:
    """One table of one website."""

    website: str
    table: Tally
    source: int
    target: int
    others: int
    """Rows here that did not come from the source: from before, or collected meanwhile."""

    @property
    def agrees(self) -> bool:
        """Is all here, and nothing twice?"""
        return self.source == self.target


def lines(source: Source, site: Site, move: Move) -> list[Line]:
    """Source and target of one website, counted: what is pruned here by now is left out on both sides."""
    since = max(filter(None, (move.since, kept_from(move.website_id))), default=None)
    wanted = source.counts(site, since)
    here = held(move.website_id, source.tallied, since)
    if here[Tally.SESSIONS] > wanted[Tally.SESSIONS]:
        wanted[Tally.SESSIONS] += source.lost_sessions(site, since)
    return [_line(site.name, table, wanted[table], here[table], move) for table in source.tallied]


def held(website_id: int, tables: Sequence[Tally], since: datetime | None) -> dict[str, int]:
    """How many rows of each table a website has here, since a moment."""
    return {table: _rows(table, website_id, since).count() for table in tables}


def _line(website: str, table: Tally, wanted: int, here: int, move: Move) -> Line:
    """Rows that are too many may have been collected since the move began; only those are taken for others."""
    before: int = move.counts_before.get(table, 0)
    others, target = before, here - before
    if target > wanted:
        collected = min(target - wanted, _rows(table, move.website_id, move.started_at).count())
        others, target = before + collected, target - collected
    return Line(website, table, wanted, target, others)


def _rows(table: Tally, website_id: int, since: datetime | None) -> QuerySet[Any]:
    return _ROWS[table](conf.umami_settings().TRAFFIC_DATABASE, website_id, since)


def _of(model: Any, **conditions: Any) -> Callable[[str, int, datetime | None], QuerySet[Any]]:
    def rows(using: str, website_id: int, since: datetime | None) -> QuerySet[Any]:
        found = model.objects.using(using).filter(website_id=website_id, **conditions)
        return found if since is None else found.filter(created_at__gte=since)

    return rows


def _documents(using: str, website_id: int, since: datetime | None) -> QuerySet[Any]:
    found = EventDocument.objects.using(using).filter(website_id=website_id)
    if since is None:
        return found
    hits = StoredHit.objects.using(using).filter(website_id=website_id, created_at__gte=since)
    return found.filter(hit_id__in=hits.values("pk"))


_ROWS: Mapping[Tally, Callable[[str, int, datetime | None], QuerySet[Any]]] = {
    Tally.SESSIONS: _of(Session),
    Tally.PAGEVIEWS: _of(StoredHit, kind=HitKind.PAGEVIEW),
    Tally.EVENTS: _of(StoredHit, kind=HitKind.EVENT),
    Tally.EVENT_DOCUMENTS: _documents,
    Tally.EVENT_DATA: _of(EventData),
    Tally.SESSION_DATA: _of(SessionData),
}
