"""Tables and constraints; no statistics."""

from .accounts import Account
from .traffic import (
    Event,
    EventData,
    EventDocument,
    LogImport,
    Pageview,
    Salt,
    Session,
    StoredHit,
    Term,
)
from .websites import Share, Website

__all__ = [
    "Account",
    "Event",
    "EventData",
    "EventDocument",
    "LogImport",
    "Pageview",
    "Salt",
    "Session",
    "Share",
    "StoredHit",
    "Term",
    "Website",
]
