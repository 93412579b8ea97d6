"""Files that are wrong: what is wrong is named with its line and column, and what is right is kept."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_account, make_website
from umami_django.models import EventData, Session, StoredHit, Website
from umami_django.moving import records
from umami_django.moving.cells import FORMULA, armed, defused, visit_number, visit_uuid

pytestmark = pytest.mark.django_db
HEADER = "session_id,visit_id,created_at,url_path,page_title,event_type"
SESSION = "11111111-1111-4111-8111-111111111111"
VISIT = "22222222-2222-4222-8222-222222222222"


def row(
    at: str = "2026-03-01 10:00:00", path: str = "/", title: str = "t", kind: str = "1", **other: str
) -> str:
    return f"{other.get('session', SESSION)},{VISIT},{at},{path},{title},{kind}"


def write(path: Path, *lines: str | bytes, end: bytes = b"\n") -> Path:
    path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + end for line in lines))
    return path


def load(website: Website, *paths: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("umami_import_csv", *map(str, paths), website=str(website.uuid), stdout=out, **options)
    return out.getvalue()


BAD_ROWS = [
    (row(at="yesterday"), "column created_at: 'yesterday' is no time such as 2026-01-31T12:00:00.000000Z"),
    (row(at="2026-02-30 10:00:00"), "column created_at: '2026-02-30 10:00:00' is no time"),
    (row(at="1969-12-31 23:59:59"), "column created_at: '1969-12-31 23:59:59' is before 1970"),
    (row(at="0001-01-01T00:00:00+14:00"), "column created_at"),
    (row(at=""), "column created_at: is empty"),
    (row(session="x"), "column session_id: 'x' is no uuid"),
    (row(kind="seven"), r"column event_type: 'seven' is none of 1 \(pageview\), 2 \(event\)"),
    (row(kind="77"), "column event_type: '77' is none of"),
    (row(path="/\x00"), r"column url_path: holds a character that cannot be stored \('\\x00'\)"),
    (row(title="x" * 4001), "column page_title: is longer than 4,000 characters"),
    (row() + ",more", "line 3: has 7 cells, the header 6"),
    ("only,two", "line 3: has 2 cells, the header 6"),
    (row(title='"a"b'), "line 3: is no CSV"),
    (row(title="y" * 140_000), r"line 3: is no CSV \(field larger than field limit"),
    (b"\xff\xfe" + row().encode(), r"line 3: is no UTF-8 \(byte 1\)"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_ROWS, ids=[text[:40] for _, text in BAD_ROWS])
def test_a_wrong_row_is_named_and_what_is_before_it_kept(
    website: Website, tmp_path: Path, bad: Any, message: str
) -> None:
    path = write(tmp_path / "x.csv", HEADER, row(), bad, row(path="/after"))
    with pytest.raises(CommandError, match=message) as caught:
        load(website, path)
    assert str(caught.value).startswith(f"{path}: line 3")
    assert [*StoredHit.objects.values_list("path__text", flat=True)] == ["/"]
    write(path, HEADER, row(), row(path="/corrected"), row(path="/after"))
    assert load(website, path).startswith("2 hits")
    assert StoredHit.objects.count() == 3


@pytest.mark.parametrize(("bad", "message"), BAD_ROWS, ids=[text[:40] for _, text in BAD_ROWS])
def test_wrong_rows_may_be_left_out(website: Website, tmp_path: Path, bad: Any, message: str) -> None:
    report = load(
        website, write(tmp_path / "x.csv", HEADER, row(), bad, row(path="/after")), skip_broken=True
    )
    assert "skipped 1 lines that cannot be read" in report
    assert "broken: line 3" in report
    assert [*StoredHit.objects.order_by("pk").values_list("path__text", flat=True)] == ["/", "/after"]


def test_a_quote_that_never_ends_swallows_no_file(website: Website, tmp_path: Path) -> None:
    lines = [HEADER, row(), row(title='"open'), *[row(path="/" + "p" * 200)] * 2000]
    with pytest.raises(CommandError, match="line 3: is no CSV"):
        load(website, write(tmp_path / "x.csv", *lines))
    assert StoredHit.objects.count() == 1


def test_an_endless_line_is_not_read_to_its_end(
    website: Website, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 1000)
    with pytest.raises(CommandError, match="line 3: is longer than 1,000 bytes"):
        load(website, write(tmp_path / "x.csv", HEADER, row(), "z" * 5000))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "marked"])
def test_line_ends_marks_and_a_last_line_without_end(
    website: Website, tmp_path: Path, end: bytes, mark: bytes
) -> None:
    path = write(tmp_path / "x.csv", HEADER, row(), "", row(title='"two\nlines"', path="/2"), end=end)
    path.write_bytes(mark + path.read_bytes() + row(path="/3").encode())
    assert load(website, path).startswith("3 hits")
    assert {*StoredHit.objects.values_list("title__text", flat=True)} == {"t", "two\nlines"}


def test_a_file_of_another_kind_is_named(website: Website, tmp_path: Path) -> None:
    for content in ("name,visitors", "", "{}", "PK\x03\x04 no zip"):
        with pytest.raises(CommandError, match=r"line 1: (neither JSON lines|the zip file is damaged)"):
            load(website, write(tmp_path / "x.csv", content))
    with pytest.raises(CommandError, match="line 1: is UTF-16"):
        load(website, write(tmp_path / "x.csv", HEADER.encode("utf-16")))
    with pytest.raises(CommandError, match="column url_path: is there twice"):
        load(website, write(tmp_path / "x.csv", f"{HEADER},url_path", row() + ",/"))
    with pytest.raises(CommandError, match="No such file"):
        load(website, tmp_path / "missing.csv")
    with pytest.raises(CommandError, match=r"give website_event\.csv, too"):
        load(website, write(tmp_path / "x.csv", "event_id,data_key,data_type", f"{SESSION},k,1"))
    with pytest.raises(CommandError, match="only the header of JSON lines"):
        call_command("umami_import_csv", str(write(tmp_path / "x.csv", HEADER, row())), create_website=True)


def test_rows_of_two_websites_are_not_thrown_together(website: Website, tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.csv",
        f"website_id,{HEADER}",
        f"{SESSION},{row()}",
        f"{VISIT},{row()}",
        f"{SESSION},{row()}",
    )
    with pytest.raises(CommandError, match=r"line 3, column website_id: '2222.*' is another website"):
        load(website, path)


def test_umamis_other_kinds_are_counted_and_left_out(website: Website, tmp_path: Path) -> None:
    report = load(website, write(tmp_path / "x.csv", HEADER, row(kind="5"), row()))
    assert "1 hits" in report
    assert "skipped 1 of a kind that is not kept" in report


def test_files_of_umami_cloud_are_read(website: Website, tmp_path: Path) -> None:
    event = "33333333-3333-4333-8333-333333333333"
    write(
        tmp_path / "website_event.csv",
        "website_id,session_id,visit_id,event_id,hostname,browser,country,url_path,url_query,referrer_path,"
        "referrer_domain,event_type,event_name,tag,distinct_id,created_at,job_id",
        f"{SESSION},{SESSION},{VISIT},{event},example.com,chrome,FI,/a,utm_source=x,/p,t.co,2,buy,,\\N,"
        "2026-03-01 10:00:00,",
        end=b"\r\n",
    )
    write(
        tmp_path / "event_data.csv",
        "website_id,session_id,event_id,url_path,event_name,data_key,string_value,number_value,date_value,data_type,"
        "created_at,job_id",
        f"{SESSION},{SESSION},{event},/a,buy,price,3.0000,3.0000,\\N,2,2026-03-01 10:00:00,",
        f"{SESSION},{SESSION},{event},/a,buy,deep.er,'=1+1,\\N,\\N,1,2026-03-01 10:00:00,",
    )
    load(website, tmp_path / "website_event.csv", tmp_path / "event_data.csv")
    hit = StoredHit.objects.select_related("url", "referrer", "event_name", "utm_source", "channel").get()
    assert [str(term) for term in (hit.url, hit.referrer, hit.event_name, hit.utm_source, hit.channel)] == [
        "/a?utm_source=x",
        "https://t.co/p",
        "buy",
        "x",
        "organicSocial",
    ]
    assert hit.session.distinct_id is None
    leaves = EventData.objects.order_by("pk").values_list("key", "string_value", "data_type")
    assert [*leaves] == [("price", "3.0000", 2), ("deep.er", "=1+1", 1)]


JSON_HEAD = '{"umami":1,"website":{"uuid":"%s"}}'
JSON_SESSION = {"session": {"id": SESSION, "at": "2026-03-01T10:00:00Z"}}
JSON_HIT = {
    "kind": "pageview",
    "session": SESSION,
    "visit": 1,
    "at": "2026-03-01T10:00:00Z",
    "url": "/",
    "path": "/",
}
BAD_LINES = [
    ('{"hit":', r"line 3, column character 8: is no JSON"),
    ("[]", r"line 3: \[\] is no object"),
    ("[" * 100_000, "line 3: is nested too deep"),
    ('{"hit":' + "9" * 5000 + "}", "line 3"),
    ('{"x":1}', r"line 3: \['x'\] is none of session, hit, end"),
    ('{"umami":1}', "line 3, column umami: a second header"),
    ('{"end":{"lines":7}}', "line 3, column lines: says that 7 lines are before it; there are 1"),
    (json.dumps({"hit": JSON_HIT | {"kind": "x"}}), "column kind: 'x' is none of pageview, event"),
    (json.dumps({"hit": JSON_HIT | {"visit": 2**63}}), "column visit"),
    (json.dumps({"hit": JSON_HIT | {"visit": True}}), "column visit"),
    (json.dumps({"hit": JSON_HIT | {"url": ["/"]}}), r"column url: \['/'\] is no text"),
    (json.dumps({"hit": JSON_HIT | {"url": "\x00"}}), "column url: holds a character"),
    (json.dumps({"hit": JSON_HIT | {"url": "\ud800"}}), "column url: holds a character"),
    (json.dumps({"hit": JSON_HIT | {"data": [1]}}), "column data: 1 is no object"),
    (json.dumps({"hit": JSON_HIT | {"data": {"a": 1}}}), "column data"),
    (
        json.dumps({"hit": JSON_HIT | {"data": [{"key": "k", "type": "number", "number": "1e99"}]}}),
        "column number: '1e99' is no number below",
    ),
    (
        json.dumps({"hit": JSON_HIT | {"session": VISIT}}),
        "column session: no line before it tells of this session",
    ),
    (json.dumps({"session": {"id": SESSION, "at": "x"}}), "column at: 'x' is no time"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_LINES, ids=[text[:50] for _, text in BAD_LINES])
def test_a_wrong_line_is_named(website: Website, tmp_path: Path, bad: str, message: str) -> None:
    path = write(tmp_path / "x.jsonl", JSON_HEAD % website.uuid, json.dumps(JSON_SESSION), bad)
    with pytest.raises(CommandError, match=message):
        load(website, path)
    write(
        path,
        JSON_HEAD % website.uuid,
        json.dumps(JSON_SESSION),
        json.dumps({"hit": JSON_HIT}),
        '{"end":{"lines":2}}',
    )
    assert load(website, path).startswith("1 hits")
    assert StoredHit.objects.count() == Session.objects.count() == 1


def test_json_lines_that_were_cut_off_are_told(website: Website, tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", JSON_HEAD % website.uuid, json.dumps(JSON_SESSION))
    with pytest.raises(CommandError, match="it was cut off"):
        load(website, path)
    with pytest.raises(CommandError, match="version 9 is not known here"):
        load(website, write(tmp_path / "y.jsonl", '{"umami":9}'))


def test_a_visitor_of_another_website_is_not_taken_over(tmp_path: Path, db: None) -> None:
    one, two = make_website(make_account()), make_website(make_account())
    lines = [json.dumps(JSON_SESSION), json.dumps({"hit": JSON_HIT}), '{"end":{"lines":2}}']
    load(one, write(tmp_path / "one.jsonl", JSON_HEAD % one.uuid, *lines))
    with pytest.raises(CommandError, match="line 3, column session: this session is of another website"):
        load(two, write(tmp_path / "two.jsonl", JSON_HEAD % two.uuid, *lines))
    assert not StoredHit.objects.filter(website_id=two.pk).exists()


@given(st.text())
def test_defusing_is_undone_exactly(text: str) -> None:
    assert armed(defused(text)) == text
    assert not defused(text).startswith(FORMULA)


@given(st.integers(0, 2**63 - 1))
def test_a_visit_comes_back_from_its_uuid(visit: int) -> None:
    uuid = visit_uuid(visit)
    assert visit_number(uuid) == visit
    assert uuid.version == 8


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(website: Website, tmp_path: Path, content: bytes) -> None:
    for head in (HEADER.encode() + b"\n", (JSON_HEAD % website.uuid).encode() + b"\n", b""):
        path = tmp_path / "x"
        path.write_bytes(head + content)
        try:
            load(website, path)
        except CommandError as error:
            assert str(error).startswith(str(path))
