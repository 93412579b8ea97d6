"""From the domain to the wire: v1's JSON (reference 2). Names and formats only; every number comes finished."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ...domain.answers import Comparison, EventPoint, Point, Ranking
from ...domain.periods import bucket_label
from ...domain.vocabulary import Unit
from ...models import Account, Website
from ...services.sharing import share_of
from ...stats.realtime import Live, LiveEvent, LivePageview, LiveSession

Json = dict[str, Any]

EXACT_IN_JAVASCRIPT = 2**53 - 1


def iso(moment: datetime) -> str:
    """`2022-09-14T08:30:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(row: Account) -> Json:
    """An account, without its password hash (reference 7.1, 2)."""
    return {
        "user_id": row.pk,
        "username": row.user.get_username(),
        "is_admin": row.is_admin,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }


def user(row: Account) -> Json:
    """An account as login and verify tell of it."""
    return {"user_id": row.pk, "username": row.user.get_username(), "is_admin": row.is_admin}


def website(row: Website) -> Json:
    """A website; its shares should be prefetched."""
    share = share_of(row)
    return {
        "website_id": row.pk,
        "website_uuid": str(row.uuid),
        "user_id": row.owner_id,
        "name": row.name,
        "domain": row.domain,
        "share_id": share.slug if share else None,
        "created_at": iso(row.created_at),
    }


def website_with_owner(row: Website) -> Json:
    """A website with the name of its owner; the owner's user should be joined."""
    return website(row) | {"account": row.owner.user.get_username() if row.owner else None}


def stats(answer: Comparison) -> Json:
    """The four numbers and how they changed."""
    now, before = answer.current, answer.previous

    def changed(value: int, previous: int) -> Json:
        return {"value": value, "change": value - previous}

    return {
        "pageviews": changed(now.pageviews, before.pageviews),
        "uniques": changed(now.visitors, before.visitors),
        "bounces": changed(now.bounces, before.bounces),
        "totaltime": changed(now.total_seconds, before.total_seconds),
    }


def pageviews(points: Iterable[Point], unit: Unit) -> Json:
    """The two series of the pageviews route."""
    points = list(points)
    labels = [bucket_label(point.start_us, unit) for point in points]
    return {
        "pageviews": [{"t": t, "y": point.pageviews} for t, point in zip(labels, points, strict=True)],
        "sessions": [{"t": t, "y": point.visitors} for t, point in zip(labels, points, strict=True)],
    }


def events(points: Iterable[EventPoint], unit: Unit) -> list[Json]:
    """The series of the events route."""
    return [{"x": point.name, "t": bucket_label(point.start_us, unit), "y": point.count} for point in points]


def ranking(rows: Ranking) -> list[Json]:
    """A list of names and counts."""
    return [{"x": row.name, "y": row.count} for row in rows]


def event_data(columns: dict[str, float | int | None]) -> list[Json]:
    """The aggregates of 1.39's event data route."""
    return [{"x": name, "y": value} for name, value in columns.items()]


def live(rows: Live, timestamp_ms: int) -> Json:
    """The rows of the realtime routes (reference 2.6)."""
    return {
        "pageviews": [_live_pageview(row) for row in rows.pageviews],
        "sessions": [_live_session(row) for row in rows.sessions],
        "events": [_live_event(row) for row in rows.events],
        "timestamp": timestamp_ms,
    }


def _session_id(key: int) -> int:
    """A session's key as far as JavaScript reads integers exactly."""
    return key & EXACT_IN_JAVASCRIPT


def _live_pageview(row: LivePageview) -> Json:
    return {
        "__id": f"p{row.id}",
        "view_id": row.id,
        "website_id": row.website_id,
        "session_id": _session_id(row.session_id),
        "created_at": iso(row.created_at),
        "url": row.url,
        "referrer": row.referrer,
    }


def _live_session(row: LiveSession) -> Json:
    return {
        "__id": f"s{_session_id(row.id)}",
        "session_id": _session_id(row.id),
        "session_uuid": str(row.uuid),
        "website_id": row.website_id,
        "created_at": iso(row.created_at),
        "hostname": row.hostname,
        "browser": row.browser,
        "os": row.os,
        "device": row.device,
        "screen": row.screen,
        "language": row.language,
        "country": row.country,
    }


def _live_event(row: LiveEvent) -> Json:
    return {
        "__id": f"e{row.id}",
        "event_id": row.id,
        "website_id": row.website_id,
        "session_id": _session_id(row.session_id),
        "created_at": iso(row.created_at),
        "url": row.url,
        "event_name": row.event_name,
    }
