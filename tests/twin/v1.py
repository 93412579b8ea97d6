"""Section 3 of the v1 reference in plain loops over lists: slow, obviously right, and sharing no code with the app.

The deliberate differences of section 7.1 are in it: series honour their filters, the referrer filter is a literal
substring, an unknown language is None, ties go by name.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Seen:
    """One stored row: a pageview when `event` is None."""

    visitor: str
    at: datetime
    url: str
    referrer: str | None = None
    event: str | None = None
    browser: str | None = None
    os: str | None = None
    device: str | None = None
    country: str | None = None
    screen: str | None = None
    language: str | None = None


ATTRIBUTES = ("os", "browser", "device", "country")


def pageviews(rows: list[Seen]) -> list[Seen]:
    return [row for row in rows if row.event is None]


def events(rows: list[Seen]) -> list[Seen]:
    return [row for row in rows if row.event is not None]


def in_range(rows: list[Seen], start: datetime, end: datetime) -> list[Seen]:
    return [row for row in rows if start <= row.at <= end]


def filtered(rows: list[Seen], filters: dict[str, str], allowed: tuple[str, ...]) -> list[Seen]:
    """The rows for which every allowed filter holds; an empty filter on an attribute is none."""
    kept = []
    for row in rows:
        fits = True
        for name, value in filters.items():
            if name not in allowed or (value == "" and name in ATTRIBUTES):
                continue
            if name == "referrer":
                fits = fits and row.referrer is not None and value in row.referrer
            elif name == "event_name":
                fits = fits and row.event == value
            else:
                fits = fits and getattr(row, name) == value
        if fits:
            kept.append(row)
    return kept


def numbers(rows: list[Seen]) -> dict[str, int]:
    groups: dict[tuple[str, datetime], list[datetime]] = defaultdict(list)
    for row in rows:
        hour = row.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        groups[row.visitor, hour].append(row.at)
    return {
        "pageviews": sum(len(times) for times in groups.values()),
        "uniques": len({visitor for visitor, _ in groups}),
        "bounces": sum(1 for times in groups.values() if len(times) == 1),
        "totaltime": sum((max(times) - min(times)) // timedelta(seconds=1) for times in groups.values()),
    }


def stats(rows: list[Seen], start: datetime, end: datetime, filters: dict[str, str]) -> dict[str, Any]:
    views = filtered(pageviews(rows), filters, ("url", "referrer", *ATTRIBUTES))
    length = end - start
    now = numbers(in_range(views, start, end))
    before = numbers(in_range(views, start - length, end - length))
    return {name: {"value": now[name], "change": now[name] - before[name]} for name in now}


def bucket(moment: datetime, unit: str, tz: str) -> str:
    local = moment.astimezone(ZoneInfo(tz))
    return {
        "hour": local.strftime("%Y-%m-%d %H:00:00"),
        "day": local.strftime("%Y-%m-%d"),
        "month": local.strftime("%Y-%m-01"),
        "year": local.strftime("%Y-01-01"),
    }[unit]


def series(
    rows: list[Seen], start: datetime, end: datetime, unit: str, tz: str, filters: dict[str, str]
) -> dict[str, Rows]:
    views = in_range(filtered(pageviews(rows), filters, ("url", "referrer", *ATTRIBUTES)), start, end)
    buckets: dict[str, list[str]] = defaultdict(list)
    for row in views:
        buckets[bucket(row.at, unit, tz)].append(row.visitor)
    return {
        "pageviews": [{"t": t, "y": len(buckets[t])} for t in sorted(buckets)],
        "sessions": [{"t": t, "y": len(set(buckets[t]))} for t in sorted(buckets)],
    }


def event_series(
    rows: list[Seen], start: datetime, end: datetime, unit: str, tz: str, filters: dict[str, str]
) -> Rows:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in in_range(filtered(events(rows), filters, ("url", "event_name")), start, end):
        counts[bucket(row.at, unit, tz), str(row.event)] += 1
    return [{"x": name, "t": t, "y": counts[t, name]} for t, name in sorted(counts)]


def metrics(
    rows: list[Seen], start: datetime, end: datetime, kind: str, filters: dict[str, str], domain: str | None
) -> Rows:
    views = in_range(pageviews(rows), start, end)
    if kind in ("url", "query"):
        allowed = ("referrer", *ATTRIBUTES) if kind == "url" else ("url", "referrer", *ATTRIBUTES)
        found = filtered(views, filters, allowed)
        return ranked([row.url for row in found if kind == "url" or "?" in row.url])
    if kind == "referrer":
        names = [row.referrer for row in filtered(views, filters, ("url", *ATTRIBUTES))]
        own = f"://{domain or 'null'}/"
        return ranked([name for name in names if name is not None and own not in name and name[:1] != "/"])
    if kind == "event":
        found = filtered(in_range(events(rows), start, end), filters, ("url", *ATTRIBUTES))
        return ranked([row.event for row in found])
    visitors = {row.visitor: row for row in filtered(views, filters, ATTRIBUTES)}
    values = [getattr(row, kind) for row in visitors.values()]
    if kind == "language":
        values = [None if value is None else value.split("-")[0].lower() for value in values]
    return ranked(values)


def ranked(values: list[str | None]) -> Rows:
    counts: dict[str | None, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    order = sorted(counts, key=lambda name: (-counts[name], name is None, (name or "").encode()))
    return [{"x": name, "y": counts[name]} for name in order]


def active(rows: list[Seen], now: datetime) -> Rows:
    return [{"x": len({row.visitor for row in pageviews(rows) if row.at >= now - timedelta(minutes=5)})}]
