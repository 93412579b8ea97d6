"""Starts and stops a server of the benchmark's site on loopback, and the database it uses."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
MANY, FEW = 64, 1
"""Threads of a process: many where a request waits for COMMIT together with others, one where it waits for nothing
(docs/how-to/take-a-lot-of-traffic.md)."""
SERVER_URLS = {
    "postgres": os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432"),
    "mariadb": os.environ.get("MARIADB_URL", "mysql://root@127.0.0.1:3306"),
}
DATABASE = "umami_benchmark"


def environment(database_url: str, **umami: object) -> dict[str, str]:
    """What a process of the site is told."""
    return os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.site.settings",
        "UMAMI": json.dumps(umami),
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def database(kind: str, folder: Path, name: str = DATABASE, *, keep: bool = False) -> Iterator[str]:
    """A fresh database of *kind* (sqlite, postgres, mariadb) with our tables; gone afterwards. Its URL.

    With *keep* one that is there is used, and stays.
    """
    if kind == "sqlite":
        url = f"sqlite:///{folder}/{name}.sqlite3"
        migrate(url)
        yield url
        for file in [] if keep else folder.glob(f"{name}.sqlite3*"):
            file.unlink()
        return
    url = f"{SERVER_URLS[kind]}/{name}"
    _recreate(kind, name, drop=not keep, create=True)
    try:
        migrate(url)
        yield url
    finally:
        if not keep:
            _recreate(kind, name, drop=True, create=False)


def migrate(url: str) -> None:
    command = [sys.executable, "-m", "django", "migrate", "-v", "0"]
    subprocess.run(command, env=environment(url), check=True)


def _recreate(kind: str, name: str, *, drop: bool, create: bool) -> None:
    """Drop the database *name*; make it, unless it is there."""
    statements = [f"DROP DATABASE IF EXISTS {name}"] if drop else []
    if kind == "postgres":
        import psycopg

        with psycopg.connect(f"{SERVER_URLS[kind]}/postgres", autocommit=True) as connection:
            if drop:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
                )
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            statements += [f"CREATE DATABASE {name}"] if create and (drop or not known) else []
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]
        return
    import dj_database_url
    import MySQLdb

    statements += [f"CREATE DATABASE IF NOT EXISTS {name}"] if create else []

    place = dj_database_url.parse(SERVER_URLS[kind])
    connection = MySQLdb.connect(
        host=str(place["HOST"]),
        port=int(place["PORT"] or 3306),
        user=str(place["USER"]),
        password=str(place["PASSWORD"]),
    )
    try:
        for statement in statements:
            connection.cursor().execute(statement)
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def command(server: str, application: str, port: int, threads: int) -> list[str]:
    """How *server* (granian, gunicorn) is started with WORKERS processes of as many *threads*."""
    target = f"benchmarks.site.wsgi:{application}"
    binary = str(Path(sys.executable).with_name(server))
    if server == "granian":
        words = ["--interface", "wsgi", "--workers", WORKERS, "--blocking-threads", threads]
        words += ["--backpressure", max(threads, 16), "--log-level", "error"]
        words += ["--host", "127.0.0.1", "--port", port]
    else:
        words = ["--workers", WORKERS, "-b", f"127.0.0.1:{port}", "--log-level", "warning"]
        words += ["-k", "gthread", "--threads", threads]
    return [binary, *map(str, words), target]


@contextmanager
def serving(
    server: str, application: str, database_url: str, threads: int = MANY, **umami: object
) -> Iterator[int]:
    """A running server; its port."""
    port = free_port()
    process = subprocess.Popen(
        command(server, application, port, threads),
        env=environment(database_url, **umami),
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)


def wait_until_it_answers(port: int, seconds: float = 15) -> None:
    """Raises OSError when nothing answers in time."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/empty", timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
