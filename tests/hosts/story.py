"""What must work in every host. Run by `test_hosts.py`, in a process of its own, under the settings of that host."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connections
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from tests.traffic import Traffic
from umami_django.models import Account, Session, StoredHit, Website
from umami_django.services.purge import purge

pytestmark = pytest.mark.django_db(databases="__all__")

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
NAME = "ada@example.com"
RANGE = "start_at=0&end_at=4102444800000"


def url(path: str) -> str:
    """An address of the app, wherever the host has mounted it."""
    root = reverse("umami:v1-heartbeat").removesuffix("/api/heartbeat").removeprefix("/below")
    return root + path


def call(client: Client, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> Any:
    if token:
        headers["authorization"] = f"Bearer {token}"
    text = "" if body is None else json.dumps(body)
    return client.generic(method, url(path), text, content_type="application/json", headers=headers)


def test_the_story() -> None:
    client = Client()
    user = get_user_model()._default_manager.create_superuser(NAME, password="umami-7-umami")
    login = call(client, "POST", "/api/auth/login", {"username": NAME, "password": "umami-7-umami"})
    assert login.status_code == 200, login.content
    token = login.json()["token"]
    assert login.json()["user"]["user_id"] == Account.objects.get(user=user).pk

    created = call(
        client,
        "POST",
        "/api/website",
        {"name": "Häuser", "domain": "example.com", "enable_share_url": True},
        token,
    )
    assert created.status_code == 200
    assert "Häuser".encode() in created.content
    website = created.json()

    payload = {
        "website": website["website_uuid"],
        "url": "/",
        "screen": "1920x1080",
        "hostname": "example.com",
    }
    hit = call(
        client, "POST", "/api/collect", {"type": "pageview", "payload": payload}, **{"user-agent": AGENT}
    )
    assert hit.status_code == 200
    event = {"type": "event", "payload": payload | {"event_name": "buy", "event_data": {"price": 3}}}
    assert call(client, "POST", "/api/collect", event, **{"user-agent": AGENT}).status_code == 200

    root = f"/api/website/{website['website_id']}"
    stats = call(client, "GET", f"{root}/stats?{RANGE}", None, token)
    assert stats.json()["pageviews"] == {"value": 1, "change": 1}
    series = call(client, "GET", f"{root}/pageviews?{RANGE}&unit=day&tz=Asia/Kolkata", None, token)
    assert [row["y"] for row in series.json()["pageviews"]] == [1]
    metrics = call(client, "GET", f"{root}/metrics?{RANGE}&type=browser", None, token)
    assert metrics.json() == [{"x": "firefox", "y": 1}]
    assert call(client, "GET", f"{root}/stats?{RANGE}").status_code == 401
    assert call(client, "GET", "/umami.js").status_code == 200

    reset = call(client, "POST", f"{root}/reset", None, token)
    assert reset.json() == {}
    assert call(client, "GET", f"{root}/stats?{RANGE}", None, token).json()["pageviews"]["value"] == 0
    purge(now=timezone.now() + timedelta(minutes=2))
    assert StoredHit.objects.count() == 0
    assert Website.objects.get().reset_at is None


@pytest.mark.skipif(not apps.is_installed("django.contrib.admin"), reason="this host has no admin")
@override_settings(
    LANGUAGE_CODE="en"
)  # the words below are looked for, and a host may speak another language
def test_the_admin_pages() -> None:
    user = get_user_model()._default_manager.create_superuser(NAME, password="umami-7-umami")
    client = Client()
    client.force_login(user)
    website = Website.objects.create(name="Mine", domain="example.com")
    strip = "/below" if settings.FORCE_SCRIPT_NAME else ""
    Traffic(website).visitor("ana").at(timezone.now()).sees("/pricing")
    session = Session.objects.get()

    def page(name: str, *args: Any, query: str = "") -> str:
        address = reverse(f"admin:umami_django_{name}", args=args).removeprefix(strip)
        answer = client.get(address + query)
        assert answer.status_code == 200, address
        return str(answer.content.decode())

    for name, args, content in (
        ("website_changelist", (), "Mine"),
        ("website_all", (), "umami-tile"),
        ("website_overview", (website.pk,), "umami-cards"),
        ("website_table", (website.pk, "paths"), "/pricing"),
        ("website_realtime", (website.pk,), "/pricing"),
        ("website_sessions", (website.pk,), str(session.uuid)),
        ("website_session", (website.pk, session.uuid), "/pricing"),
        ("website_events", (website.pk,), "No events in this range"),
        ("website_filtered", (website.pk,), "Nothing was filtered"),
        ("website_export", (website.pk,), "Download"),
        ("website_erase", (website.pk,), "distinct_id"),
        ("website_reset", (website.pk,), "Yes, reset the statistics"),
        ("website_you", (), "Would a visit of yours be counted?"),
        ("pageview_changelist", (), "/pricing"),
        ("session_changelist", (), "Mine"),
        ("event_changelist", (), ""),
        ("account_changelist", (), NAME),
        ("exclusion_changelist", (), ""),
        ("apikey_changelist", (), ""),
    ):
        assert content in page(name, *args), name
    panels = page("website_overview", website.pk, query="?panels=all")
    assert "/pricing" in panels
    assert "umami-heat" in panels
    settings_page = page("website_change", website.pk)
    assert f"src=&quot;http://testserver{reverse('umami:tracker')}&quot;" in settings_page
    assert 'id="umami-share"' in settings_page
    assert 'name="exclusions-TOTAL_FORMS"' in settings_page
    assert ("umami_django/dashboard/unfold.css" in settings_page) is apps.is_installed("unfold")


@pytest.mark.skipif(not apps.is_installed("unfold"), reason="this host has the stock admin")
def test_forms_and_lists_are_dressed_as_unfolds_own() -> None:
    from django.contrib import admin
    from unfold.admin import ModelAdmin, StackedInline, TabularInline

    from umami_django.admin import WebsiteAdmin, register

    request = RequestFactory().get("/")
    request.user = get_user_model()._default_manager.create_superuser(NAME, password="umami-7-umami")
    website = Website.objects.create(name="Mine")
    ours = [each for model, each in admin.site._registry.items() if model._meta.app_label == "umami_django"]
    assert ours
    assert all(isinstance(each, ModelAdmin) for each in ours)
    shares, exclusions, reports = admin.site._registry[Website].get_inline_instances(request, website)
    assert isinstance(shares, StackedInline)
    assert isinstance(exclusions, TabularInline)
    assert isinstance(reports, TabularInline)
    plain = admin.AdminSite("plain")
    register(plain)
    assert type(plain._registry[Website]) is WebsiteAdmin


def test_no_check_complains() -> None:
    assert [row for row in run_checks() if (row.id or "").startswith("umami.")] == []


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "umami_django", check=True, dry_run=True, verbosity=0)


@pytest.mark.skipif("traffic" not in settings.DATABASES, reason="this host has one database")
def test_traffic_tables_live_in_their_own_database() -> None:
    tables = {alias: set(connections[alias].introspection.table_names()) for alias in ("default", "traffic")}
    ours = {
        alias: {name for name in names if name.startswith("umami_django_")} for alias, names in tables.items()
    }
    assert ours["default"] == {
        f"umami_django_{name}"
        for name in "account apikey exclusion reportsubscription sentreport share website".split()
    }
    assert "umami_django_storedhit" in ours["traffic"]
    assert "umami_django_website" not in ours["traffic"]


@pytest.mark.skipif(
    "rest_framework" not in settings.INSTALLED_APPS, reason="this host has no REST settings of its own"
)
def test_a_host_with_its_own_rest_and_cors_settings() -> None:
    from rest_framework.settings import api_settings

    client = Client()
    assert api_settings.NUM_PROXIES == 3
    for path in ("/api/orders/", "/service-worker.js"):
        assert client.get(path).content == b"the host's own"
    preflight = client.options(
        url("/api/collect"),
        headers={
            "origin": "https://anybody.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-umami-cache",
        },
    )
    assert preflight["access-control-allow-origin"] in ("*", "https://anybody.example")
    assert "x-umami-cache" in preflight["access-control-allow-headers"]
    elsewhere = client.options(
        "/api/orders/",
        headers={"origin": "https://anybody.example", "access-control-request-method": "POST"},
    )
    assert "access-control-allow-origin" not in elsewhere


@pytest.mark.skipif(settings.ROOT_URLCONF != "tests.hosts.urls_prefix", reason="this host has no prefix")
def test_the_hosts_own_api_stays_its_own() -> None:
    assert Client().get("/api/websites").content == b"the host's own"
    assert call(Client(), "GET", "/api/config").json()["basePath"] == "/analytics"
