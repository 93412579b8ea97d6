"""SQLite files are opened with sensible pragmas: that of the traffic, and no other."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from umami_django.databases.pragmas import pragmas, storing_much


def told(path: Path | str, alias: str, **options: Any) -> dict[str, Any]:
    """What a new connection to the file answers about its pragmas."""
    settings = {**connections["default"].settings_dict, "NAME": str(path), "OPTIONS": options}
    settings["ENGINE"] = "django.db.backends.sqlite3"
    connection = DatabaseWrapper(settings, alias)
    try:
        with connection.cursor() as cursor:
            answers = {}
            for name in UNTOUCHED:
                cursor.execute(f"PRAGMA {name}")
                answers[name] = (cursor.fetchone() or (None,))[0]
            return answers
    finally:
        connection.close()


pytestmark = pytest.mark.django_db
UNTOUCHED = {
    "journal_mode": "delete",
    "synchronous": 2,
    "busy_timeout": 5000,
    "mmap_size": 0,
    "cache_size": -2000,
    "wal_autocheckpoint": 1000,
}


def test_the_default_database_keeps_its_durability(tmp_path: Path) -> None:
    assert told(tmp_path / "a.sqlite3", "default") == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 20_000,
        "mmap_size": 268_435_456,
        "cache_size": -8192,
        "wal_autocheckpoint": 16_384,
    }


def test_a_database_of_traffic_alone_is_quicker(tmp_path: Path, settings: Any) -> None:
    settings.UMAMI = {"TRAFFIC_DATABASE": "traffic"}
    assert told(tmp_path / "a.sqlite3", "traffic") == {
        "journal_mode": "wal",
        "synchronous": 1,
        "busy_timeout": 20_000,
        "mmap_size": 1_073_741_824,
        "cache_size": -32_768,
        "wal_autocheckpoint": 16_384,
    }
    assert told(tmp_path / "b.sqlite3", "default") == UNTOUCHED


def test_the_process_that_stores_a_journal_keeps_more_in_memory(tmp_path: Path) -> None:
    with storing_much():
        assert told(tmp_path / "a.sqlite3", "default")["cache_size"] == -65_536
        assert told(tmp_path / "a.sqlite3", "other")["cache_size"] == -2000
    assert told(tmp_path / "a.sqlite3", "default")["cache_size"] == -8192


def test_other_databases_are_left_alone(tmp_path: Path) -> None:
    assert told(tmp_path / "a.sqlite3", "other") == UNTOUCHED


def test_a_setting_switches_it_off(tmp_path: Path, settings: Any) -> None:
    settings.UMAMI = {"SQLITE_PRAGMAS": False}
    assert told(tmp_path / "a.sqlite3", "default") == UNTOUCHED


def test_memory_is_left_alone() -> None:
    answer = told(":memory:", "default")
    assert (answer["cache_size"], answer["busy_timeout"]) == (-2000, 5000)


def test_what_the_host_chose_stays() -> None:
    options = {"init_command": "PRAGMA journal_mode=TRUNCATE; pragma Cache_Size=-1", "timeout": 3}
    assert set(pragmas("default", options)) == {"mmap_size", "wal_autocheckpoint"}
    assert set(pragmas("traffic", {})) == {
        *("journal_mode", "busy_timeout", "mmap_size", "cache_size", "wal_autocheckpoint", "synchronous"),
    }


def test_a_pragma_that_is_refused_is_told_to_the_log_alone(tmp_path: Path, caplog: Any) -> None:
    path = tmp_path / "a.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE a (b)")
    other.execute("BEGIN EXCLUSIVE")
    try:
        settings = {**connections["default"].settings_dict, "NAME": str(path), "OPTIONS": {"timeout": 0}}
        connection = DatabaseWrapper(settings, "default")
        connection.ensure_connection()
        connection.close()
    finally:
        other.close()
    assert "SQLite does not take PRAGMA journal_mode = WAL." in caplog.text
