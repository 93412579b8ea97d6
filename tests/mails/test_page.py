"""The page on which readers choose their own reports, in the admin and outside of it."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.admin.conftest import staff
from tests.admin.markup import inline_code
from tests.factories import make_account, make_website
from tests.traffic import Traffic
from umami_django.domain.reports import ReportPeriod
from umami_django.domain.roles import Role
from umami_django.exceptions import NotPermitted
from umami_django.models import Account, ReportSubscription, SentReport, Website
from umami_django.services.reports import choose

from .conftest import LONG_AGO, Subscribe


def mine(account: Account) -> list[tuple[str, str, bool]]:
    rows = ReportSubscription.objects.filter(account=account).order_by("period")
    return list(rows.values_list("period", "language", "active"))


@pytest.fixture(params=["owner", "admin"])
def door(request: Any, website: Website) -> tuple[Client, str, Account]:
    """An owner outside of the admin, and a staff user who may look only."""
    client = Client()
    if request.param == "owner":
        account = website.owner
        path = f"/stats/{website.pk}/reports/"
    else:
        account = staff("vera")
        account.role = Role.VIEW_ONLY.value
        account.save()
        website.owner = account
        website.save()
        path = f"/admin/umami_django/website/{website.pk}/overview/reports/"
    account.user.email = "me@example.org"
    account.user.save()
    client.force_login(account.user)
    return client, path, account


def test_subscribing_and_ending(door: tuple[Client, str, Account]) -> None:
    client, path, account = door
    html = client.get(path).content.decode()
    assert "me@example.org" in html and inline_code(html) == []
    assert 'value="weekly" id="id_periods_0">' in html
    answer = client.post(path, {"periods": ["weekly", "monthly"], "language": "de"}, follow=True)
    assert answer.redirect_chain == [(f"{path}?done=saved", 302)]
    assert "Saved." in answer.content.decode()
    assert mine(account) == [("monthly", "de", True), ("weekly", "de", True)]
    html = client.get(path).content.decode()
    assert 'value="weekly" id="id_periods_0" checked>' in html
    client.post(path, {"periods": ["monthly"], "language": "en"})
    assert mine(account) == [("monthly", "en", True), ("weekly", "de", False)]


def test_coming_back_does_not_bring_old_reports(
    door: tuple[Client, str, Account], subscribe: Subscribe
) -> None:
    client, path, account = door
    row = subscribe(account, active=False)
    client.post(path, {"periods": ["weekly"], "language": "en"})
    row.refresh_from_db()
    assert row.active and row.active_since > LONG_AGO
    since = row.active_since
    client.post(path, {"periods": ["weekly"], "language": "en"})
    row.refresh_from_db()
    assert row.active_since == since


def test_a_test_is_sent_to_oneself_and_is_no_report(
    door: tuple[Client, str, Account], traffic: Traffic, now: datetime
) -> None:
    client, path, _account = door
    traffic.visitor("ana").sees("/")
    answer = client.post(
        path, {"language": "en", "test": "weekly"}, follow=True, headers={"host": "testserver"}
    )
    assert "The test is on its way." in answer.content.decode()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["me@example.org"], "Example: 1 visitor in the week of March 9, 2026")
    assert "This is a test that you asked for." in sent.body
    assert "List-Unsubscribe" not in sent.extra_headers
    assert "testserver" not in sent.message().as_string()
    assert (SentReport.objects.count(), ReportSubscription.objects.count()) == (0, 0)


def test_a_test_that_fails_says_why(
    door: tuple[Client, str, Account], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    client, path, account = door

    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    html = client.post(path, {"language": "en", "test": "monthly"}).content.decode()
    assert "The test could not be sent. ConnectionRefusedError: nobody there" in html
    settings.UMAMI = {}
    html = client.post(path, {"language": "en", "test": "monthly"}).content.decode()
    assert "Links in mails need an address" in html
    account.user.email = ""
    account.user.save()
    html = client.post(path, {"language": "en", "test": "weekly"}).content.decode()
    assert "The test could not be sent. Your account has no e-mail address" in html


def test_whoever_waits_in_vain_is_told(
    door: tuple[Client, str, Account], subscribe: Subscribe, settings: Any
) -> None:
    client, path, account = door
    settings.UMAMI = {}
    assert "Links in mails need" not in client.get(path).content.decode()
    subscribe(account)
    assert "Links in mails need" in client.get(path).content.decode()


@pytest.mark.parametrize(("field", "value"), [("periods", "daily"), ("language", "xx"), ("language", "")])
def test_what_cannot_be_is_told_at_its_field(
    door: tuple[Client, str, Account], field: str, value: str
) -> None:
    client, path, account = door
    answer = client.post(path, {"periods": "weekly", "language": "en", field: value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert mine(account) == []


def test_a_form_of_another_site_is_refused(website: Website, owner: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner.user)
    answer = client.post(f"/stats/{website.pk}/reports/", {"periods": "weekly", "language": "en"})
    assert answer.status_code == 403
    assert mine(owner) == []


def test_strangers_see_nothing(client: Client, website: Website) -> None:
    path = f"/stats/{website.pk}/reports/"
    assert client.get(path).status_code == 302
    stranger = make_account("sam")
    client.force_login(stranger.user)
    assert client.get(path).status_code == 404
    assert client.post(path, {"periods": "weekly", "language": "en"}).status_code == 404
    with pytest.raises(NotPermitted):
        choose(stranger, website, {ReportPeriod.WEEKLY}, "en", LONG_AGO)
    assert ReportSubscription.objects.count() == 0


def test_a_share_has_no_reports(client: Client, website: Website) -> None:
    website.shares.create(slug="AbCdEfGh")
    html = client.get("/share/AbCdEfGh/-/reports/").content.decode()
    assert "me@example.org" not in html and "id_periods_0" not in html


def test_the_page_is_found_from_the_dashboard(door: tuple[Client, str, Account]) -> None:
    client, path, _account = door
    start = path.removesuffix("reports/")
    assert re.search(rf'<a href="{path}">Reports by e-mail</a>', client.get(start).content.decode())


def test_number_of_queries(owner: Account, website: Website, django_assert_num_queries: Any) -> None:
    client = Client()
    client.force_login(owner.user)
    make_website(owner)
    # session, user, account twice, website; the subscriptions, and the menu of websites
    with django_assert_num_queries(7):
        client.get(f"/stats/{website.pk}/reports/")
