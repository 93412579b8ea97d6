"""Tables and constraints; no statistics."""

from .accounts import Account
from .erasure import Erasure, TermSweep
from .exclusions import Exclusion, RefusedDay
from .keys import ApiKey
from .moving import Move
from .reports import ReportSubscription, SentReport
from .rollups import RollupColumn, RollupDay, RollupMark, RollupState, RollupValues
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
    TermDay,
)
from .websites import Share, Website

__all__ = [
    "Account",
    "ApiKey",
    "Erasure",
    "Event",
    "EventData",
    "EventDocument",
    "Exclusion",
    "JournalPosition",
    "LogImport",
    "Move",
    "Pageview",
    "RefusedDay",
    "ReportSubscription",
    "RollupColumn",
    "RollupDay",
    "RollupMark",
    "RollupState",
    "RollupValues",
    "Salt",
    "SentReport",
    "Session",
    "SessionData",
    "Share",
    "StoredHit",
    "Term",
    "TermDay",
    "TermSweep",
    "Website",
]
