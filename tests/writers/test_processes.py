"""Several processes store the same visitors at once, outside of any test run: nothing lost, nothing twice."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_account, make_website
from umami_django.writers.connection import LOCK_SUFFIX

PROCESSES, VISITORS, THREADS, HITS = 3, 5, 8, 25


def run(database: str, *words: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"TEST_DATABASE_URL": database}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.writers.process", *words], env=environment, stdout=subprocess.PIPE
    )


def url_of(settings: dict[str, Any]) -> str:
    scheme = {"postgresql": "postgres", "mysql": "mysql"}[connection.vendor]
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    return f"{scheme}://{settings['USER']}{password}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_processes_collect_the_same_visitors_at_once(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        path = tmp_path / "traffic.sqlite3"
        database = f"sqlite:///{path}"
        assert run(database, "migrate").wait(60) == 0
    else:
        database = url_of(connection.settings_dict)
    running = [run(database, str(VISITORS), str(THREADS), str(HITS)) for _ in range(PROCESSES)]
    assert [process.wait(60) for process in running] == [0] * PROCESSES
    if connection.vendor == "sqlite":
        assert (tmp_path / f"traffic.sqlite3{LOCK_SUFFIX}").exists()
    told, _ = run(database, "count").communicate(timeout=60)
    all_hits = PROCESSES * THREADS * HITS
    assert told.split() == [b"%d" % all_hits, b"%d" % all_hits, b"%d" % VISITORS]


@pytest.mark.django_db(transaction=True)
def test_many_threads_look_up_through_one_connection(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        database = f"sqlite:///{tmp_path / 'traffic.sqlite3'}"
        assert run(database, "migrate").wait(60) == 0
    else:
        database = url_of(connection.settings_dict)
        make_website(make_account("olga"))
    told, _ = run(database, "look", "32").communicate(timeout=60)
    assert told.split() == [b"32", b"1", b"1"]
