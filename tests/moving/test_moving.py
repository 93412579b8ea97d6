"""Out of one installation, into an empty one: the same rows, the same answers."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import Api
from tests.factories import make_website
from tests.traffic import START, Traffic
from umami_django.domain.hits import HIT_TERMS, SESSION_TERMS
from umami_django.ingest.location import UTM_FIELDS
from umami_django.models import (
    EventData,
    EventDocument,
    LogImport,
    Session,
    SessionData,
    StoredHit,
    Term,
    Website,
)
from umami_django.moving import csv_import, json_lines, stored
from umami_django.services.websites import reset_website
from umami_django.writers import sessions, terms

from .story import answers, fill, rows

pytestmark = pytest.mark.django_db
TRAFFIC = (StoredHit, Session, SessionData, EventData, EventDocument, LogImport, Term)


def export(website: Website, path: Path, **options: Any) -> Path:
    call_command("umami_export", website=str(website.uuid), output=str(path), verbosity=0, **options)
    return path


def load(*paths: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("umami_import_csv", *map(str, paths), stdout=out, **options)
    return out.getvalue()


def empty_the_installation() -> None:
    for model in TRAFFIC:
        model.objects.all().delete()  # type: ignore[attr-defined]
    terms.forget()
    sessions.forget()


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz"])
def test_json_lines_carry_everything(website: Website, owner_api: Api, tmp_path: Path, name: str) -> None:
    fill(website)
    before, said = rows(website), answers(owner_api, website)
    path = export(website, tmp_path / name)
    empty_the_installation()
    report = load(path, website=str(website.uuid))
    assert report.startswith("11 hits and 4 properties of visitors imported")
    assert rows(website) == before
    assert answers(owner_api, website) == said
    assert [len(found) for found in before.values()] == [11, 4, 2, 7, 4]


def test_a_website_is_made_from_the_header(website: Website, admin_api: Api, tmp_path: Path) -> None:
    fill(website)
    before, said, uuid = rows(website), answers(admin_api, website), website.uuid
    path = export(website, tmp_path / "x.jsonl")
    empty_the_installation()
    Website.objects.all().delete()
    load(path, create_website=True)
    made = Website.objects.get()
    assert (made.uuid, made.name, made.domain, made.owner) == (uuid, "Example", "example.com", None)
    assert rows(made) == before
    assert answers(admin_api, made) == said
    load(path, create_website=True)
    assert Website.objects.count() == 1


def test_another_website_gets_visitors_of_its_own(website: Website, admin_api: Api, tmp_path: Path) -> None:
    fill(website)
    other = make_website(name="Other")
    load(export(website, tmp_path / "x.jsonl"), website=str(other.uuid))
    assert answers(admin_api, other) == answers(admin_api, website)
    assert Session.objects.filter(website_id=other.pk).count() == 4
    shared = set(Session.objects.filter(website_id=website.pk).values_list("uuid", flat=True))
    assert not shared & set(Session.objects.filter(website_id=other.pk).values_list("uuid", flat=True))


def test_umamis_tables_carry_what_they_have_columns_for(
    website: Website, owner_api: Api, tmp_path: Path
) -> None:
    fill(website)
    StoredHit.objects.filter(referrer__isnull=True, kind=1).delete()  # null or empty: no column tells
    said, told = answers(owner_api, website), rows(website)["told"]
    leaves = rows(website)["leaves"]
    path = export(website, tmp_path / "x.zip")
    empty_the_installation()
    report = load(path, website=str(website.uuid))
    assert report.startswith("10 hits and 4 properties of visitors imported")
    now = answers(owner_api, website)
    for lossy in ("url", "event data"):  # an escape in a url is decoded; a document is put together again
        said.pop(lossy), now.pop(lossy)
    assert now == said
    assert rows(website)["told"] == told
    assert rows(website)["leaves"] == leaves
    documents = [json.loads(text) for text in EventDocument.objects.values_list("document", flat=True)]
    assert {"price": 12.25} in documents


def test_the_columns_are_umamis(website: Website, tmp_path: Path) -> None:
    fill(website)
    with zipfile.ZipFile(export(website, tmp_path / "x.zip")) as archive:
        tables = {name: archive.read(name).decode() for name in archive.namelist()}
    assert list(tables) == ["website_event.csv", "event_data.csv", "session_data.csv"]
    heads = [text.partition("\r\n")[0] for text in tables.values()]
    assert heads[0].startswith("website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,")
    assert heads[0].endswith("lcp,inp,cls,fcp,ttfb,event_type,event_name,tag,distinct_id,created_at,job_id")
    assert heads[1].startswith("website_id,session_id,event_id,url_path,event_name,data_key,string_value,")
    assert heads[2].startswith(
        "website_id,session_id,data_key,string_value,number_value,date_value,data_type"
    )
    events = list(csv.DictReader(io.StringIO(tables["website_event.csv"], newline="")))
    assert len(events) == 11
    assert events[0]["url_path"] == "/"
    assert events[0]["created_at"] == "2026-03-10T12:00:00.000000Z"
    assert {row["url_path"] for row in events} >= {"'=1+1", "/a#h", "/pricing"}
    assert {row["page_title"] for row in events} == {"", "''=HYPERLINK(1)"}
    assert {row["event_name"] for row in events} == {"", "buy", "'=cmd()"}
    assert [row["gclid"] for row in events if row["gclid"]] == ["abc"]


def test_no_cell_begins_like_a_formula(website: Website, tmp_path: Path) -> None:
    for number, start in enumerate("=+-@\t\r\n'"):
        Traffic(website).visitor(f"v{number}").sees(f"{start}1+1").does(
            f"{start}SUM(A1)", data={f"{start}k": start}
        )
    before = rows(website)
    with zipfile.ZipFile(export(website, tmp_path / "x.zip")) as archive:
        for name in archive.namelist():
            for row in csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")):
                for column, cell in row.items():
                    assert not cell.startswith(tuple("=+-@\t\r\n")), (column, cell)
    empty_the_installation()
    load(tmp_path / "x.zip", website=str(website.uuid))
    for part in ("hits", "leaves"):
        assert rows(website)[part] == before[part]


def test_a_part_of_the_time(website: Website, tmp_path: Path) -> None:
    fill(website)
    path = export(
        website, tmp_path / "x.jsonl", since="2026-03-10T12:00:30+00:00", until="2026-03-10T12:01:00+00:00"
    )
    kinds = [next(iter(json.loads(line))) for line in path.read_text().splitlines()]
    assert kinds == ["umami", "session", "hit", "end"]
    assert json.loads(path.read_text().splitlines()[0])["until"] == "2026-03-10T12:00:59.999999Z"


def test_what_a_reset_hides_is_not_exported(website: Website, tmp_path: Path) -> None:
    fill(website)
    reset_website(website, START + (START - START).resolution * 60_000_000)  # after the first minute
    text = export(website, tmp_path / "x.jsonl").read_text()
    assert "t.co" not in text
    assert "/pricing" in text


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_each_batch_takes_the_same_queries(
    website: Website, tmp_path: Path, monkeypatch: Any, django_assert_max_num_queries: Any, form: str
) -> None:
    Traffic(website).visitor("ana").sees(*(f"/{number}" for number in range(40)), gap=1)
    monkeypatch.setattr(stored, "BATCH_HITS", 10)
    with django_assert_max_num_queries(4 * 7 + 3):
        first = export(website, tmp_path / f"a.{form}")
    monkeypatch.setattr(stored, "BATCH_HITS", 1000)
    with django_assert_max_num_queries(7 + 2):
        second = export(website, tmp_path / f"b.{form}")
    for path in (first, second):
        assert path.read_bytes().count(b"/39") > 0


def test_hits_of_the_same_moment_are_not_lost_between_batches(
    website: Website, tmp_path: Path, monkeypatch: Any
) -> None:
    Traffic(website).visitor("ana").sees(*(f"/{number}" for number in range(25)), gap=0)
    monkeypatch.setattr(stored, "BATCH_HITS", 4)
    lines = [json.loads(line) for line in export(website, tmp_path / "x.jsonl").read_text().splitlines()]
    assert [line["hit"]["url"] for line in lines if "hit" in line] == [f"/{number}" for number in range(25)]


def test_the_same_file_twice_adds_nothing(website: Website, tmp_path: Path) -> None:
    fill(website)
    for name in ("x.jsonl", "x.zip"):
        path = export(website, tmp_path / name)
        empty_the_installation() if name == "x.jsonl" else None
        load(path, website=str(website.uuid))
        count = StoredHit.objects.count()
        report = load(path, website=str(website.uuid))
        assert report.startswith("0 hits and 0 properties")
        assert "not counted again" in report
        assert StoredHit.objects.count() == count


def test_a_packed_and_renamed_file_is_the_same(website: Website, tmp_path: Path) -> None:
    fill(website)
    path = export(website, tmp_path / "x.csv")
    empty_the_installation()
    load(path, website=str(website.uuid))
    packed = tmp_path / "y.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert load(packed, website=str(website.uuid)).startswith("0 hits")


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_an_import_that_broke_off_goes_on(
    website: Website, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fill(website)
    before = rows(website)["hits"]
    path = export(website, tmp_path / name)
    empty_the_installation()
    monkeypatch.setattr(csv_import, "BATCH_RECORDS", 3)
    original, calls = csv_import.write, []

    def write_twice(hits: Any, told: Any = ()) -> None:
        calls.append(hits)
        if len(calls) > 5:
            raise KeyboardInterrupt
        original(hits, told)

    monkeypatch.setattr(csv_import, "write", write_twice)
    with pytest.raises(KeyboardInterrupt):
        load(path, website=str(website.uuid))
    assert 0 < StoredHit.objects.count() < 11
    monkeypatch.setattr(csv_import, "write", original)
    load(path, website=str(website.uuid))
    assert len(rows(website)["hits"]) == 11
    if name == "x.jsonl":
        assert rows(website)["hits"] == before


def test_a_dry_run_stores_nothing(website: Website, tmp_path: Path) -> None:
    fill(website)
    path = export(website, tmp_path / "x.jsonl")
    empty_the_installation()
    assert load(path, website=str(website.uuid), dry_run=True).startswith(
        "11 hits and 4 properties of visitors would"
    )
    assert not StoredHit.objects.exists()
    assert not Session.objects.exists()
    assert not LogImport.objects.exists()


def test_rows_imported_after_a_reset_are_seen(website: Website, tmp_path: Path) -> None:
    fill(website)
    path = export(website, tmp_path / "x.jsonl")
    reset_website(website, START.replace(year=2027))
    load(path, website=str(website.uuid))
    website.refresh_from_db()
    assert website.reset_at is None
    assert StoredHit.objects.count() == 11


def test_a_file_that_is_there_is_not_overwritten(website: Website, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine")
    with pytest.raises(CommandError, match="File exists"):
        export(website, path)
    assert path.read_text() == "mine"


def test_standard_output_is_the_default(website: Website, capfdbinary: Any) -> None:
    fill(website)
    call_command("umami_export", website=str(website.uuid), format="csv")
    assert capfdbinary.readouterr().out.startswith(b"website_id,session_id,")


def test_every_column_of_the_traffic_tables_is_carried() -> None:
    """A new column has to be carried, too."""
    of_hit = {"id", "website_id", "session", "visit_id", "created_at", "kind", *HIT_TERMS}
    of_session = {"id", "uuid", "website_id", "created_at", "distinct_id", *SESSION_TERMS}
    assert {field.name for field in StoredHit._meta.local_fields} == of_hit
    # what was pruned here is told by nothing that moves
    assert {field.name for field in Session._meta.local_fields} == of_session | {"pruned_until"}
    leaf = {"id", "website_id", "created_at", *stored.LEAF_COLUMNS}
    assert {field.name for field in EventData._meta.local_fields} == leaf | {"hit_id"}
    assert {field.name for field in SessionData._meta.local_fields} == leaf | {"session", "key_digest"}
    assert set(json_lines.PLACE_TEXTS + json_lines.HIT_TEXTS + UTM_FIELDS) == set(HIT_TERMS)
    assert {"hostname", *json_lines.CLIENT_TEXTS} == set(SESSION_TERMS)
