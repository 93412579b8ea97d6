"""Accounts in the admin: only administrators meet them."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_account, make_website
from umami_django.domain.roles import Role
from umami_django.models import Account, Website

from .conftest import staff
from .markup import inline_code

ACCOUNTS = "/admin/umami_django/account/"


def test_staff_cannot_make_themselves_administrator(client: Client, db: None) -> None:
    """Django's permissions alone are not enough: the roles of the API hold here, too."""
    anna = staff("anna")
    client.force_login(anna.user)
    assert client.post(f"{ACCOUNTS}{anna.pk}/change/", {"role": "admin"}).status_code == 403
    assert client.get(ACCOUNTS).status_code == 403
    assert client.get(f"{ACCOUNTS}add/").status_code == 403
    assert client.post(f"{ACCOUNTS}{anna.pk}/delete/", {"post": "yes"}).status_code == 403
    anna.refresh_from_db()
    assert anna.role == "user"


def test_administrators_who_are_staff_need_djangos_permission(client: Client, db: None) -> None:
    anna = staff("anna")
    anna.role = Role.ADMIN.value
    anna.save()
    client.force_login(anna.user)
    assert client.get(ACCOUNTS).status_code == 200
    anna.user.user_permissions.clear()
    assert client.get(ACCOUNTS).status_code == 403


def test_an_account_is_made_changed_and_deleted(boss: Client, owner: Account, website: Website) -> None:
    assert boss.post(f"{ACCOUNTS}{owner.pk}/change/", {"role": "view-only"}).status_code == 302
    owner.refresh_from_db()
    assert owner.role == "view-only"
    user = owner.user
    boss.post(f"{ACCOUNTS}{owner.pk}/delete/", {"post": "yes"})
    user.refresh_from_db()
    website.refresh_from_db()
    assert website.owner is None
    boss.post(f"{ACCOUNTS}add/", {"user": user.pk, "role": "user"})
    assert Account.objects.get(user=user).role == "user"


def test_the_list_leads_to_the_websites_of_an_account(boss: Client, owner: Account, website: Website) -> None:
    make_website(name="Somebody elses")
    link = f"/admin/umami_django/website/?owner__id__exact={owner.pk}"
    assert f'<a href="{link}">1</a>' in boss.get(ACCOUNTS).content.decode()
    rows = boss.get(link).context["cl"].result_list
    assert [row.name for row in rows] == ["Example"]


def test_search_by_username(boss: Client, owner: Account) -> None:
    make_account("zelda")
    assert [str(row) for row in boss.get(ACCOUNTS, {"q": "zel"}).context["cl"].result_list] == ["zelda"]


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_the_same_queries_for_many(
    boss: Client, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        make_account()
    with django_assert_num_queries(6):
        boss.get(ACCOUNTS)


def test_pages_hold_no_inline_code(boss: Client, owner: Account) -> None:
    for path in ("", "add/", f"{owner.pk}/change/", f"{owner.pk}/delete/", f"{owner.pk}/history/"):
        assert inline_code(boss.get(ACCOUNTS + path).content.decode()) == []
