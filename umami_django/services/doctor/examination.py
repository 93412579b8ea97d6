"""All checks, in the order of the report. A new concern is one function more in the list."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError

from .database import clock, database, sizes
from .finding import Check, Finding, Level, error
from .summaries import summaries
from .surroundings import geo, journal, proxies
from .traffic import hits, purges, refused, salts

logger = logging.getLogger("umami_django.doctor")

CHECKS: tuple[Check, ...] = (
    database,
    clock,
    journal,
    hits,
    refused,
    proxies,
    geo,
    salts,
    purges,
    summaries,
    sizes,
)


def examine(now: datetime, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What each check finds; a check that the database does not answer is an error of its own."""
    return [_looked_at(check, now) for check in checks]


def worst(findings: Sequence[Finding]) -> Level:
    """The worst level of all."""
    return max((finding.level for finding in findings), default=Level.OK)


def _looked_at(check: Check, now: datetime) -> Finding:
    try:
        return check(now)
    except DatabaseError as problem:
        text = str(problem).strip().partition("\n")[0]
        return error(check.__name__, f"the database does not answer: {text}")
    except Exception as problem:
        logger.exception("A check of the installation failed.")
        return error(check.__name__, f"cannot be looked at: {type(problem).__name__}: {problem}")
