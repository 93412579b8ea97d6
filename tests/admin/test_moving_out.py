"""Exporting and erasing in the admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from tests.factories import make_website
from tests.moving.story import fill
from tests.traffic import hit
from umami_django.domain.roles import Role
from umami_django.models import Account, Session, StoredHit, Website

from .conftest import staff

ROOT = "/admin/umami_django"


def page(website: Website, name: str) -> str:
    return f"{ROOT}/website/{website.pk}/{name}/"


def bob(website: Website) -> Session:
    return Session.objects.get(pk=hit(website.pk, "bob", "/").session_id)


def test_the_traffic_is_downloaded(boss: Client, website: Website) -> None:
    fill(website)
    assert "Everything, exactly" not in boss.get(page(website, "change")).content.decode()
    for name in ("change", "overview"):
        assert page(website, "export") in boss.get(page(website, name)).content.decode()
    asked = boss.get(page(website, "export")).content.decode()
    assert "JSON lines: everything, exactly" in asked
    answer: Any = boss.get(page(website, "export"), {"format": "jsonl"})
    assert answer["Content-Disposition"] == 'attachment; filename="umami-example-com.jsonl"'
    assert b"".join(answer.streaming_content).count(b'{"hit":') == 11
    answer = boss.get(page(website, "export"), {"format": "csv", "since": "2026-03-11", "until": ""})
    assert len(b"".join(answer.streaming_content).splitlines()) == 1
    answer = boss.get(
        page(website, "export"), {"format": "csv", "since": "2026-03-10", "until": "2026-03-10"}
    )
    assert len(b"".join(answer.streaming_content).split(b"\r\n")) == 13


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"format": "xml"}, "Select a valid choice"),
        ({"format": "csv", "since": "x"}, "Enter a valid date"),
        ({"format": "csv", "since": "2026-03-02", "until": "2026-03-01"}, "That is before the first day."),
        ({"format": "csv", "since": "0001-01-01"}, "Ensure this value is greater"),
        ({"format": "csv", "until": "9999-12-31"}, "Ensure this value is less"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    boss: Client, website: Website, asked: dict[str, str], text: str
) -> None:
    answer: Any = boss.get(page(website, "export"), asked)
    assert answer.status_code == 200
    assert text in answer.content.decode()


def test_who_may_view_exports_and_who_may_change_erases(client: Client, db: None) -> None:
    viewer = staff("vera")
    Account.objects.filter(pk=viewer.pk).update(role=Role.VIEW_ONLY)
    own, others = make_website(viewer), make_website(staff("ana"))
    fill(own)
    client.force_login(viewer.user)
    assert client.get(page(own, "export"), {"format": "jsonl"}).status_code == 200
    assert client.get(page(others, "export"), {"format": "jsonl"}).status_code == 404
    assert client.get(page(own, "erase")).status_code == 403
    assert client.post(page(own, "erase"), {"session": bob(own).uuid}).status_code == 403
    assert client.get(page(others, "erase")).status_code == 404
    assert "Erase" not in client.get(page(own, "change")).content.decode()
    assert "Erase" not in client.get(f"{ROOT}/session/{bob(own).pk}/change/").content.decode()
    assert StoredHit.objects.count() == 11
    client.logout()
    assert client.get(page(own, "export"), {"format": "jsonl"}).status_code == 302


def test_a_visitor_is_erased_after_a_second_look(boss: Client, website: Website) -> None:
    fill(website)
    uuid = str(bob(website).uuid)
    link = f"{page(website, 'erase')}?session={uuid}"
    assert link in boss.get(f"{ROOT}/session/{bob(website).pk}/change/").content.decode()
    asked = boss.get(link).content.decode()
    assert "<dt>Hits</dt><dd>7</dd>" in asked
    assert StoredHit.objects.count() == 11
    answer = boss.post(page(website, "erase"), {"session": uuid}, follow=True)
    assert "The visitor and 7 hits were erased." in answer.content.decode()
    assert StoredHit.objects.count() == 4
    entry = LogEntry.objects.get()
    assert entry.change_message == "A visitor was erased."
    asked = boss.get(page(website, "erase"), {"distinct_id": "ana@example.com"}).content.decode()
    assert "<dt>Properties of the visitor</dt><dd>3</dd>" in asked


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"session": "x"}, "Enter a valid UUID"),
        ({"session": "11111111-1111-4111-8111-111111111111"}, "There is no such visitor"),
        ({"distinct_id": "nobody"}, "There is no such visitor"),
        ({"distinct_id": "a\x00b"}, "Null characters are not allowed"),
        ({"distinct_id": "", "session": ""}, "Fill in one of the two."),
        ({"distinct_id": "x", "session": "11111111-1111-4111-8111-111111111111"}, "Fill in one of the two."),
    ],
)
def test_nobody_is_erased_by_mistake(
    boss: Client, website: Website, asked: dict[str, str], text: str
) -> None:
    fill(website)
    for answer in (boss.get(page(website, "erase"), asked), boss.post(page(website, "erase"), asked)):
        assert answer.status_code == 200
        assert text in answer.content.decode()
    assert StoredHit.objects.count() == 11


def test_how_long_hits_are_kept_is_said_on_the_website(boss: Client, website: Website) -> None:
    form = {
        "name": "w",
        "domain": "",
        "owner": "",
        "exclusions-TOTAL_FORMS": 0,
        "exclusions-INITIAL_FORMS": 0,
        "report_subscriptions-TOTAL_FORMS": 0,
        "report_subscriptions-INITIAL_FORMS": 0,
        "shares-TOTAL_FORMS": 0,
        "shares-INITIAL_FORMS": 0,
    }
    assert boss.post(page(website, "change"), form | {"keep_months": "13"}).status_code == 302
    website.refresh_from_db()
    assert website.keep_months == 13
    for wrong in ("-1", "1201", "x"):
        assert boss.post(page(website, "change"), form | {"keep_months": wrong}).status_code == 200
    boss.post(page(website, "change"), form | {"keep_months": ""})
    website.refresh_from_db()
    assert website.keep_months is None
