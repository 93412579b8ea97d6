"""What stands around the app: the journal and its worker, proxies, the geo database."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ... import conf
from ...ingest.geo import database_path
from ...ingest.pipeline import Reason
from ...models import Website
from ...services import refusals
from ...writers import figures as writing
from .finding import Finding, error, ok, warn

LAG_WARNS_AT_S, LAG_FAILS_AT_S = 60.0, 900.0
SILENT_FOR_S = 60.0
"""A worker tells of itself each second while there is something to do."""
NEARLY_FULL = 0.8
GEO_WARNS_AT = timedelta(days=90)


def journal(now: datetime) -> Finding:
    """Does the worker keep up with what is written down?"""
    state = writing()
    if state.writer != conf.JOURNAL:
        return ok("journal", f"not used: hits are stored by {state.writer!r}")
    most = conf.umami_settings().JOURNAL_MAX_BYTES
    told = {"bytes": state.journal_bytes, "max_bytes": most}
    if state.journal_bytes >= most:
        return error("journal", f"full ({state.journal_bytes:,} bytes): hits are turned away", **told)
    loader = state.loader
    if loader is None:
        found = error if state.journal_bytes else warn
        return found("journal", "no umami_worker has ever loaded it", **told)
    silent_s = max(0.0, time.time() - loader.seen_at)
    figures = told | {
        "lag_s": round(loader.lag_s, 2),
        "waiting_bytes": loader.waiting_bytes,
        "worker_seen_s_ago": round(silent_s, 1),
        "last_error": loader.last_error,
    }
    if loader.last_error:
        return error("journal", f"the worker's last step failed: {loader.last_error}", **figures)
    if silent_s > SILENT_FOR_S and state.journal_bytes:
        return error("journal", f"the worker was last seen {silent_s:,.0f} s ago", **figures)
    if loader.lag_s > LAG_WARNS_AT_S:
        level = error if loader.lag_s > LAG_FAILS_AT_S else warn
        return level("journal", f"the worker is {loader.lag_s:,.0f} s behind", **figures)
    if state.journal_bytes > NEARLY_FULL * most:
        return warn("journal", f"{state.journal_bytes / most:.0%} full", **figures)
    return ok(
        "journal", f"{state.journal_bytes:,} bytes, the worker is {loader.lag_s:.1f} s behind", **figures
    )


def proxies(now: datetime) -> Finding:
    """Do we know whom to believe a visitor's address?"""
    settings = conf.umami_settings()
    if settings.TRUSTED_PROXIES:
        header = settings.CLIENT_IP_HEADER or "X-Forwarded-For"
        return ok("proxies", f"{header} is believed of {', '.join(settings.TRUSTED_PROXIES)}")
    if signs := conf.proxy_signs():
        return warn(
            "proxies",
            f"{' and '.join(signs)} say that there is a proxy, but UMAMI['TRUSTED_PROXIES'] is empty: all visitors "
            "seem to have the proxy's address",
        )
    today = now.astimezone(UTC).date()
    websites = Website.objects.values_list("pk", flat=True)
    limited = sum(
        item.count
        for item in refusals.refused_by("reason", websites, today - timedelta(days=1), today)
        if item.name == Reason.RATE_LIMITED.value
    )
    if limited:
        return warn(
            "proxies",
            f"none is trusted, and {limited:,} hits since yesterday were too many of one address: is that your proxy?",
            rate_limited=limited,
        )
    return ok("proxies", "none is trusted: the address is that of the connection")


def geo(now: datetime) -> Finding:
    """Is there a geo database, and how old is it?"""
    found = database_path(conf.umami_settings().GEOIP_DATABASE, conf.geoip_path())
    if found is None:
        return ok("geo", "no database: countries are known from proxies' headers only")
    try:
        built = _built(found)
    except (OSError, ValueError) as problem:
        return error("geo", f"{found} cannot be read: {problem}")
    except ImportError:
        return error(
            "geo", f"{found} is there, but the package maxminddb is not: pip install 'umami-django[geo]'"
        )
    age_days = (now - built).days
    told = {"path": found, "built": built.isoformat(timespec="seconds"), "age_days": age_days}
    if now - built > GEO_WARNS_AT:
        return warn("geo", f"{Path(found).name} is {age_days:,} days old: see umami_geo_update", **told)
    return ok("geo", f"{Path(found).name} is {age_days:,} days old", **told)


def _built(path: str) -> datetime:
    """When the database was made. Raises OSError, ValueError, ImportError."""
    import maxminddb

    try:
        with maxminddb.open_database(path) as database:
            return datetime.fromtimestamp(database.metadata().build_epoch, UTC)
    except maxminddb.InvalidDatabaseError as problem:
        raise ValueError(str(problem)) from None
