"""Kills the server, the loader and the database under load, and counts: is every acknowledged hit stored exactly once?

    python benchmarks/durability.py
    python benchmarks/durability.py --databases sqlite --writers journal --kills 10

SIGKILL, at a random moment, to all processes of the server; with the journal every second time to its loader, too; on
PostgreSQL (a server of the benchmark's own, made in a temporary folder) every fifth time to the database. Each hit has
a url of its own; a hit counts as acknowledged when its 200 was read. Exits with 1 when one is missing or there twice.
"""

import argparse
import contextlib
import http.client
import json
import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py

from benchmarks.collect import django_of, new_data  # noqa: E402
from benchmarks.site import server as site  # noqa: E402

THREADS = 16
DATABASE_AWAY_S = 1.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--writers", nargs="+", default=["commit", "journal"])
    parser.add_argument("--server", default="granian")
    parser.add_argument("--kills", type=int, default=50)
    options = parser.parse_args()
    print(
        "| database | writer | kills: server | loader | database | acknowledged | missing | twice | turned away |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    failed = False
    for kind in options.databases:
        for writer in options.writers:
            with tempfile.TemporaryDirectory() as folder:
                failed |= not Trial(kind, writer, options.server, Path(folder)).run(options.kills)
    sys.exit(1 if failed else 0)


class Trial:
    """One writer on one database."""

    def __init__(self, kind: str, writer: str, server: str, folder: Path) -> None:
        self.kind, self.writer, self.server, self.folder = kind, writer, server, folder
        self.umami = {"COLLECT_WRITER": writer, "JOURNAL_DIRECTORY": str(folder / "journal")}
        self.chance = random.Random(7)
        self.kills: Counter[str] = Counter()
        self.acknowledged: list[str] = []
        self.turned_away = 0

    def run(self, kills: int) -> bool:
        """Kill so many times; print the row. Is all well?"""
        with database(self.kind, self.folder) as (url, kill_database):
            self.url = url
            data = new_data(url)
            load = Load(str(data["website"]))
            worker = self._worker()
            for number in range(kills):
                with self._serving() as port, load.on(port):
                    time.sleep(self.chance.uniform(0.2, 0.8))
                    if worker is not None and number % 2:
                        worker = self._kill_worker(worker)
                    if kill_database is not None and number % 5 == 4:
                        kill_database()
                        self.kills["database"] += 1
                        time.sleep(0.5)
                    self._kill_server()
                show(number + 1, kills)
            self._finish(worker)
            stored = Counter(json.loads(django_of(url, STORED_URLS)))
        missing = [hit for hit in load.acknowledged if not stored[hit]]
        twice = [hit for hit, times in stored.items() if times > 1]
        counts = [self.kills[what] for what in ("server", "loader", "database")]
        row = [*counts, len(load.acknowledged), len(missing), len(twice), load.turned_away]
        print(
            f"| {self.kind} | {self.writer} | " + " | ".join(f"{count:,}" for count in row) + " |",
            flush=True,
        )
        return bool(load.acknowledged) and not missing and not twice

    @contextlib.contextmanager
    def _serving(self) -> Iterator[int]:
        """A server of its own, at this port; dead afterwards."""
        port = self._start()
        try:
            try:
                site.wait_until_it_answers(port)
            except OSError:  # the port was taken by somebody else meanwhile
                port = self._start()
                site.wait_until_it_answers(port)
            yield port
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def _start(self) -> int:
        port = site.free_port()
        self._process = subprocess.Popen(
            site.command(self.server, "application", port, THREADS),
            env=site.environment(self.url, **self.umami),
            cwd=ROOT,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        return port

    def _kill_server(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.kills["server"] += 1

    def _worker(self) -> subprocess.Popen[bytes] | None:
        if self.writer != "journal":
            return None
        command = [sys.executable, "-m", "django", "umami_worker", "-v", "0"]
        return subprocess.Popen(
            command, env=site.environment(self.url, **self.umami), stderr=subprocess.DEVNULL
        )

    def _kill_worker(self, worker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes] | None:
        worker.kill()
        worker.wait()
        self.kills["loader"] += 1
        return self._worker()

    def _finish(self, worker: subprocess.Popen[bytes] | None) -> None:
        """Load what is left."""
        if worker is None:
            return
        worker.terminate()
        worker.wait(30)
        command = [sys.executable, "-m", "django", "umami_load", "-v", "0"]
        subprocess.run(command, env=site.environment(self.url, **self.umami), check=True)


STORED_URLS = """
import json
from umami_django.models import StoredHit
print(json.dumps(list(StoredHit.objects.values_list("url__text", flat=True))))
"""


class Load:
    """Hits, each with a url of its own, from a few threads."""

    def __init__(self, website: str) -> None:
        self.website = website
        self.acknowledged: list[str] = []
        self.turned_away = 0
        self._sent = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @contextlib.contextmanager
    def on(self, port: int) -> Iterator[None]:
        """Under load in the block."""
        self._stop.clear()
        threads = [threading.Thread(target=self._browse, args=(port, number)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _browse(self, port: int, number: int) -> None:
        headers = {
            "User-Agent": AGENT,
            "Content-Type": "application/json",
            "X-Forwarded-For": f"198.51.100.{number}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while not self._stop.is_set():
            with self._lock:
                self._sent += 1
                url = f"/{self._sent}"
            body = json.dumps({"type": "pageview", "payload": {"website": self.website, "url": url}})
            try:
                connection.request("POST", "/api/collect", body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                break  # killed
            with self._lock:
                if answer.status == 200:
                    self.acknowledged.append(url)
                else:
                    self.turned_away += 1
        connection.close()


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """A database with our tables; its URL, and what kills and restarts it, where it is a server."""
    if kind == "sqlite":
        url = f"sqlite:///{folder}/durability.sqlite3"
        site.migrate(url)
        yield url, None
        return
    server = Postgres(folder)
    server.start()
    try:
        site.migrate(server.url)
        yield server.url, server.kill_and_restart
    finally:
        server.stop()


class Postgres:
    """A PostgreSQL of our own that may be killed."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("initdb") or next(
            map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None
        )
        if found is None:
            sys.exit("PostgreSQL's server programs are not installed.")
        self._binaries = Path(found).parent
        self._data = folder / "postgres"
        self._port = site.free_port()
        self._user = "postgres" if os.getuid() == 0 else None
        self.url = f"postgres://umami@127.0.0.1:{self._port}/postgres"
        self._data.mkdir()
        if self._user:
            # PostgreSQL refuses to run as root
            folder.chmod(0o755)
            os.chown(self._data, *pwd.getpwnam(self._user)[2:4])
        self._run("initdb", "-A", "trust", "-U", "umami", "-D", self._data)

    def start(self) -> None:
        words = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-D", self._data, "-w", "-o", words, "-l", self._data / "log", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def kill_and_restart(self) -> None:
        """SIGKILL, and back after a while: when the last of its processes has noticed."""
        process = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGKILL)
        time.sleep(DATABASE_AWAY_S)
        for tries_left in reversed(range(20)):
            try:
                self.start()
                return
            except subprocess.CalledProcessError:
                if not tries_left:
                    raise
                time.sleep(0.5)

    def _run(self, program: str, *words: Any) -> None:
        subprocess.run(
            [self._binaries / program, *map(str, words)],
            user=self._user,
            cwd=self._data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


def show(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"{done} of {of} kills", end="\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
