"""What a journal's line tells is what was written, whatever a visitor sent; a damaged line is told from a whole one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traffic import hit, retold
from umami_django.domain.hits import Client, Identification
from umami_django.ingest.properties import properties
from umami_django.writers.records import Damaged, line, record

DATA = {
    "plan": "pro",
    "price": 12.5,
    "on": True,
    "when": "2026-01-02T03:04:05Z",
    "tags": ["a", 1],
    "é": "\ud800\n",
}


def identification(data: Any = DATA) -> Identification:
    seen = hit(7, "ana", "/")
    return Identification(
        website_id=7,
        session_id=seen.session_id,
        session_uuid=seen.session_uuid,
        created_at=datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
        client=Client(browser="chrome", country="PT"),
        hostname="example.com",
        distinct_id="ana@example",
        properties=properties(data),
    )


def test_everything_comes_back() -> None:
    hits = [
        hit(
            7, "ana", "/?utm_source=x&gclid=1", referrer="https://a.example/b", client=Client("safari", "iOS")
        ),
        retold(hit(7, "bob", "/", event="buy", data=DATA), tag="t", title="T")._replace(distinct_id="bob"),
    ]
    read = record(line(1_764_000_000_123, hits, [identification()])[1:])
    assert (read.accepted_ms, read.hits, read.identifications) == (
        1_764_000_000_123,
        hits,
        [identification()],
    )


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text() | st.floats() | st.booleans() | st.none()))
def test_any_text_comes_back_in_one_line(url: str, title: str, data: dict[str, Any]) -> None:
    seen = retold(hit(1, "ana", "/", event="e", data=data), title=title, event_name=url)
    text = line(0, [seen], [identification(data)])
    assert text.count(b"\n") == 2 and text[:1] == text[-1:] == b"\n" and text.isascii()
    assert record(text[1:]).hits == [seen]
    assert record(text[1:]).identifications == [identification(data)]


@given(st.data())
def test_a_changed_or_cut_line_is_damaged(data: st.DataObject) -> None:
    text = line(0, [hit(1, "ana", "/")], [])[1:]
    at = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(Damaged):
        record(text[:at])
    with pytest.raises(Damaged):
        record(text[:at] + bytes([text[at] ^ 0x20]) + text[at + 1 :])


def test_a_line_of_something_else_is_damaged() -> None:
    from zlib import crc32

    for body in (
        b"",
        b"null",
        b"1 1",
        b"1 x",
        b"1 1\t1 2 3\t{}\t{}\t",
        b"1 1\t1 2 3 4 5 6\t[]\t{}\t",
        b"1 0\t[1]",
    ):
        with pytest.raises(Damaged):
            record(b"%08x %s\n" % (crc32(body), body))
