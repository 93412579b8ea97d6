"""Websites in the admin: rights, numbers in the list, tracking code, sharing, reset and delete."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Permission
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from tests.conftest import BOUNDED
from tests.factories import make_account, make_website
from tests.traffic import Traffic
from umami_django.admin import register
from umami_django.domain.roles import Role
from umami_django.models import Account, Event, Pageview, Session, StoredHit, Website

from .conftest import staff
from .markup import inline_code

LIST = "/admin/umami_django/website/"


def page(website: Website, name: str) -> str:
    return f"{LIST}{website.pk}/{name}/"


def test_list_shows_todays_numbers(boss: Client, traffic: Traffic) -> None:
    now = timezone.now()
    traffic.visitor("ana").at(now).sees("/", "/a")
    traffic.visitor("bob").at(now - timedelta(days=2)).sees("/")
    html = boss.get(LIST).content.decode()
    assert '<td class="field-visitors_today">1</td>' in html
    assert '<td class="field-pageviews_today">2</td>' in html


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_the_same_queries_for_many(
    boss: Client, django_assert_num_queries: Any, count: int
) -> None:
    """Also when each has an owner of its own, all of whom the filter names."""
    for number in range(count):
        Traffic(make_website(name=f"w{number}"), timezone.now()).visitor("ana").sees("/")
    with django_assert_num_queries(8 + BOUNDED):
        boss.get(LIST)


def test_filter_by_owner(boss: Client) -> None:
    zoe, adam = make_account("zoe"), make_account("adam")
    make_website(zoe, name="Of Zoe")
    make_website(adam, name="Of Adam")
    make_account("without any")
    page = boss.get(LIST, {"owner__id__exact": zoe.pk})
    assert [row.name for row in page.context["cl"].result_list] == ["Of Zoe"]
    owners = page.context["cl"].filter_specs[0]
    assert owners.lookup_choices == [(adam.pk, "adam"), (zoe.pk, "zoe")]


def test_search_by_name_domain_and_uuid(boss: Client) -> None:
    wanted = make_website(name="Findme", domain="needle.example")
    make_website(name="Other", domain="hay.example")
    for text in ("findme", "needle", str(wanted.uuid)):
        html = boss.get(LIST, {"q": text}).content.decode()
        assert "Findme" in html
        assert "hay.example" not in html


def test_staff_see_their_own_websites_only(client: Client, website: Website) -> None:
    anna = staff("anna")
    mine = make_website(anna, name="Annas own")
    client.force_login(anna.user)
    html = client.get(LIST).content.decode()
    assert "Annas own" in html
    assert "Example" not in html
    assert client.get(page(mine, "overview")).status_code == 200
    for name in ("overview", "reset"):
        assert client.get(page(website, name)).status_code == 404
    assert client.post(page(website, "share"), {"shared": "on"}).status_code == 404
    assert client.get(page(website, "change")).status_code == 302  # Django's answer to an unknown object


def test_staff_without_an_account_see_nothing(client: Client, website: Website) -> None:
    anna = staff("anna")
    anna.delete()
    client.force_login(anna.user)
    assert "Example" not in client.get(LIST).content.decode()
    assert client.get(page(website, "overview")).status_code == 404


def test_view_only_accounts_change_nothing(client: Client, website: Website) -> None:
    vera = staff("vera")
    vera.role = Role.VIEW_ONLY.value
    vera.save()
    website.owner = vera
    website.save()
    client.force_login(vera.user)
    assert client.get(page(website, "overview")).status_code == 200
    assert client.post(page(website, "reset")).status_code == 403
    assert client.post(page(website, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_djangos_permissions_count_too(client: Client, db: None) -> None:
    anna = staff("anna")
    anna.user.user_permissions.clear()
    mine = make_website(anna)
    client.force_login(anna.user)
    assert client.get(LIST).status_code == 403
    assert client.get(page(mine, "overview")).status_code == 403


def test_a_new_website_belongs_to_whoever_made_it(client: Client, db: None) -> None:
    anna = staff("anna")
    client.force_login(anna.user)
    html = client.get(f"{LIST}add/").content.decode()
    assert 'name="owner"' not in html
    client.post(f"{LIST}add/", {"name": "New", "domain": "new.example"})
    assert Website.objects.get().owner == anna


def test_a_superuser_may_give_it_to_anybody(boss: Client, owner: Account) -> None:
    boss.post(f"{LIST}add/", {"name": "New", "domain": "", "owner": owner.pk})
    website = Website.objects.get()
    assert (website.owner, website.domain) == (owner, None)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Shop.Example", "shop.example"),
        ("https://shop.example/de/?x=1", "shop.example"),
        ("http://localhost:8000/", "localhost:8000"),
        ("shop.example/", "shop.example"),
        ("https://", None),
    ],
)
def test_an_address_pasted_as_domain_is_its_host(
    boss: Client, owner: Account, typed: str, stored: str | None
) -> None:
    boss.post(f"{LIST}add/", {"name": "New", "domain": typed, "owner": owner.pk})
    assert Website.objects.get().domain == stored


def test_change_page_has_the_tracking_code(boss: Client, website: Website) -> None:
    html = boss.get(page(website, "change")).content.decode()
    assert (
        f"&lt;script async defer data-website-id=&quot;{website.uuid}&quot; "
        "src=&quot;http://testserver/umami.js&quot;&gt;&lt;/script&gt;"
    ) in html


def test_change_page_helps_where_the_urls_are_not_included(boss: Client, website: Website) -> None:
    with override_settings(ROOT_URLCONF="tests.urls_admin_only"):
        html = boss.get(page(website, "change")).content.decode()
    assert 'include("umami_django.urls")' in html


def test_sharing_is_switched_on_and_off(boss: Client, website: Website) -> None:
    boss.post(page(website, "share"), {"shared": "on"})
    share = website.shares.get()
    assert f"http://testserver/share/{share.slug}" in boss.get(page(website, "change")).content.decode()
    boss.post(page(website, "share"), {"shared": "off"})
    assert not website.shares.exists()


def test_get_never_switches_sharing(boss: Client, website: Website) -> None:
    boss.get(page(website, "share"), {"shared": "on"})
    assert not website.shares.exists()


def test_reset_asks_first(boss: Client, traffic: Traffic, website: Website) -> None:
    traffic.visitor("ana").sees("/")
    assert "for good" in boss.get(page(website, "reset")).content.decode()
    website.refresh_from_db()
    assert website.reset_at is None
    assert boss.post(page(website, "reset")).status_code == 302
    website.refresh_from_db()
    assert website.reset_at is not None


def test_delete_asks_first_and_leaves_the_rows_to_the_purger(
    boss: Client, traffic: Traffic, website: Website
) -> None:
    traffic.visitor("ana").sees("/")
    assert boss.get(page(website, "delete")).status_code == 200
    boss.post(page(website, "delete"), {"post": "yes"})
    website.refresh_from_db()
    assert website.deleted_at is not None
    assert StoredHit.objects.count() == 1
    boss.get(LIST)  # shows the message that names it
    assert "Example" not in boss.get(LIST).content.decode()


def test_several_websites_are_deleted_at_once(boss: Client, owner: Account) -> None:
    keys = [make_website(owner, name=name).pk for name in "ab"]
    boss.post(LIST, {"action": "delete_selected", "_selected_action": keys, "post": "yes"})
    assert not Website.objects.alive().exists()
    assert Website.objects.count() == 2


def test_everything_registers_on_another_site() -> None:
    site = AdminSite("other")
    register(site)
    register(site)
    assert {Website, Account, Session, Pageview, Event} <= set(site._registry)


@override_settings(ROOT_URLCONF="tests.urls_own_admin")
def test_pages_of_another_site_stay_on_it(boss: Client, traffic: Traffic, website: Website) -> None:
    traffic.visitor("ana").at(timezone.now()).sees("/").does("signup")
    start = "/backstage/umami_django"
    pages = ["website/", "account/", "session/", "pageview/", "event/"]
    pages += [f"website/{website.pk}/{name}/" for name in ("overview", "change", "reset", "delete")]
    for name in pages:
        answer = boss.get(f"{start}/{name}")
        assert answer.status_code == 200
        assert 'href="/admin/' not in answer.content.decode()
    assert boss.post(f"{start}/website/{website.pk}/reset/")["Location"].startswith(start)
    assert boss.post(f"{start}/website/{website.pk}/share/", {"shared": "on"})["Location"].startswith(start)


@pytest.mark.parametrize("name", ["overview", "reset", "change", "delete", "history"])
def test_pages_hold_no_inline_code(boss: Client, traffic: Traffic, website: Website, name: str) -> None:
    traffic.visitor("ana").at(timezone.now()).sees("/")
    website.shares.create(slug="abcdefgh")
    assert inline_code(boss.get(page(website, name)).content.decode()) == []


def test_list_holds_no_inline_code(boss: Client, website: Website) -> None:
    assert inline_code(boss.get(LIST).content.decode()) == []
    assert inline_code(boss.get(f"{LIST}add/").content.decode()) == []
    several = {"action": "delete_selected", "_selected_action": [website.pk]}
    assert inline_code(boss.post(LIST, several).content.decode()) == []


def test_the_button_that_shares_belongs_to_a_form_of_its_own(boss: Client, website: Website) -> None:
    """Forms do not nest; saving the website and sharing it are two things, also without JavaScript."""
    html = boss.get(page(website, "change")).content.decode()
    assert html.count('form="umami-share-form"') == 1
    assert f'<form method="post" action="{page(website, "share")}" id="umami-share-form">' in html


def test_names_are_escaped(boss: Client) -> None:
    website = make_website(name="<script>x</script>")
    assert "<script>x" not in boss.get(page(website, "overview")).content.decode()
    assert reverse("admin:umami_django_website_overview", args=[website.pk]) == page(website, "overview")


def test_the_settings_lead_to_the_keys_of_those_who_may_have_any(client: Client, boss: Client) -> None:
    ana = staff("ana")
    website = make_website(ana)
    link = 'href="/admin/umami_django/apikey/"'
    client.force_login(ana.user)
    settings_page = client.get(page(website, "change")).content.decode()
    assert settings_page.partition("<h2>API keys</h2>")[2].partition("</fieldset>")[0].count(link) == 1
    ana.user.user_permissions.remove(*Permission.objects.filter(content_type__model="apikey"))
    client.force_login(ana.user)
    assert "<h2>API keys</h2>" not in client.get(page(website, "change")).content.decode()


def test_each_field_of_shares_and_exclusions_says_what_it_is(boss: Client, website: Website) -> None:
    website.shares.create(slug="abcdefgh")
    website.exclusions.create(kind="path", value="/x")
    html = boss.get(page(website, "change")).content.decode()
    for name, label in (
        ("shares-0-expires_at_0", "Expires at, Date"),
        ("shares-0-expires_at_1", "Expires at, Time"),
        ("exclusions-0-kind", "What is left out"),
        ("exclusions-0-DELETE", "Delete"),
    ):
        field = re.search(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', html)
        assert field and f'aria-label="{label}"' in field.group(), name
