"""Urls of databases as Umami's operators write them."""

from typing import Any

import pytest

from umami_django.moving.sources.connection import parsed, reading
from umami_django.moving.values import CannotRead

URLS: list[tuple[str, dict[str, Any]]] = [
    (
        "postgresql://umami:secret@db:5433/umami",
        {"USER": "umami", "PASSWORD": "secret", "HOST": "db", "PORT": "5433", "NAME": "umami"},
    ),
    ("postgres://u:p%40ss%2Fw%25rd@h/x", {"PASSWORD": "p@ss/w%rd", "PORT": "", "HOST": "h"}),
    (
        "postgresql://u@h/x?schema=my%20umami&connection_limit=3&pgbouncer=true&sslmode=require",
        {"OPTIONS": {"sslmode": "require", "options": '-c search_path="my\\ umami"'}, "PASSWORD": ""},
    ),
    ("mysql://u:p@h:3307/x?connection_limit=5", {"ENGINE": "django.db.backends.mysql", "PORT": "3307"}),
    ("mariadb://u:p@h/x", {"ENGINE": "django.db.backends.mysql"}),
    ("postgresql://u@[::1]:5432/x", {"HOST": "::1"}),
]


@pytest.mark.parametrize(("url", "wanted"), URLS, ids=[row[0] for row in URLS])
def test_a_url_becomes_djangos_settings(url: str, wanted: dict[str, Any]) -> None:
    found = parsed(url)
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    "url", ["umami", "mongodb://h/x", "postgresql://h", "postgresql://u:p#w@h:x/y", "mysql://h:99999999/x"]
)
def test_what_is_no_url_of_a_database_is_refused(url: str) -> None:
    with pytest.raises(CannotRead):
        parsed(url)


@pytest.mark.django_db
def test_a_database_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(CannotRead) as refused, reading("sqlite:////nowhere/at-all/umami"):
        pass
    assert "The database cannot be reached" in str(refused.value)
    with pytest.raises(CannotRead) as refused:
        parsed("postgresql://u:very-secret@h:port/x")
    assert "very-secret" not in str(refused.value)
