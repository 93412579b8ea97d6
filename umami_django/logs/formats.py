"""What a line of an access log says, in the formats that web servers write by themselves. Pure."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class LogLine:
    """One request as the web server saw it. `moment` is aware; `target` is the path with its query."""

    address: str
    moment: datetime
    method: str
    target: str
    status: int
    referrer: str = ""
    user_agent: str = ""
    host: str | None = None


Parser = Callable[[str], LogLine | None]

_COMMON = (
    r'(?P<address>\S+) \S+ .*?\[(?P<time>[^\]]{20,26})\] "(?P<method>[A-Z]+) (?P<target>\S+)(?: HTTP/[\d.]+)?" '
    r"(?P<status>\d{3}) \S+"
)
_REST = r' "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<user_agent>(?:[^"\\]|\\.)*)"'
_LINES = {
    "combined": re.compile(_COMMON + _REST),
    # the second word must be an address: else a combined line with an identity would look like this, too
    "vhost-combined": re.compile(
        r"(?P<host>[^\s:]+)(?::\d+)? (?=[0-9a-fA-F]*[.:][0-9a-fA-F.:]* )" + _COMMON + _REST
    ),
    "common": re.compile(_COMMON + r"\s*$"),
}
_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip


def _text_parser(pattern: re.Pattern[str]) -> Parser:
    def parse(line: str) -> LogLine | None:
        found = pattern.match(line)
        if found is None:
            return None
        fields = found.groupdict()
        moment = _apache_time(fields["time"])
        if moment is None:
            return None
        return LogLine(
            address=fields["address"],
            moment=moment,
            method=fields["method"],
            target=fields["target"],
            status=int(fields["status"]),
            referrer=_given(fields.get("referrer")),
            user_agent=_given(fields.get("user_agent")),
            host=fields.get("host"),
        )

    return parse


def _nginx_json(line: str) -> LogLine | None:
    """nginx's `log_format … escape=json` with the names of its own variables."""
    entry = _object(line)
    moment = _iso_or_epoch(entry.get("time_iso8601") or entry.get("msec") or entry.get("time_local"))
    target, method = entry.get("request_uri"), entry.get("request_method")
    if not target and isinstance(entry.get("request"), str):
        method, _, rest = entry["request"].partition(" ")
        target = rest.rpartition(" ")[0] or rest
    status = _status(entry.get("status"))
    if moment is None or not target or not method or status is None:
        return None
    return LogLine(
        address=str(entry.get("remote_addr", "")),
        moment=moment,
        method=str(method),
        target=str(target),
        status=status,
        referrer=_given(entry.get("http_referer") or entry.get("http_referrer")),
        user_agent=_given(entry.get("http_user_agent")),
        host=_given(entry.get("host") or entry.get("server_name")) or None,
    )


def _caddy_json(line: str) -> LogLine | None:
    """Caddy's structured access log."""
    entry = _object(line)
    request = entry.get("request")
    moment, status = _iso_or_epoch(entry.get("ts")), _status(entry.get("status"))
    if not isinstance(request, dict) or moment is None or status is None or not request.get("uri"):
        return None
    headers: Any = request.get("headers") if isinstance(request.get("headers"), dict) else {}
    return LogLine(
        address=str(request.get("client_ip") or request.get("remote_ip") or request.get("remote_addr") or ""),
        moment=moment,
        method=str(request.get("method", "")),
        target=str(request["uri"]),
        status=status,
        referrer=_first(headers, "Referer"),
        user_agent=_first(headers, "User-Agent"),
        host=_given(request.get("host")) or None,
    )


FORMATS: dict[str, Parser] = {
    "caddy-json": _caddy_json,
    "nginx-json": _nginx_json,
    "vhost-combined": _text_parser(_LINES["vhost-combined"]),
    "combined": _text_parser(_LINES["combined"]),
    "common": _text_parser(_LINES["common"]),
}
"""Every format by name, in the order in which they are tried."""


def detected(lines: Iterable[str]) -> str | None:
    """The name of the format that understands most of *lines*, a sample; None when none understands any."""
    sample = list(lines)
    understood = {name: sum(parse(line) is not None for line in sample) for name, parse in FORMATS.items()}
    best = max(understood, key=lambda name: understood[name])
    return best if understood[best] else None


def _given(value: Any) -> str:
    """A text; empty for the hyphen that logs write for nothing."""
    return value if isinstance(value, str) and value != "-" else ""


def _object(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _status(value: Any) -> int | None:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None


def _first(headers: dict[str, Any], name: str) -> str:
    values = headers.get(name)
    return _given(values[0]) if isinstance(values, list) and values else ""


def _iso_or_epoch(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
            return datetime.fromtimestamp(float(value), UTC)
        if isinstance(value, str) and "/" in value:
            return _apache_time(value)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _apache_time(text: str) -> datetime | None:
    """`17/May/2015:10:05:03 +0000`. By hand: strptime takes longer than everything else of a line together."""
    try:
        midnight = _day(text[:11], text[21:26])
        return midnight + timedelta(
            hours=int(text[12:14]), minutes=int(text[15:17]), seconds=int(text[18:20])
        )
    except (ValueError, KeyError, IndexError):
        return None


@lru_cache(maxsize=1024)
def _day(day: str, offset: str) -> datetime:
    sign = -1 if offset[:1] == "-" else 1
    shift = sign * timedelta(hours=int(offset[1:3] or 0), minutes=int(offset[3:5] or 0))
    return datetime(int(day[7:11]), _MONTHS[day[3:6]], int(day[:2]), tzinfo=timezone(shift))
