"""`manage.py demo` as a person runs it, in a process of its own."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def demo(database: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def number(database: Path, sql: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(sql).fetchone()[0])
    finally:
        connection.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    done = demo(path)
    assert done.returncode == 0, done.stderr
    for told in ("http://127.0.0.1:8000/", "/overview/", "/api/websites", "admin", "umami"):
        assert told in done.stdout
    return path


def test_there_are_ninety_days_of_traffic(database: Path) -> None:
    assert number(database, "select count(*) from umami_django_storedhit") > 20_000
    micros = "select max(created_at) - min(created_at) from umami_django_storedhit"
    assert 88 <= number(database, micros) / 86_400_000_000 <= 90
    assert number(database, "select count(*) from umami_django_share") == 1


def test_a_second_start_keeps_what_is_there(database: Path) -> None:
    before = number(database, "select count(*) from umami_django_storedhit")
    assert demo(database).returncode == 0
    assert number(database, "select count(*) from umami_django_storedhit") == before


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("create table orders(id integer)")
    connection.commit()
    connection.close()
    refused = demo(path)
    assert refused.returncode == 1
    assert "holds tables that this command did not create" in refused.stderr
    assert number(path, "select count(*) from sqlite_master") == 1
    assert demo(path, "--force").returncode == 0
