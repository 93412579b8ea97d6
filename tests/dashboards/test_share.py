"""What a share link shows, to whom, and for how long."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from tests.admin.markup import inline_code
from tests.conftest import Api
from tests.traffic import Traffic
from umami_django.models import Share, Website

from .conftest import Visitor
from .test_website_page import card, labels


@pytest.fixture
def seen(traffic: Traffic) -> Traffic:
    now = timezone.now() - timedelta(minutes=1)
    traffic.visitor("ana").using(country="DE").at(now).sees("/secret", "/open")
    traffic.visitor("bob").using(country="FR").at(now).sees("/open")
    return traffic


@pytest.mark.parametrize("path", ["/share/AbCdEfGh", "/share/AbCdEfGh/", "/share/AbCdEfGh/Example"])
def test_it_shows_the_dashboard_without_login(
    client: Client, seen: Traffic, website: Website, path: str
) -> None:
    website.shares.create(slug="AbCdEfGh")
    answer = client.get(path, {"panels": "all"})
    html = answer.content.decode()
    assert card(html, "Visitors")[0] == "2"
    assert "/secret" in html
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert inline_code(html) == []
    assert "/admin/" not in html and "/stats/" not in html


def test_it_reaches_nothing_else(at_door: Callable[[str], Visitor], seen: Traffic) -> None:
    visitor = at_door("share")
    for page in ("realtime/", "realtime/pulse/", "sessions/", "events/"):
        # anything after the id is a name for people: it shows the dashboard, never the page that is called so
        assert "umami-cards" in visitor.get(page).content.decode()
    html = visitor.get().content.decode()
    assert "Sessions" not in html and "Settings" not in html
    assert visitor.get("table/paths/").status_code == 200


def test_it_dies_with_its_link_and_changes_nothing(client: Client, website: Website) -> None:
    share = website.shares.create(slug="AbCdEfGh")
    assert client.get("/share/abcdefgh").status_code == 404
    assert client.post("/share/AbCdEfGh").status_code == 405
    share.delete()
    assert client.get("/share/AbCdEfGh").status_code == 404


@pytest.mark.parametrize("slug", ["a%00b", "a%20b", "%C3%A4", "x" * 500])
def test_an_impossible_link_is_404(client: Client, db: None, slug: str) -> None:
    assert client.get(f"/share/{slug}").status_code == 404


def test_it_expires(client: Client, website: Website) -> None:
    website.shares.create(slug="late", expires_at=timezone.now() - timedelta(seconds=1))
    website.shares.create(slug="soon", expires_at=timezone.now() + timedelta(hours=1))
    assert client.get("/share/late").status_code == 404
    assert client.get("/share/late/-/panel/pages/").status_code == 404
    assert client.get("/share/soon").status_code == 200


def test_a_fixed_filter_holds_everywhere(client: Client, seen: Traffic, website: Website) -> None:
    website.shares.create(slug="french", filters="country=FR")
    html = client.get("/share/french", {"country": "DE"}).content.decode()
    assert card(html, "Visitors")[0] == "0"
    html = client.get("/share/french").content.decode()
    assert card(html, "Pageviews")[0] == "1"
    assert "current visitor" not in html
    assert labels(client.get("/share/french/-/panel/pages/").content.decode()) == ["/open"]
    assert "/secret" not in client.get("/share/french/-/table/paths/", {"format": "csv"}).content.decode()


def test_a_password_is_asked_for_once(seen: Traffic, website: Website) -> None:
    share = website.shares.create(slug="locked", password=make_password("open sesame"))
    client = Client(enforce_csrf_checks=True)
    for path in ("/share/locked", "/share/locked/-/panel/pages/", "/share/locked/-/table/paths/?format=csv"):
        html = client.get(path).content.decode()
        assert 'type="password"' in html and "/secret" not in html
    assert (
        client.post("/share/locked", {"password": "open sesame"}).status_code == 403
    )  # no token of the form
    token = client.cookies["csrftoken"].value
    wrong = client.post("/share/locked", {"password": "x", "csrfmiddlewaretoken": token})
    assert wrong.status_code == 403 and "not the password" in wrong.content.decode()
    assert (
        client.get("/share/locked")["Referrer-Policy"] == "same-origin"
    )  # else browsers send `Origin: null`
    right = client.post("/share/locked?range=7d", {"password": "open sesame", "csrfmiddlewaretoken": token})
    assert right["Location"] == "/share/locked?range=7d"
    cookie = client.cookies[f"umami_share_{share.pk}"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/share/locked", True, "Lax")
    answer = client.get("/share/locked/-/panel/pages/")
    assert labels(answer.content.decode()) == ["/open", "/secret"]
    assert "no-store" in answer["Cache-Control"]
    Share.objects.filter(pk=share.pk).update(password=make_password("changed"))
    assert 'type="password"' in client.get("/share/locked").content.decode()


def test_frames_are_allowed_for_each_share_alone(client: Client, website: Website) -> None:
    website.shares.create(slug="framed", embeddable_by="https://example.com https://*.example.org")
    website.shares.create(slug="plain")
    framed, plain = client.get("/share/framed"), client.get("/share/plain")
    assert framed["Content-Security-Policy"].endswith(
        "; frame-ancestors https://example.com https://*.example.org"
    )
    assert "X-Frame-Options" not in framed
    assert plain["X-Frame-Options"] == "DENY"


def test_the_api_gives_no_token_for_a_share_with_conditions(api: Api, website: Website) -> None:
    website.shares.create(slug="plain")
    website.shares.create(slug="locked", password=make_password("x"))
    website.shares.create(slug="french", filters="country=FR")
    website.shares.create(slug="late", expires_at=timezone.now())
    assert api.get("/api/share/plain").status_code == 200
    for slug in ("locked", "french", "late"):
        assert api.get(f"/api/share/{slug}").status_code == 404


def test_a_token_ends_when_its_share_gets_a_condition(api: Api, website: Website) -> None:
    share = website.shares.create(slug="plain")
    token = api.get("/api/share/plain").json()["token"]
    path = f"/api/website/{website.pk}/active"
    assert api.get(path, **{"x-umami-share-token": token}).status_code == 200
    Share.objects.filter(pk=share.pk).update(filters="country=FR")
    assert api.get(path, **{"x-umami-share-token": token}).status_code == 401
