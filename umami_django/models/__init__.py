"""Tables and constraints; no statistics."""

from .accounts import Account
from .exclusions import Exclusion, RefusedDay
from .traffic import (
    Event,
    EventData,
    EventDocument,
    JournalPosition,
    LogImport,
    Pageview,
    Salt,
    Session,
    SessionData,
    StoredHit,
    Term,
)
from .websites import Share, Website

__all__ = [
    "Account",
    "Event",
    "EventData",
    "EventDocument",
    "Exclusion",
    "JournalPosition",
    "LogImport",
    "Pageview",
    "RefusedDay",
    "Salt",
    "Session",
    "SessionData",
    "Share",
    "StoredHit",
    "Term",
    "Website",
]
