"""What `docs/metrics.md` says in plain loops over lists: slow, obviously right, and sharing no code with the app.

Rows are in the order in which they were stored. Answers are tuples and dicts, numbers in the order pageviews, visitors,
visits, bounces, seconds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SESSION = ("browser", "os", "device", "screen", "language", "country", "region", "city")
Numbers = tuple[int, int, int, int, int]
NOTHING: Numbers = (0, 0, 0, 0, 0)
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Did:
    """One stored row: a pageview when `event_name` is None."""

    visitor: str
    visit: int
    at: datetime
    path: str
    event_name: str | None = None
    query: str | None = None
    title: str | None = None
    referrer_domain: str | None = None
    channel: str | None = None
    tag: str | None = None
    utm_source: str | None = None
    browser: str | None = None
    os: str | None = None
    device: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    data: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Condition:
    """A filter: field, values (None: no value), operator."""

    field: str
    values: tuple[str | None, ...]
    operator: str = "eq"


@dataclass(frozen=True)
class Asked:
    """Which traffic a question is about."""

    start: datetime
    end: datetime
    tz: str = "UTC"
    conditions: tuple[Condition, ...] = ()
    since: datetime | None = None


# which rows a question is about


def in_period(rows: list[Did], asked: Asked) -> list[Did]:
    return [
        row
        for row in rows
        if asked.start <= row.at <= asked.end and (asked.since is None or row.at > asked.since)
    ]


def selected(rows: list[Did], asked: Asked) -> list[Did]:
    rows = in_period(rows, asked)
    return [row for row in rows if all(holds(condition, row, rows) for condition in asked.conditions)]


def views(rows: list[Did]) -> list[Did]:
    return [row for row in rows if row.event_name is None]


def events(rows: list[Did]) -> list[Did]:
    return [row for row in rows if row.event_name is not None]


def holds(condition: Condition, row: Did, rows: list[Did]) -> bool:
    if condition.operator in ("neq", "dnc"):
        positive = {"neq": "eq", "dnc": "c"}[condition.operator]
        return not holds(Condition(condition.field, condition.values, positive), row, rows)
    if condition.field in ("entry", "exit"):
        return fits(end_page(row, rows, condition.field), condition)
    if condition.field == "completed":
        done = [other.event_name for other in events(rows) if other.visitor == row.visitor]
        return any(fits(name, condition) for name in done) or (not done and None in condition.values)
    return fits(getattr(row, condition.field), condition)


def fits(value: str | None, condition: Condition) -> bool:
    if value is None:
        return None in condition.values
    wanted = [text for text in condition.values if text is not None]
    if condition.operator == "eq":
        return value in wanted
    if condition.operator == "ce":
        return any(text in value for text in wanted)
    forms = [
        form
        for text in wanted
        for form in (text, text.lower(), text.upper(), text.title(), text.capitalize())
    ]
    return any(small(form) in small(value) for form in forms)


def small(text: str) -> str:
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)


def end_page(row: Did, rows: list[Did], end: str) -> str | None:
    of_visit = [other for other in views(rows) if (other.visitor, other.visit) == (row.visitor, row.visit)]
    if not of_visit:
        return None
    in_order = sorted(of_visit, key=lambda other: other.at)  # sorted() keeps the order of equals
    return in_order[0 if end == "entry" else -1].path


# numbers


def numbers(rows: list[Did]) -> Numbers:
    visits: dict[tuple[str, int], list[datetime]] = defaultdict(list)
    for row in rows:
        visits[row.visitor, row.visit].append(row.at)
    return (
        len(rows),
        len({row.visitor for row in rows}),
        len(visits),
        sum(1 for times in visits.values() if len(times) == 1),
        sum((max(times) - min(times)) // timedelta(seconds=1) for times in visits.values()),
    )


def summary(rows: list[Did], asked: Asked) -> Numbers:
    return numbers(views(selected(rows, asked)))


def event_totals(rows: list[Did], asked: Asked) -> tuple[int, int, int, int]:
    found = events(selected(rows, asked))
    times, visitors, visits, _, _ = numbers(found)
    return times, visitors, visits, len({row.event_name for row in found})


# buckets of local time, as microseconds of the local clock since 1970


def bucket(moment: datetime, unit: str, tz: str) -> int:
    return micros(floor(moment.astimezone(ZoneInfo(tz)).replace(tzinfo=None), unit))


def micros(local: datetime) -> int:
    return (local - EPOCH) // timedelta(microseconds=1)


def floor(local: datetime, unit: str) -> datetime:
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "minute":
            return local.replace(second=0, microsecond=0)
        case "hour":
            return local.replace(minute=0, second=0, microsecond=0)
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            return day.replace(day=1, month=1)


def buckets(asked: Asked, unit: str) -> list[int]:
    """Every bucket that has a minute of the period in it."""
    found = {bucket(asked.end, unit, asked.tz)} if asked.start <= asked.end else set()
    moment = asked.start
    while moment <= asked.end:
        found.add(bucket(moment, unit, asked.tz))
        moment += timedelta(minutes=1)
    return sorted(found)


def series(rows: list[Did], asked: Asked, unit: str) -> dict[int, Numbers]:
    found = grouped(views(selected(rows, asked)), lambda row: bucket(row.at, unit, asked.tz))
    return {start: numbers(of_bucket) for start, of_bucket in found.items()}


def event_series(rows: list[Did], asked: Asked, name: str, unit: str) -> dict[int, tuple[int, int]]:
    named = [row for row in events(selected(rows, asked)) if row.event_name == name]
    found = grouped(named, lambda row: bucket(row.at, unit, asked.tz))
    return {
        start: (len(of_bucket), len({row.visitor for row in of_bucket})) for start, of_bucket in found.items()
    }


def heat(rows: list[Did], asked: Asked) -> dict[tuple[int, int], tuple[int, int]]:
    def cell(row: Did) -> tuple[int, int]:
        local = row.at.astimezone(ZoneInfo(asked.tz))
        return local.weekday(), local.hour

    found = grouped(views(selected(rows, asked)), cell)
    return {key: (len(hits), len({row.visitor for row in hits})) for key, hits in found.items()}


def grouped(rows: Iterable[Did], key: Callable[[Did], Any]) -> dict[Any, list[Did]]:
    found: dict[Any, list[Did]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


# rankings


def by_value(
    rows: list[Did], asked: Asked, metric: str, *, only_events: bool = False, unknown: bool = True
) -> dict[tuple[str | None, str | None], list[Did]]:
    """The rows behind each value and, for regions and cities, country."""
    period = in_period(rows, asked)
    kind = events if metric == "event_name" or only_events else views

    def key(row: Did) -> tuple[str | None, str | None]:
        if metric in ("entry", "exit"):
            return end_page(row, period, metric), None
        return getattr(row, metric), row.country if metric in ("region", "city") else None

    found = grouped(kind(selected(rows, asked)), key)
    return {value: hits for value, hits in found.items() if unknown or value[0] is not None}


def in_order(values: Iterable[tuple[str | None, str | None]], number: Callable[[Any], int]) -> list[Any]:
    """Largest number first; ties by name and country in byte order, unknown last."""

    def place(text: str | None) -> tuple[bool, bytes]:
        return text is None, (text or "").encode()

    return sorted(values, key=lambda value: (-number(value), place(value[0]), place(value[1])))


def ranking(
    rows: list[Did], asked: Asked, metric: str, counted: str, *, unknown: bool
) -> list[tuple[str | None, int, str | None]]:
    found = by_value(rows, asked, metric, only_events=counted == "events", unknown=unknown)
    position = {"pageviews": 0, "events": 0, "visitors": 1, "visits": 2}[counted]
    counts = {value: numbers(hits)[position] for value, hits in found.items()}
    return [(value[0], counts[value], value[1]) for value in in_order(counts, counts.__getitem__)]


def table(
    rows: list[Did], asked: Asked, metric: str, order: str, *, unknown: bool, descending: bool = True
) -> list[tuple[str | None, Numbers, str | None]]:
    found = {value: numbers(hits) for value, hits in by_value(rows, asked, metric, unknown=unknown).items()}
    named = ("pageviews", "visitors", "visits", "bounces", "total_seconds")

    def number(value: Any) -> int:
        of = dict(zip(named, found[value], strict=True))
        of["bounce_rate"] = of["bounces"] * 1_000_000 // of["visits"]
        of["visit_seconds"] = of["total_seconds"] // of["visits"]
        return of[order] if descending else -of[order]

    return [(value[0], found[value], value[1]) for value in in_order(found, number)]


# people


def sessions(rows: list[Did], asked: Asked) -> dict[str, tuple[datetime, datetime, int, int, int]]:
    """Of each visitor: first and last seen, visits, pageviews, events."""
    return {
        visitor: (
            min(row.at for row in hits),
            max(row.at for row in hits),
            len({row.visit for row in views(hits)}),
            len(views(hits)),
            len(events(hits)),
        )
        for visitor, hits in grouped(selected(rows, asked), lambda row: row.visitor).items()
    }


def properties(rows: list[Did], asked: Asked, name: str | None) -> list[tuple[str, int]]:
    """Keys and how many events carry them."""
    found: dict[str, int] = defaultdict(int)
    for row in events(selected(rows, asked)):
        for key, _ in row.data if name in (None, row.event_name) else ():
            found[key] += 1
    return sorted(found.items(), key=lambda item: (-item[1], item[0].encode()))


def values(rows: list[Did], asked: Asked, name: str, key: str) -> list[tuple[str, int]]:
    """Values of a key as texts and how many events carry them."""
    found: dict[str, int] = defaultdict(int)
    for row in events(selected(rows, asked)):
        for own_key, value in row.data if row.event_name == name else ():
            if own_key == key:
                found[value] += 1
    return sorted(found.items(), key=lambda item: (-item[1], item[0].encode()))


# now


def present(rows: list[Did], now: datetime) -> int:
    return len({row.visitor for row in views(rows) if row.at >= now - timedelta(minutes=5)})
