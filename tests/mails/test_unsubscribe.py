"""The way out of the reports: by hand and by mail programs, for those who hold the mail and nobody else."""

import pytest
from django.test import Client, override_settings

from tests.admin.markup import inline_code
from umami_django.mails.links import token, unsubscribe_link
from umami_django.models import ReportSubscription, Website
from umami_django.services.websites import delete_website

from .conftest import MONDAY, Subscribe


@pytest.fixture
def row(subscribe: Subscribe) -> ReportSubscription:
    return subscribe("ada@example.org")


def path_of(row: ReportSubscription) -> str:
    return unsubscribe_link(row).removeprefix("https://stats.example.org")


def test_looking_changes_nothing(
    client: Client, row: ReportSubscription, django_assert_num_queries: object
) -> None:
    for ask in (client.get, client.head, client.get):
        answer = ask(path_of(row))
        assert answer.status_code == 200
    html = answer.content.decode()
    assert "<button" in html and "Do you want no more weekly reports" in html
    assert "ada@example.org" not in html
    assert inline_code(html) == []
    assert "no-store" in answer["Cache-Control"]
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")
    row.refresh_from_db()
    assert row.active


def test_one_click_ends_it(row: ReportSubscription) -> None:
    """As RFC 8058 has it: no cookie, no token of a form, this body."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path_of(row), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You get no more of these reports." in answer.content.decode()
    row.refresh_from_db()
    assert not row.active
    for ask in (client.post, client.get):
        again = ask(path_of(row))
        assert again.status_code == 200
        assert "have been ended already" in again.content.decode()


def test_it_ends_one_subscription_alone(
    client: Client, subscribe: Subscribe, row: ReportSubscription
) -> None:
    monthly = subscribe("ada@example.org", period="monthly")
    client.post(path_of(monthly))
    assert list(ReportSubscription.objects.filter(active=True)) == [row]


@pytest.mark.parametrize("forge", ["other", "cut", "text", "none", "unicode", "salt"])
def test_a_forged_address_is_404(
    client: Client, row: ReportSubscription, subscribe: Subscribe, forge: str
) -> None:
    from django.core.signing import Signer

    other = subscribe("bob@example.org")
    signature = token(row).partition(".")[2]
    forged = {
        "other": f"{other.pk}.{signature}",
        "cut": token(row)[:-1],
        "text": "x",
        "none": f"{row.pk}.",
        "unicode": f"{row.pk}.é",
        "salt": Signer(sep=".").sign(str(row.pk)),
    }[forge]
    for ask in (client.get, client.post):
        assert ask(f"/reports/unsubscribe/{forged}").status_code == 404
    assert ReportSubscription.objects.filter(active=True).count() == 2


def test_another_secret_makes_other_addresses(client: Client, row: ReportSubscription) -> None:
    path = path_of(row)
    with override_settings(UMAMI={"SECRET": "another secret that is long and random 0123456789"}):
        assert client.post(path).status_code == 404


def test_it_dies_with_subscription_and_website(
    client: Client, row: ReportSubscription, website: Website
) -> None:
    path = path_of(row)
    assert client.put(path).status_code == 405
    delete_website(website, MONDAY)
    assert client.get(path).status_code == 404
    row.delete()
    assert client.get(path).status_code == 404


def test_a_host_that_wants_a_login_everywhere(
    client: Client, row: ReportSubscription, settings: object
) -> None:
    with override_settings(
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]
    ):
        assert client.get(path_of(row)).status_code == 200
