"""Whether this process can do its work: the few things that a load balancer needs to know, and no figures."""

from dataclasses import dataclass

from django.db import DatabaseError, connections

from ..conf import JOURNAL, umami_settings
from ..exceptions import StoreUnavailable
from ..models import Website
from ..writers import is_stalled, journal

OK, AWAY, STALLED, FULL, UNUSABLE = "ok", "away", "stalled", "full", "unusable"


@dataclass(frozen=True, slots=True)
class Health:
    """One word for each part."""

    database: str
    writer: str
    journal: str | None = None
    """None where it is not used."""

    @property
    def is_good(self) -> bool:
        return {self.database, self.writer, self.journal} <= {OK, None}


def health() -> Health:
    """How it is at this moment. One query for each database."""
    return Health(_database(), STALLED if is_stalled() else OK, _journal())


def _database() -> str:
    for alias in dict.fromkeys([Website.objects.db, umami_settings().TRAFFIC_DATABASE]):
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return AWAY
    return OK


def _journal() -> str | None:
    settings = umami_settings()
    if settings.COLLECT_WRITER != JOURNAL:
        return None
    try:
        size = journal.size(journal.directory())
    except (StoreUnavailable, OSError):
        return UNUSABLE
    return FULL if size >= settings.JOURNAL_MAX_BYTES else OK
