"""Two builders, late writers and a reader, each in a process of its own: no answer is wrong at any moment."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.writers.test_processes import url_of

SECONDS = 4


def run(database: str, role: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.rollups.process", role, str(SECONDS)],
        env=os.environ | {"TEST_DATABASE_URL": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.django_db(transaction=True)
def test_builders_late_writers_and_a_reader_at_once(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        database = f"sqlite:///{tmp_path / 'traffic.sqlite3'}"
        assert run(database, "migrate").wait(60) == 0
    else:
        from umami_django.models import Website

        database = url_of(connection.settings_dict)
        Website.objects.create(name="Example", domain="example.com")
    assert run(database, "fill").wait(60) == 0
    reader, writer = run(database, "compare"), run(database, "write")
    builders = [run(database, "build"), run(database, "build")]
    killed = run(database, "build")
    time.sleep(SECONDS / 2)
    killed.send_signal(signal.SIGKILL)
    told, errors = reader.communicate(timeout=90)
    assert reader.returncode == 0, errors.decode()[-2000:]
    rounds, answers = map(int, told.split())
    assert rounds and answers
    for process in (writer, *builders):
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()[-2000:]
    killed.wait(60)


COUNTS_FOR_ANOTHER = """
import os, time
from umami_django.rollups.processes import pool
with pool(1) as processes:
    print(processes.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_processes_end_with_the_one_that_they_count_for() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", COUNTS_FOR_ANOTHER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    assert int(parent.stdout.readline()) != parent.pid
    parent.kill()
    parent.communicate(timeout=20)  # what they print to is closed when all of them have ended
