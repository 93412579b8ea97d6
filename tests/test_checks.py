"""Each check fires on its mistake with a full message and hint, and is silent on a good configuration."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings

from tests.factories import make_account, make_website
from umami_django import checks
from umami_django.models import ReportSubscription

CORS = "corsheaders.middleware.CorsMiddleware"


def ours(*, deploy: bool = False) -> list[tuple[str | None, str, str | None]]:
    found = run_checks(include_deployment_checks=deploy)
    return [(row.id, row.msg, row.hint) for row in found if (row.id or "").startswith("umami.")]


def test_a_good_configuration_is_silent() -> None:
    good = {
        "TRUSTED_PROXIES": ["10.0.0.0/8", "::1"],
        "CLIENT_IP_HEADER": "X-Real-IP",
        "TOKEN_LIFETIME": timedelta(days=1),
        "LOGIN_RATE": None,
        "IGNORE_IP": ("192.0.2.1",),
        "MAX_BODY_BYTES": 1000,
        "BASE_URL": "https://stats.example.org/analytics/",
    }
    with override_settings(UMAMI=good):
        assert ours(deploy=True) == []


UNKNOWN_HINT = "Did you mean TRUSTED_PROXIES?"
MISTAKES: list[tuple[Any, str, str, str]] = [
    ("x", "umami.E001", "UMAMI must be a dict.", 'Write UMAMI = {"KEY": value, …}.'),
    ({"TRUSTED_PROXY": []}, "umami.E002", "UMAMI has an unknown key: 'TRUSTED_PROXY'.", UNKNOWN_HINT),
    ({"API_LOGIN": "no"}, "umami.E003", "UMAMI['API_LOGIN'] is 'no'.", "It must be True or False."),
    ({"TOKEN_LIFETIME": 30}, "umami.E003", "UMAMI['TOKEN_LIFETIME'] is 30.", "It must be a timedelta."),
    ({"IGNORE_IP": "::1"}, "umami.E003", "UMAMI['IGNORE_IP'] is '::1'.", "It must be a list of texts."),
    (
        {"COLLECT_WRITER": "kafka"},
        "umami.E010",
        "UMAMI['COLLECT_WRITER'] is 'kafka'.",
        "It is one of: commit, journal.",
    ),
    (
        {"COLLECT_WRITER": "journal"},
        "umami.E012",
        "UMAMI['COLLECT_WRITER'] is 'journal', but there is no UMAMI['JOURNAL_DIRECTORY'].",
        "Name a directory on a local disk that outlives a restart, e.g. '/var/lib/my-site/umami'.",
    ),
    (
        {"COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": "/dev/null/journal"},
        "umami.E013",
        "UMAMI['JOURNAL_DIRECTORY'] is '/dev/null/journal', where this process cannot write.",
        "Make the directory, owned by the user that the server runs as.",
    ),
    (
        {"COLLECT_RATE": "fast"},
        "umami.E014",
        "UMAMI['COLLECT_RATE']: 'fast' is no rate such as 1000/10s.",
        "Write hits and seconds, such as '1000/10s', or None.",
    ),
    (
        {"COLLECT_PATH": "/x/"},
        "umami.E015",
        "UMAMI['COLLECT_PATH'] is '/x/'.",
        "Write a path without a slash at its ends, such as 'x/hello'.",
    ),
    (
        {"GEO_HEADERS": ["X Country"]},
        "umami.E016",
        "UMAMI['GEO_HEADERS']: 'X Country' does not name a header for the country, or three for country, region and "
        "city.",
        "Write 'X-Country' or 'X-Country,X-Region,X-City'.",
    ),
    (
        {"BASE_URL": "stats.example.org"},
        "umami.E017",
        "UMAMI['BASE_URL'] is 'stats.example.org'.",
        "Write the address of your site without a question mark, such as 'https://example.com'.",
    ),
    ({"SECRET": 5}, "umami.E003", "UMAMI['SECRET'] is 5.", "It must be a text or None."),
    ({"MAX_BODY_BYTES": 0}, "umami.E003", "UMAMI['MAX_BODY_BYTES'] is 0.", "It must be a positive number."),
    (
        {"IGNORE_IP": ["300.1.1.1"]},
        "umami.E004",
        "UMAMI['IGNORE_IP']: '300.1.1.1' is neither an address nor a network such as 10.0.0.0/8.",
        "Write addresses or networks.",
    ),
    (
        {"CLIENT_IP_HEADER": "X-Real-IP"},
        "umami.E005",
        "UMAMI['CLIENT_IP_HEADER'] is 'X-Real-IP', but no proxy is trusted.",
        "Name your proxies in UMAMI['TRUSTED_PROXIES'], e.g. ['127.0.0.1']; until then it is not read.",
    ),
    (
        {"TRAFFIC_DATABASE": "elsewhere"},
        "umami.E006",
        "UMAMI['TRAFFIC_DATABASE'] is 'elsewhere', which is not in DATABASES.",
        "Known: default.",
    ),
    (
        {"TRUSTED_PROXIES": ["0.0.0.0/0"]},
        "umami.W001",
        "UMAMI['TRUSTED_PROXIES'] trusts 0.0.0.0/0: anybody there can pretend to be any visitor.",
        "Name the networks of your own proxies only.",
    ),
    (
        {"GEOIP_DATABASE": "/nowhere/GeoLite2-City.mmdb"},
        "umami.W002",
        "UMAMI['GEOIP_DATABASE'] names /nowhere/GeoLite2-City.mmdb, which is no file: countries stay unknown.",
        "Put a MaxMind-format file there, or remove the setting.",
    ),
]


@pytest.mark.parametrize(("umami", "key", "message", "hint"), MISTAKES, ids=[row[1] for row in MISTAKES])
def test_a_mistake_in_the_settings_is_named(umami: Any, key: str, message: str, hint: str) -> None:
    with override_settings(UMAMI=umami):
        assert (key, message, hint) in ours()


def test_times_need_a_zone() -> None:
    with override_settings(USE_TZ=False):
        assert [(row[0], row[2]) for row in ours()] == [
            ("umami.E009", "Set USE_TZ = True. Your templates may still show local times.")
        ]


def test_an_unknown_key_without_a_likeness_gets_the_list() -> None:
    with override_settings(UMAMI={"ZZZ": 1}):
        assert [(row[0], (row[2] or "")[:18]) for row in ours()] == [("umami.E002", "Known keys: RECORD")]


def test_a_traffic_database_needs_its_router(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "connections", {"default": 1, "traffic": 1})
    with override_settings(UMAMI={"TRAFFIC_DATABASE": "traffic"}):
        assert [(row.id, row.hint) for row in checks.check_traffic_database()] == [
            ("umami.E007", "Add 'umami_django.routers.TrafficRouter' to DATABASE_ROUTERS.")
        ]
    with override_settings(
        UMAMI={"TRAFFIC_DATABASE": "traffic"}, DATABASE_ROUTERS=["umami_django.routers.TrafficRouter"]
    ):
        assert list(checks.check_traffic_database()) == []


def test_a_geo_file_needs_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "x.mmdb"
    path.write_bytes(b"")
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    with override_settings(UMAMI={"GEOIP_DATABASE": str(path)}):
        assert [(row.id, row.hint) for row in checks.check_geo()] == [
            ("umami.W003", "pip install 'umami-django[geo]'")
        ]


def test_cors_headers_in_front_must_let_ours_through() -> None:
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "corsheaders"]):
        assert [row[0] for row in ours()] == ["umami.W004"]
    with override_settings(MIDDLEWARE=[CORS, *settings.MIDDLEWARE], CORS_ALLOW_HEADERS=["accept"]):
        assert [row[0] for row in ours()] == ["umami.W005"]
    with override_settings(MIDDLEWARE=[CORS, *settings.MIDDLEWARE], CORS_ALLOW_HEADERS=["X-Umami-Cache"]):
        assert ours() == []


def test_the_admin_needs_static_files_and_login() -> None:
    fewer = [app for app in settings.INSTALLED_APPS if app != "django.contrib.staticfiles"]
    with override_settings(INSTALLED_APPS=fewer):
        assert [row[0] for row in ours()] == ["umami.W006"]
    without = [name for name in settings.MIDDLEWARE if "AuthenticationMiddleware" not in name]
    with override_settings(MIDDLEWARE=without):
        assert "umami.E008" in [row[0] for row in ours()]


@pytest.mark.parametrize(
    "secret", ["short", "a" * 60, "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"]
)
def test_a_secret_that_can_be_guessed_is_named_on_deployment(secret: str) -> None:
    with override_settings(UMAMI={"SECRET": secret}):
        assert [row[0] for row in ours(deploy=True)] == ["umami.W007"]
        assert ours() == []


def test_the_journal_needs_file_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    with override_settings(UMAMI={"COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": str(tmp_path / "new")}):
        assert [row[0] for row in ours()] == ["umami.E011"]


@pytest.mark.django_db
def test_passwords_of_umami_that_cannot_be_checked_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[Any]:
        return [row for row in run_checks(databases=["default"]) if row.id == "umami.W008"]

    assert found() == []
    user = make_account("bob").user
    user.password = "bcrypt$$2b$10$BUli0c.muyCW1ErNJc3jL.vFRFtFJWrT8/GcR4A.sUdCznaXiqFXa"
    user.save()
    (row,) = found()
    assert row.msg == "1 accounts came with a password of Umami that cannot be checked: they cannot log in."
    hasher = "django.contrib.auth.hashers.BCryptPasswordHasher"
    assert (
        row.hint == f"Add '{hasher}' to the end of PASSWORD_HASHERS, and pip install 'umami-django[bcrypt]'."
    )
    with override_settings(PASSWORD_HASHERS=[hasher]):
        assert found() == []
        monkeypatch.setattr("umami_django.services.hashers.find_spec", lambda name: None)
        assert found()[0].hint == "pip install 'umami-django[bcrypt]'"


@pytest.mark.django_db
def test_reports_that_cannot_go_out_are_told(settings: Any) -> None:
    def found() -> list[Any]:
        return [row for row in run_checks(databases=["default"]) if row.id == "umami.W009"]

    assert found() == []
    row = ReportSubscription.objects.create(website=make_website(), email="ada@example.org")
    (told,) = found()
    assert told.msg == (
        "Reports by e-mail cannot be sent. Links in mails need an address: set UMAMI['BASE_URL'], or give the site of "
        "django.contrib.sites its domain."
    )
    settings.UMAMI = {"BASE_URL": "https://stats.example.org"}
    assert found() == []
    settings.ROOT_URLCONF = "tests.urls_admin_only"
    assert found()[0].msg == (
        "Reports by e-mail cannot be sent. Readers could not unsubscribe: include umami_django.urls in your URLs."
    )
    row.delete()
    assert found() == []
