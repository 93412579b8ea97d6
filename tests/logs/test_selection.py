"""Which requests were pages that somebody looked at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from umami_django.logs.formats import LogLine
from umami_django.logs.selection import Selection, Skip, is_static

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def line(**fields: Any) -> LogLine:
    return LogLine(
        **({"address": "::1", "moment": MOMENT, "method": "GET", "target": "/", "status": 200} | fields)
    )


@pytest.mark.parametrize(
    ("request_line", "reason"),
    [
        (line(), None),
        (line(status=304), None),
        (line(method="POST"), Skip.METHOD),
        (line(method="HEAD"), Skip.METHOD),
        (line(status=404), Skip.ERROR),
        (line(status=500), Skip.ERROR),
        (line(status=301), Skip.REDIRECT),
        (line(target="/logo.PNG?v=2"), Skip.STATIC),
        (line(target="/a.b/page"), None),
        (line(target="/report.pdf"), Skip.STATIC),
        (line(target="/index.html"), None),
        (line(target="/index.php?x=.png"), None),
    ],
)
def test_pages_only(request_line: LogLine, reason: Skip | None) -> None:
    assert Selection().skip(request_line) == reason


def test_what_is_asked_for_is_included() -> None:
    wanted = Selection(include_static=True, include_errors=True, include_redirects=True)
    for request_line in (line(status=404), line(status=301), line(target="/a.png")):
        assert wanted.skip(request_line) is None


def test_paths_are_excluded_by_pattern() -> None:
    selection = Selection(exclude_paths=("/admin/*", "/health"))
    assert selection.skip(line(target="/admin/x?y")) == Skip.EXCLUDED
    assert selection.skip(line(target="/health")) == Skip.EXCLUDED
    assert selection.skip(line(target="/healthy")) is None


def test_since_is_included_and_until_is_not() -> None:
    selection = Selection(since=MOMENT, until=MOMENT + timedelta(hours=1))
    assert selection.skip(line()) is None
    assert selection.skip(line(moment=MOMENT - timedelta(seconds=1))) == Skip.OUT_OF_TIME
    assert selection.skip(line(moment=MOMENT + timedelta(hours=1))) == Skip.OUT_OF_TIME


def test_a_dot_in_a_folder_is_no_file() -> None:
    assert not is_static("/v1.css/page")
    assert is_static("/style.min.css")
