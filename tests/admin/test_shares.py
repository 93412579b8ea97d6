"""Share links in the settings of a website, the ways to track it, and the light that turns green."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from tests.factories import make_website
from tests.traffic import Traffic
from umami_django.models import Share, Website

from .conftest import staff

LIST = "/admin/umami_django/website/"


def form(website: Website, *shares: dict[str, Any]) -> dict[str, Any]:
    """The settings of *website* with these shares, new ones unless they name their `id`."""
    initial = sum("id" in share for share in shares)
    data = {
        "name": website.name,
        "domain": website.domain,
        "exclusions-TOTAL_FORMS": 0,
        "exclusions-INITIAL_FORMS": 0,
        "report_subscriptions-TOTAL_FORMS": 0,
        "report_subscriptions-INITIAL_FORMS": 0,
    }
    data |= {"shares-TOTAL_FORMS": len(shares), "shares-INITIAL_FORMS": initial}
    for number, share in enumerate(shares):
        data |= {f"shares-{number}-{key}": value for key, value in share.items()}
    return data


def test_several_shares_with_conditions(boss: Client, website: Website) -> None:
    page = f"{LIST}{website.pk}/change/"
    answer = boss.post(
        page,
        form(
            website,
            {"note": "the press"},
            {
                "new_password": "open sesame",
                "expires_at_0": "2030-01-02",
                "expires_at_1": "03:04:05",
                "filters": "https://x.example/share/abc?country=DE&range=7d&path__contains=%2Fblog",
                "embeddable_by": "https://example.com",
            },
        ),
    )
    assert answer.status_code == 302
    plain, locked = Share.objects.order_by("pk")
    assert (plain.note, plain.password, plain.filters, plain.expires_at) == ("the press", "", "", None)
    assert check_password("open sesame", locked.password)
    assert locked.filters == "country=DE&path__contains=%2Fblog"
    assert (locked.expires_at, locked.embeddable_by) == (
        timezone.now().replace(2030, 1, 2, 3, 4, 5, 0),
        "https://example.com",
    )
    assert len({plain.slug, locked.slug}) == 2
    html = boss.get(page).content.decode()
    assert f'href="/share/{locked.slug}"' in html
    assert "open sesame" not in html and locked.password not in html


def test_a_password_stays_is_changed_and_is_taken_away(boss: Client, website: Website) -> None:
    page = f"{LIST}{website.pk}/change/"
    boss.post(page, form(website, {"new_password": "one"}))
    share = Share.objects.get()
    known = {"id": share.pk, "website": website.pk}
    for fields, password in (({"note": "x"}, "one"), ({"new_password": "two"}, "two")):
        boss.post(page, form(website, known | fields))
        share.refresh_from_db()
        assert check_password(password, share.password)
    boss.post(page, form(website, known | {"open_to_all": "on"}))
    share.refresh_from_db()
    assert share.password == ""


def test_a_share_is_revoked(boss: Client, client: Client, website: Website) -> None:
    share = website.shares.create(slug="abc")
    share_form = form(website, {"id": share.pk, "website": website.pk, "DELETE": "on"})
    assert boss.post(f"{LIST}{website.pk}/change/", share_form).status_code == 302
    assert client.get("/share/abc").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("filters", "shoe=1", "There is no filter in this."),
        ("filters", "path__like=1", "is no way to filter by Page"),
        ("embeddable_by", "https://a.example; script-src *", "Write origins with spaces between them"),
        ("embeddable_by", "https://a.example\nX: y", "Write origins with spaces between them"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    boss: Client, website: Website, field: str, value: str, message: str
) -> None:
    answer = boss.post(f"{LIST}{website.pk}/change/", form(website, {field: value}))
    errors = answer.context["inline_admin_formsets"][0].formset.errors
    assert message in str(errors[0][field])
    assert not Share.objects.exists()


def test_a_stranger_shares_nothing(client: Client, website: Website) -> None:
    client.force_login(staff("ana").user)
    client.post(f"{LIST}{website.pk}/change/", form(website, {"note": "x"}))
    assert not Share.objects.exists()


def test_the_time_zone_of_a_website_is_checked(boss: Client, website: Website) -> None:
    page = f"{LIST}{website.pk}/change/"
    answer = boss.post(page, form(website) | {"time_zone": "Mars"})
    assert "“Mars” is not the name of a time zone" in str(answer.context["adminform"].form.errors)
    boss.post(page, form(website) | {"time_zone": "Europe/Berlin"})
    website.refresh_from_db()
    assert website.time_zone == "Europe/Berlin"


def test_every_way_to_track(boss: Client, website: Website) -> None:
    html = boss.get(f"{LIST}{website.pk}/change/").content.decode()
    for text in (
        f"{{% umami_script &quot;{website.uuid}&quot; %}}",
        "umami_django.middleware.UmamiMiddleware",
        f"http://testserver/api/pixel/{website.uuid}.gif",
    ):
        assert text in html


def test_the_light_turns_green_with_the_first_visit(boss: Client, traffic: Traffic) -> None:
    website = traffic.website
    path = f"{LIST}{website.pk}/first/"
    page = f"{LIST}{website.pk}/change/"
    assert boss.get(path).json() == {"seen": False}
    assert "Waiting for the first visit" in boss.get(page).content.decode()
    traffic.visitor("ana").at(timezone.now() - timedelta(days=400)).sees("/")
    assert boss.get(path).json() == {"seen": True}
    html = boss.get(page).content.decode()
    assert "Visits arrive." in html and "Waiting" not in html
    assert boss.get(f"{LIST}{make_website().pk + 1}/first/").status_code == 404
