"""Exclusions in the admin, what was filtered, and what we see about the one who asks."""

from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tests.conftest import CHROME
from tests.factories import make_account, make_website
from umami_django.domain.roles import Role
from umami_django.ingest.pipeline import Reason
from umami_django.models import Account, Exclusion, Website
from umami_django.services import refusals

from .conftest import staff

LIST = "/admin/umami_django/website/"
GLOBAL = "/admin/umami_django/exclusion/"


def rows(*values: tuple[str, str]) -> dict[str, Any]:
    """The form of a website's page with new exclusions."""
    form = {"exclusions-TOTAL_FORMS": len(values), "exclusions-INITIAL_FORMS": 0, "name": "w", "domain": ""}
    form |= {"shares-TOTAL_FORMS": 0, "shares-INITIAL_FORMS": 0}
    form |= {"report_subscriptions-TOTAL_FORMS": 0, "report_subscriptions-INITIAL_FORMS": 0}
    for number, (kind, value) in enumerate(values):
        form |= {f"exclusions-{number}-kind": kind, f"exclusions-{number}-value": value}
    return form


def test_an_owner_edits_those_of_their_website(client: Client, db: None) -> None:
    ana = staff("ana")
    website = make_website(ana)
    client.force_login(ana.user)
    answer = client.post(
        f"{LIST}{website.pk}/change/", rows(("path", " /admin/* "), ("address", "192.0.2.9/24"))
    )
    assert answer.status_code == 302
    assert set(Exclusion.objects.values_list("website", "kind", "value")) == {
        (website.pk, "path", "/admin/*"),
        (website.pk, "address", "192.0.2.0/24"),
    }


def test_a_wrong_value_is_told_at_its_field(boss: Client, website: Website) -> None:
    answer = boss.post(f"{LIST}{website.pk}/change/", rows(("address", "300.1.1.1")))
    errors = answer.context["inline_admin_formsets"][1].formset.errors
    assert "300.1.1.1" in errors[0]["value"][0]
    assert not Exclusion.objects.exists()


def test_a_viewer_and_a_stranger_cannot(client: Client, db: None) -> None:
    website = make_website(staff("ana"))
    viewer = staff("vera")
    Account.objects.filter(pk=viewer.pk).update(role=Role.VIEW_ONLY)
    of_viewer = make_website(viewer)
    client.force_login(viewer.user)
    for target in (website, of_viewer):
        assert client.post(f"{LIST}{target.pk}/change/", rows(("path", "/x"))).status_code in (302, 403)
    assert client.get(GLOBAL).status_code == 403
    assert not Exclusion.objects.exists()


def test_those_for_all_websites_are_for_administrators(boss: Client) -> None:
    assert boss.post(f"{GLOBAL}add/", {"kind": "hostname", "value": "*.local"}).status_code == 302
    assert Exclusion.objects.get().website is None
    assert "*.local" in boss.get(GLOBAL).content.decode()
    boss.force_login(staff("ana").user)
    assert boss.get(GLOBAL).status_code == 403
    assert boss.post(f"{GLOBAL}add/", {"kind": "hostname", "value": "x"}).status_code == 403


@pytest.fixture
def refused(website: Website) -> Website:
    refusals.note(website.pk, Reason.BOT, timezone.now(), 1234)
    refusals.note(make_website(name="Other").pk, Reason.EXCLUDED_PATH, timezone.now(), 5)
    refusals.note(None, Reason.UNKNOWN_WEBSITE, timezone.now(), 7)
    return website


def test_what_was_filtered_on_a_website(boss: Client, refused: Website) -> None:
    answer = boss.get(f"{LIST}{refused.pk}/filtered/")
    page = answer.context["page"]
    assert page.total == 1234
    assert [(row.name, row.count) for row in page.by_reason] == [("Bots", "1,234")]
    assert (len(page.by_day), page.by_day[0].count, page.by_day[0].percent) == (30, "1,234", 100)
    assert "1,234 hits of the last 30 days were not counted" in answer.content.decode()


def test_what_was_filtered_on_all_websites(boss: Client, refused: Website) -> None:
    page = boss.get(f"{LIST}filtered/").context["page"]
    assert {row.name: row.count for row in page.by_reason} == {
        "Bots": "1,234",
        "Paths": "5",
        "Unknown website": "7",
    }


def test_an_owner_sees_what_was_filtered_on_their_own(client: Client, refused: Website) -> None:
    ana = staff("ana")
    mine = make_website(ana)
    refusals.note(mine.pk, Reason.DO_NOT_TRACK, timezone.now(), 2)
    client.force_login(ana.user)
    page = client.get(f"{LIST}filtered/").context["page"]
    assert [(row.name, row.count) for row in page.by_reason] == [("Do not track", "2")]
    assert client.get(f"{LIST}{refused.pk}/filtered/").status_code == 404


def test_what_we_see_about_you(boss: Client, website: Website) -> None:
    Exclusion.objects.create(website=website, kind="address", value="9.9.9.0/24")
    make_website(name="Open")
    page = boss.get(f"{LIST}you/", headers={"user-agent": CHROME}, REMOTE_ADDR="9.9.9.9").context["page"]
    facts = dict(page.facts)
    assert (facts["Address"], facts["Browser"], facts["Device"]) == ("9.9.9.9", "Chrome", "Desktop")
    assert {verdict.website: verdict.reason for verdict in page.verdicts} == {
        website.name: "Addresses",
        "Open": None,
    }
    assert page.hints == []


def test_a_bot_is_told_that_it_is_one(boss: Client, website: Website) -> None:
    page = boss.get(f"{LIST}you/", headers={"user-agent": "curl/8"}).context["page"]
    assert [verdict.reason for verdict in page.verdicts] == ["Bots"]


def test_a_proxy_that_is_not_trusted_is_pointed_out(boss: Client) -> None:
    headers = {"user-agent": CHROME, "x-forwarded-for": "203.0.113.9"}
    (hint,) = boss.get(f"{LIST}you/", headers=headers, REMOTE_ADDR="192.0.2.1").context["page"].hints
    assert "X-Forwarded-For" in hint and "192.0.2.1" in hint
    with override_settings(UMAMI={"RECORD": True, "TRUSTED_PROXIES": ["192.0.2.1"]}):
        page = boss.get(f"{LIST}you/", headers=headers, REMOTE_ADDR="192.0.2.1").context["page"]
        assert dict(page.facts)["Address"] == "203.0.113.9"
        assert all("X-Forwarded-For" not in hint for hint in page.hints)


@pytest.mark.parametrize("path", ["you/", "filtered/"])
def test_only_those_who_may_enter_see_the_pages(client: Client, db: None, path: str) -> None:
    assert client.get(LIST + path).status_code == 302
    client.force_login(make_account("customer").user)
    assert client.get(LIST + path).status_code == 302
