"""Requests that no honest tracker sends: bodies, and headers."""

import json
from typing import Any

MANY = 100_000


def bodies(website: str) -> dict[str, bytes]:
    """Bodies by what is wrong with them; *website* is the uuid of one that there is."""
    payload = {"website": website, "url": "/"}

    def message(kind: Any = "pageview", **fields: Any) -> bytes:
        return json.dumps({"type": kind, "payload": payload | fields}).encode()

    raw = {
        "nothing": b"",
        "blanks": b"   ",
        "no JSON": b"<html>",
        "half": b'{"type":"pageview","payload":{',
        "two values": message() + message(),
        "NaN": b'{"type":"event","payload":{"website":"%s","url":"/","event_name":"x","event_data":NaN}}'
        % website.encode(),
        "invalid UTF-8": message()[:-3] + b'\xff\xfe"}}',
        "UTF-16": message().decode().encode("utf-16"),
        "BOM": b"\xef\xbb\xbf" + message(),
        "deep array": b"[" * MANY + b"]" * MANY,
        "deep object": b'{"payload":' * 5000 + b"1" + b"}" * 5000,
        "deep data": b'{"type":"event","payload":{"website":"%s","url":"/","event_name":"x","event_data":%s}}'
        % (website.encode(), b'{"a":' * 900 + b"1" + b"}" * 900),
        "two megabytes": b'"' + b"x" * 2_000_000 + b'"',
        "long number": b'{"type":"event","payload":{"website":"%s","url":"/","name":"x","data":{"n":%s}}}'
        % (website.encode(), b"9" * 5000),
        "huge exponent": b'{"type":"event","payload":{"website":"%s","url":"/","name":"x","data":{"n":1e999}}}'
        % website.encode(),
        "timestamp": b'{"type":"event","payload":{"website":"%s","url":"/","timestamp":1e308}}'
        % website.encode(),
        "keys twice": b'{"type":"pageview","type":"event","payload":{},"payload":{"website":1}}',
    }
    values: list[Any] = [None, True, 0, -1, 1.5, 10**30, "", [], {}, [[]], {"a": {}}, "\0", "\ud800"]
    texts = [
        "\x00\x01\x02",
        "\udcff\ud800",
        "‮",
        "🦄" * 5000,
        "a\r\nSet-Cookie: x=1",
        "'; DROP TABLE x; --",
        "%00%ff",
    ]
    fields = (
        "website",
        "url",
        "referrer",
        "hostname",
        "screen",
        "language",
        "title",
        "event_name",
        "event_data",
    )
    fields += (
        "name",
        "data",
        "tag",
        "id",
        "timestamp",
        "ip",
        "userAgent",
        "cache",
        "event_type",
        "event_value",
    )
    named = dict(raw)
    for kind in ("pageview", "event", "identify", None, 5, "x", {}):
        named[f"type {kind!r}"] = message(kind)
        for field in fields:
            for value in values:
                named[f"{kind!r} {field}={value!r}"] = message(kind, **{field: value})
    for kind in ("pageview", "event", "identify"):
        for field in fields[1:]:
            for text in texts:
                named[f"{kind!r} {field}={text[:20]!r}"] = message(kind, **{field: text})
    odd = ["http://[::1", "//", "https://user:pw@x:99999999/", "javascript:alert(1)"]
    for url in (*odd, "?" + "a=1&" * 9000, "#" * 9000):
        named[f"url {url[:30]!r}"] = message(url=url, referrer=url)
    for body in (
        b"null",
        b"true",
        b"5",
        b'""',
        b"[]",
        b"{}",
        b'{"type":"event"}',
        b'{"payload":[]}',
        b"[null]",
    ):
        named[f"body {body!r}"] = body
    return named


HEADERS: list[dict[str, str]] = [
    {"HTTP_USER_AGENT": "\x00\xff" * 50},
    {"HTTP_USER_AGENT": "Mozilla/5.0 (" + "(" * 20_000},
    {"HTTP_X_UMAMI_CACHE": "eyJhbGciOiJub25lIn0.eyJ3ZWJzaXRlX2lkIjoxfQ."},
    {"HTTP_X_UMAMI_CACHE": "." * 5000},
    {"HTTP_X_UMAMI_CACHE": "é.é.é"},
    {"HTTP_X_FORWARDED_FOR": "999.1.1.1, [::1, %00, " + "1," * 5000},
    {"HTTP_FORWARDED": "for=" + '"[' * 500},
    {"HTTP_AUTHORIZATION": "Bearer " + "x" * 20_000},
    {"HTTP_AUTHORIZATION": "Bearer umami_" + "\xff" * 100},
    {"HTTP_X_UMAMI_API_KEY": "\x00"},
    {"HTTP_X_UMAMI_SHARE_TOKEN": "{}"},
    {"HTTP_COOKIE": "umami.auth=" + "x" * 5000},
    {"HTTP_DNT": "\x00", "HTTP_SEC_GPC": "é"},
    {"HTTP_CF_IPCOUNTRY": "🦄" * 100},
    {"HTTP_REFERER": "http://[::1/" + "a" * 9000},
    {"CONTENT_TYPE": "multipart/form-data; boundary=\xff"},
    {"CONTENT_TYPE": ""},
    {"CONTENT_LENGTH": "-1"},
    {"CONTENT_LENGTH": "x"},
    {"CONTENT_LENGTH": "99999999999999999999"},
    {"HTTP_CONTENT_ENCODING": "gzip"},
    {"HTTP_TRANSFER_ENCODING": "chunked"},
    {"REMOTE_ADDR": ""},
    {"REMOTE_ADDR": "unix:"},
]
