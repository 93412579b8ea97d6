"""What lines of access logs say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from umami_django.logs.formats import FORMATS, LogLine, detected

COMMON = '192.0.2.1 - ann [17/May/2015:10:05:03 +0200] "GET /a?b=1 HTTP/1.1" 200 512'
COMBINED = COMMON + ' "https://t.co/x" "Mozilla/5.0 (a \\"quoted\\" agent)"'
VHOST = "shop.example:443 " + COMBINED
NGINX = (
    '{"time_iso8601":"2015-05-17T10:05:03+02:00","remote_addr":"192.0.2.1","request_method":"GET",'
    '"request_uri":"/a?b=1","status":"200","http_referer":"https://t.co/x","http_user_agent":"Mozilla/5.0",'
    '"host":"shop.example"}'
)
CADDY = (
    '{"level":"info","ts":1431849903.5,"request":{"remote_ip":"192.0.2.1","method":"GET","host":"shop.example",'
    '"uri":"/a?b=1","headers":{"User-Agent":["Mozilla/5.0"],"Referer":["https://t.co/x"]}},"status":200}'
)
MOMENT = datetime(2015, 5, 17, 8, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "line", "referrer", "user_agent", "host"),
    [
        ("common", COMMON, "", "", None),
        ("combined", COMBINED, "https://t.co/x", 'Mozilla/5.0 (a \\"quoted\\" agent)', None),
        ("vhost-combined", VHOST, "https://t.co/x", 'Mozilla/5.0 (a \\"quoted\\" agent)', "shop.example"),
        ("nginx-json", NGINX, "https://t.co/x", "Mozilla/5.0", "shop.example"),
        ("caddy-json", CADDY, "https://t.co/x", "Mozilla/5.0", "shop.example"),
    ],
)
def test_every_format(name: str, line: str, referrer: str, user_agent: str, host: str | None) -> None:
    found = FORMATS[name](line)
    assert found is not None
    assert abs(found.moment - MOMENT) <= timedelta(seconds=0.5)
    assert (found.address, found.method, found.target, found.status) == ("192.0.2.1", "GET", "/a?b=1", 200)
    assert (found.referrer, found.user_agent, found.host) == (referrer, user_agent, host)
    assert detected(["garbage", line]) == name


def test_an_offset_west_of_greenwich() -> None:
    found = FORMATS["common"](COMMON.replace("+0200", "-0330"))
    assert found == LogLine(
        "192.0.2.1",
        datetime(2015, 5, 17, 10, 5, 3, tzinfo=timezone(-timedelta(hours=3.5))),
        "GET",
        "/a?b=1",
        200,
    )


def test_hyphens_are_nothing() -> None:
    found = FORMATS["combined"](COMMON + ' "-" "-"')
    assert found is not None
    assert (found.referrer, found.user_agent) == ("", "")


def test_nginx_json_with_a_whole_request_line() -> None:
    line = '{"msec":"1431849903.000","request":"GET /x HTTP/2.0","status":304,"remote_addr":"::1"}'
    found = FORMATS["nginx-json"](line)
    assert found is not None
    assert (found.method, found.target, found.status, found.moment) == ("GET", "/x", 304, MOMENT)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        COMBINED[:60],
        COMBINED.replace("17/May/2015", "99/May/2015"),
        COMBINED.replace("May", "Mai"),
        COMBINED.replace("10:05:03", "xx:yy:zz"),
        "{}",
        "[1]",
        '{"ts": "soon", "request": {"uri": "/"}, "status": 200}',
        '{"request": "x", "ts": 1, "status": 200}',
        '{"time_iso8601": 1e99, "request_uri": "/", "request_method": "GET", "status": 200}',
        "[" * 5000,
    ],
)
def test_broken_lines_are_nothing(line: str) -> None:
    assert [parse(line) for parse in FORMATS.values()] == [None] * len(FORMATS)
    assert detected([line]) is None
