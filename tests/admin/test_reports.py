"""Who gets reports, in the settings of a website: for administrators."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_account
from umami_django.models import Account, ReportSubscription, SentReport, Website

from .conftest import staff
from .test_shares import LIST, form

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
BOTH = "Choose an account, or write an e-mail address."


def reports(website: Website, *rows: dict[str, Any]) -> dict[str, Any]:
    data = form(website) | {
        "report_subscriptions-TOTAL_FORMS": len(rows),
        "report_subscriptions-INITIAL_FORMS": sum("id" in row for row in rows),
    }
    for number, row in enumerate(rows):
        values = {"period": "weekly", "active": "on"} | row
        data |= {
            f"report_subscriptions-{number}-{key}": value
            for key, value in values.items()
            if value is not None
        }
    return data


def errors(answer: Any) -> str:
    formset = answer.context["inline_admin_formsets"][-1].formset
    return f"{formset.errors} {formset.non_form_errors()}"


def test_accounts_and_addresses(boss: Client, website: Website, owner: Account) -> None:
    page = f"{LIST}{website.pk}/change/"
    answer = boss.post(
        page,
        reports(
            website,
            {"account": owner.pk, "language": "de"},
            {"email": "Ada@Example.org", "period": "monthly"},
        ),
    )
    assert answer.status_code == 302, errors(answer)
    one, two = ReportSubscription.objects.order_by("pk")
    assert (one.account, one.email, one.language, one.active) == (owner, None, "de", True)
    assert (two.account, two.email, two.period) == (None, "ada@example.org", "monthly")
    SentReport.objects.create(
        subscription=two, first_day=LONG_AGO, claimed_at=LONG_AGO, error="SMTPDataError: no"
    )
    html = boss.get(page).content.decode()
    assert "SMTPDataError: no" in html and "ada@example.org" in html


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, BOTH),
        ({"account": "owner", "email": "a@example.org"}, BOTH),
        ({"account": "stranger"}, "This account may not see the website."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"email": "a@example.org\nBcc: b@example.org"}, "Enter a valid email address."),
        ({"email": "a@example.org", "language": "xx"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_told(
    boss: Client, website: Website, owner: Account, row: dict[str, Any], message: str
) -> None:
    who = {"owner": owner.pk, "stranger": make_account("sam").pk}
    values = {key: who.get(value, value) for key, value in row.items()}
    # a row that says nothing is none: the language makes it one
    answer = boss.post(f"{LIST}{website.pk}/change/", reports(website, {"language": "en"} | values))
    assert answer.status_code == 200
    assert message in errors(answer)
    assert not ReportSubscription.objects.exists()


def test_nobody_twice(boss: Client, website: Website) -> None:
    twice = {"email": "a@example.org"}
    answer = boss.post(f"{LIST}{website.pk}/change/", reports(website, twice, twice))
    assert "duplicate" in errors(answer)
    ReportSubscription.objects.create(website=website, email="a@example.org")
    answer = boss.post(f"{LIST}{website.pk}/change/", reports(website, twice))
    assert "already exists" in errors(answer)
    assert ReportSubscription.objects.count() == 1


def test_the_reader_of_a_row_stays(boss: Client, website: Website) -> None:
    row = ReportSubscription.objects.create(
        website=website, email="a@example.org", active=False, active_since=LONG_AGO
    )
    known = {"id": row.pk, "website": website.pk, "email": "b@example.org", "language": "en"}
    page = f"{LIST}{website.pk}/change/"
    assert boss.post(page, reports(website, known)).status_code == 302
    row.refresh_from_db()
    assert (row.email, row.active, row.language) == ("a@example.org", True, "en")
    assert row.active_since > LONG_AGO  # what was over before is not sent
    boss.post(page, reports(website, known | {"DELETE": "on"}))
    assert not ReportSubscription.objects.exists()


def test_owners_say_nothing_about_others(client: Client, website: Website) -> None:
    account = staff("ana")
    website.owner = account
    website.save()
    client.force_login(account.user)
    page = f"{LIST}{website.pk}/change/"
    assert "report_subscriptions" not in client.get(page).content.decode()
    assert client.post(page, reports(website, {"email": "a@example.org"})).status_code == 302
    assert not ReportSubscription.objects.exists()


def test_number_of_queries_does_not_grow(boss: Client, website: Website) -> None:
    page = f"{LIST}{website.pk}/change/"
    boss.get(page)  # what a process asks once and remembers
    counts = []
    for number in (1, 12):
        for row in range(number):
            make = ReportSubscription.objects.get_or_create
            make(website=website, email=f"{number}-{row}@example.org")
        with CaptureQueriesContext(connection) as queries:
            boss.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1]
