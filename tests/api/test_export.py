"""Exporting and erasing by the API: who may, what comes, and what is a clear no."""

import io
import json
import zipfile
from base64 import b64decode
from typing import Any
from uuid import uuid4

from django.core.management import call_command

from tests.conftest import Api
from tests.factories import make_account, make_website
from tests.moving.story import fill
from tests.traffic import START, hit
from umami_django.domain.roles import Role
from umami_django.models import Session, StoredHit, Website
from umami_django.moving import stored
from umami_django.services.api_keys import create_api_key
from umami_django.services.sharing import enable_sharing
from umami_django.services.websites import reset_website

MARCH = {"startAt": 1772323200000, "endAt": 1775001600000}


def route(website: Website, rest: str = "export") -> str:
    return f"/api/websites/{website.uuid}/{rest}"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def unpacked(answer: Any) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(b64decode(answer.json()["zip"]))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_rankings_as_umami_answers_them(website: Website, owner_api: Api) -> None:
    fill(website)
    tables = unpacked(owner_api.get(route(website), MARCH))
    assert list(tables) == [
        f"{name}.csv" for name in ("events", "pages", "referrers", "browsers", "os", "devices", "countries")
    ]
    assert tables["events.csv"] == "x,y\r\nbuy,2\r\n'=cmd(),1"
    assert tables["pages.csv"].splitlines()[:2] == ["x,y", "/,3"]
    assert "'=1+1,1" in tables["pages.csv"]
    assert tables["browsers.csv"] == "x,y\r\nchrome,1\r\nfirefox,1"
    assert tables["countries.csv"] == "x,y\r\nDE,1\r\nNL,1"
    assert unpacked(owner_api.get(route(website), {"startAt": 0, "endAt": 1})) == dict.fromkeys(tables, "")


def test_every_hit_as_a_file(website: Website, owner_api: Api, tmp_path: Any) -> None:
    fill(website)
    for form, kind in (("jsonl", "application/jsonl"), ("csv", "text/csv"), ("zip", "application/zip")):
        answer = owner_api.get(route(website), {"format": form})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind)
        assert answer["Content-Disposition"] == f'attachment; filename="umami-example-com.{form}"'
        path = tmp_path / f"x.{form}"
        call_command("umami_export", website=str(website.uuid), output=str(path), verbosity=0)
        if form != "zip":  # whose bytes hold the time
            assert body(answer) == path.read_bytes()
    lines = body(owner_api.get(route(website), {"format": "jsonl"} | MARCH)).splitlines()
    assert json.loads(lines[-1])["end"]["hits"] == 11
    assert (
        len(body(owner_api.get(route(website), {"format": "csv", "startAt": 0, "endAt": 9})).splitlines())
        == 1
    )


def test_it_streams(
    website: Website, owner_api: Api, monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    fill(website)
    monkeypatch.setattr(stored, "BATCH_HITS", 4)
    answer = owner_api.get(route(website), {"format": "csv"})
    pieces = iter(answer.streaming_content)
    next(pieces)
    with django_assert_num_queries(7):
        next(pieces)
    assert len(list(pieces)) == 3


def test_who_may(api: Api, website: Website, admin_account: Any) -> None:
    fill(website)
    stranger, viewer = make_account("sam"), make_account("vic", role=Role.VIEW_ONLY)
    of_viewer = make_website(viewer)
    every, some = {"format": "jsonl"}, MARCH
    assert api.get(route(website), every).status_code == 401
    assert api.get(route(website), some).json()["error"]["code"] == "unauthorized"
    assert api.login(stranger).get(route(website), every).status_code == 401
    assert api.login(admin_account).get(route(website), every).status_code == 200
    assert api.login(viewer).get(route(of_viewer), every).status_code == 200
    _, key = create_api_key(website.owner, "k")
    assert api.get(route(website), every, **{"x-umami-api-key": key}).status_code == 200
    share = enable_sharing(website)
    token = api.get(f"/api/share/{share.slug}").json()["token"]
    assert api.get(route(website), some, **{"x-umami-share-token": token}).status_code == 200
    assert api.get(route(website), every, **{"x-umami-share-token": token}).status_code == 401


def test_what_is_wrong_is_named(website: Website, owner_api: Api) -> None:
    answer = owner_api.get(route(website), {"format": "xml"})
    assert answer.status_code == 400
    assert answer.json()["error"]["properties"] == {"format": {"errors": ["must be one of: jsonl, csv, zip"]}}
    answer = owner_api.get(route(website), {"startAt": "x", "endAt": 1})
    assert list(answer.json()["error"]["properties"]) == ["startAt"]
    assert list(owner_api.get(route(website)).json()["error"]["properties"]) == ["startAt"]
    assert owner_api.post(route(website)).status_code == 405
    assert owner_api.get(f"/api/websites/{uuid4()}/export", MARCH).status_code == 401
    assert owner_api.get("/api/websites/x/export", MARCH).status_code == 404


def test_a_visitor_is_erased_by_session_and_by_distinct_id(website: Website, owner_api: Api) -> None:
    fill(website)
    bob = Session.objects.get(pk=hit(website.pk, "bob", "/").session_id).uuid
    answer = owner_api.delete(route(website, f"sessions/{bob}"))
    assert answer.json() == {
        "ok": True,
        "sessions": 1,
        "hits": 7,
        "eventData": 7,
        "sessionData": 0,
        "stillInTotals": 0,
    }
    answer = owner_api.delete(route(website, "visitors?distinctId=ana%40example.com"))
    assert answer.json() == {
        "ok": True,
        "sessions": 1,
        "hits": 3,
        "eventData": 0,
        "sessionData": 3,
        "stillInTotals": 0,
    }
    assert StoredHit.objects.count() == 1
    assert owner_api.delete(route(website, f"sessions/{bob}")).status_code == 404
    assert owner_api.delete(route(website, "visitors?distinctId=%00")).status_code == 404
    answer = owner_api.delete(route(website, "visitors"))
    assert answer.json()["error"]["properties"] == {"distinctId": {"errors": ["is required"]}}


def test_only_who_may_change_the_website_erases(api: Api, website: Website) -> None:
    fill(website)
    bob = Session.objects.get(pk=hit(website.pk, "bob", "/").session_id).uuid
    token = api.get(f"/api/share/{enable_sharing(website).slug}").json()["token"]
    for asker in (api, api.login(make_account()), api.with_headers(**{"x-umami-share-token": token})):
        for rest in (f"sessions/{bob}", "visitors?distinctId=ana%40example.com"):
            assert asker.delete(route(website, rest)).status_code == 401
    viewer = make_account(role=Role.VIEW_ONLY)
    Website.objects.filter(pk=website.pk).update(owner=viewer)
    assert api.login(viewer).delete(route(website, f"sessions/{bob}")).status_code == 401
    assert StoredHit.objects.count() == 11


def test_what_a_reset_hides_is_not_in_it(website: Website, owner_api: Api) -> None:
    fill(website)
    reset_website(website, START.replace(year=2027))
    assert set(unpacked(owner_api.get(route(website), MARCH)).values()) == {""}
    assert len(body(owner_api.get(route(website), {"format": "jsonl"})).splitlines()) == 2
