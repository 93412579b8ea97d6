"""How many collects a second a server takes, as a ratio to an empty view of the same server in the same minute.

    python benchmarks/collect.py
    python benchmarks/collect.py --databases postgres --servers granian --seconds 5

Real HTTP on loopback (wrk where there is one), 500 user agents, 2,000 paths, one of four hits from a visitor never
seen before; load, server and database share the machine. A machine is quicker in one minute than in the next: each
round of collects stands between two of the empty view, and their ratio is what counts (the median, and all of them).
Servers of PostgreSQL and MariaDB: POSTGRES_URL, MARIADB_URL (a database of the benchmark's own is made there and
dropped). Needs granian or gunicorn.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py

import statistics  # noqa: E402

from benchmarks.load import Result, load  # noqa: E402
from benchmarks.site import server as site  # noqa: E402

VISITORS, AGENTS, PATHS = 1_000, 500, 2_000
UMAMI_3_1, UMAMI_1_38 = 162, 128
"""Collects a second of the Node servers on a machine of two cores (design, section 6)."""
EMPTY_S = 2
"""How long a round of the empty view takes."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["postgres", "sqlite", "mariadb"])
    parser.add_argument("--servers", nargs="+", default=["granian", "gunicorn"])
    parser.add_argument("--writers", nargs="+", default=["commit", "journal"])
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--also", nargs="*", default=["drf", "batch"], help="an empty DRF view, batches")
    options = parser.parse_args()
    servers = [name for name in options.servers if shutil.which(name, path=str(Path(sys.executable).parent))]
    print("| server | database | what | a second | of empty | p50 ms | p99 ms | failed | stored | lag s |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.databases:
            with site.database(kind, Path(folder)) as url:
                for name in servers:
                    measure(name, kind, url, Path(folder), options)


@dataclass(frozen=True)
class Line:
    """How a server is started, and how many connections it is asked over."""

    threads: int
    connections: int

    def __str__(self) -> str:
        return f"{site.WORKERS} of {self.threads}"


LINES = {"commit": Line(site.MANY, 96), "journal": Line(site.FEW, 32)}
"""The line that is recommended for each writer; an empty view is measured with each, and the best is what counts."""
BATCHES = Line(4, 8)
Run = Callable[[], Result]


@dataclass(frozen=True)
class Compared:
    """Rounds of something between rounds of an empty view."""

    results: list[Result]
    empties: list[float]
    """Of these a second; one more than results."""

    @property
    def ratios(self) -> list[float]:
        """To the empty view before and after, sorted."""
        around = [statistics.mean(pair) for pair in pairwise(self.empties)]
        return sorted(result.per_second / empty for result, empty in zip(self.results, around, strict=True))


def median_of(results: list[Result]) -> Result:
    """The median round; all that failed."""
    return Result(
        statistics.median(result.per_second for result in results),
        statistics.median(result.p50 for result in results),
        statistics.median(result.p99 for result in results),
        sum(result.failed for result in results),
    )


def compared(what: Run, empty: Run, rounds: int) -> Compared:
    """*what* and *empty* in turn; *empty* begins and ends."""
    results, empties = [], [empty().per_second]
    for _ in range(rounds):
        results.append(what())
        empties.append(empty().per_second)
    return Compared(results, empties)


def measure(server: str, kind: str, url: str, folder: Path, options: argparse.Namespace) -> None:
    """All that one server does on one database."""
    data = new_data(url)

    def row(what: str, line: Line, result: Result, ratio: str, stored: str = "", lag: str = "") -> None:
        print(
            f"| {server} {line} | {kind} | {what} | {result.per_second:,.0f} | {ratio} "
            f"| {result.p50:.1f} | {result.p99:.1f} | {result.failed} | {stored} | {lag} |",
            flush=True,
        )

    def run(path: str, port: int, line: Line, seconds: int = options.seconds, per_request: int = 1) -> Result:
        found = load(
            data,
            folder,
            port,
            path,
            seconds=seconds,
            connections=line.connections,
            per_request=per_request,
        )
        return Result(found.per_second * per_request, found.p50, found.p99, found.failed)

    def row_of(what: str, line: Line, rounds: Compared, stored: str = "", lag: str = "") -> None:
        ratios = rounds.ratios
        told = f"**{statistics.median(ratios):.2f}** ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        row(what, line, median_of(rounds.results), told, stored, lag)

    with ExitStack() as stack:
        ports = {
            line: stack.enter_context(site.serving(server, "application", url, line.threads))
            for line in LINES.values()
        }
        data["visitors"] = known_visitors(data, ports[LINES["commit"]])
        alone: dict[Line, list[Result]] = {line: [] for line in ports}
        for _ in range(options.rounds):
            for line, port in ports.items():
                alone[line].append(run("/empty", port, line, EMPTY_S))
        quickest = {line: median_of(results) for line, results in alone.items()}
    best = max(quickest, key=lambda line: quickest[line].per_second)
    for line, result in quickest.items():
        row("an empty view", line, result, f"{result.per_second / quickest[best].per_second:.2f}")
    with site.serving(server, "application", url, best.threads) as empty_port:
        empty = partial(run, "/empty", empty_port, best, EMPTY_S)
        empty()
        if "drf" in options.also:
            row_of(
                "an empty DRF view",
                best,
                compared(partial(run, "/drf", empty_port, best), empty, options.rounds),
            )
        for writer in options.writers:
            line = LINES[writer]
            for application in ("application", "collect_first"):
                umami = {"COLLECT_WRITER": writer, "JOURNAL_DIRECTORY": str(folder / "journal")}
                with (
                    site.serving(server, application, url, line.threads, **umami) as port,
                    loading(writer, url, umami) as loader,
                ):
                    collect = partial(run, "/api/collect", port, line)
                    collect(EMPTY_S)
                    loader.drain()
                    before = hits(url)
                    rounds = compared(collect, empty, options.rounds)
                    loader.drain()
                    lag = loader.lag()
                first = ", CollectFirst" if application == "collect_first" else ""
                row_of(f"{writer}{first}", line, rounds, f"{hits(url) - before:,}", lag)
                per_second = median_of(rounds.results).per_second
                print(
                    f"    {per_second / UMAMI_3_1:.0f} times Umami 3.1, "
                    f"{per_second / UMAMI_1_38:.0f} times Umami 1.38",
                    file=sys.stderr,
                )
        if "batch" in options.also:
            with site.serving(server, "application", url, BATCHES.threads) as port:
                batches = partial(run, "/api/batch", port, BATCHES, per_request=100)
                row_of("batches of 100 (hits a second)", BATCHES, compared(batches, empty, options.rounds))


class Loader:
    """The process that loads the journal in *directory*; None: there is no journal."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory

    def drain(self) -> None:
        """Wait until nothing waits to be stored."""
        asked_at = time.time()
        while self.directory:
            time.sleep(0.2)
            state = self._state()
            if state.get("seen_at", 0) > asked_at and not state["waiting_bytes"]:
                return

    def lag(self) -> str:
        """The longest time from a hit's answer to its COMMIT, in seconds."""
        return f"{self._state()['longest_lag_s']:.2f}" if self.directory else ""

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads(((self.directory or Path()) / "loader.json").read_text())
        except FileNotFoundError:
            return {}
        return state


@contextmanager
def loading(writer: str, url: str, umami: dict[str, Any]) -> Iterator[Loader]:
    """The loader of *writer* at work, where it needs one."""
    if writer != "journal":
        yield Loader(None)
        return
    command = [sys.executable, "-m", "django", "umami_worker", "-v", "0"]
    worker = subprocess.Popen(command, env=site.environment(url, **umami))
    with suppress(PermissionError):  # the line that is recommended; only root may
        os.setpriority(os.PRIO_PROCESS, worker.pid, -5)
    try:
        loader = Loader(Path(umami["JOURNAL_DIRECTORY"]))
        loader.drain()  # it has started
        yield loader
    finally:
        worker.terminate()
        worker.wait(15)
        shutil.rmtree(umami["JOURNAL_DIRECTORY"])


def django_of(url: str, code: str) -> str:
    """What *code* prints in a process of the site."""
    program = f"import django; django.setup()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], env=site.environment(url), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def hits(url: str) -> int:
    """How many hits are in the database."""
    return int(django_of(url, "from umami_django.models import StoredHit; print(StoredHit.objects.count())"))


def new_data(url: str) -> dict[str, Any]:
    """A website of its own, 2,000 paths, 500 user agents."""
    code = "from umami_django.services.websites import create_website; print(create_website(owner=None, name='b').uuid)"
    return {"website": django_of(url, code), "paths": some_paths(), "agents": some_agents()}


def some_agents() -> list[str]:
    """500 of them."""
    return [
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{100 + number % 50}.0.{number}.0 Safari/537.36"
        for number in range(AGENTS)
    ]


def some_paths() -> list[str]:
    """2,000 of them."""
    chance = random.Random(1)
    return [f"/section-{number % 20}/page-{number}?ref={chance.randrange(5)}" for number in range(PATHS)]


def known_visitors(data: dict[str, Any], port: int) -> list[dict[str, str]]:
    """Visitors who have been here, with the tokens they were answered."""
    chance = random.Random(2)
    visitors = []
    for _ in range(VISITORS):
        address = ".".join(["172", *(str(chance.randrange(1, 255)) for _ in range(3))])
        agent = chance.choice(data["agents"])
        payload = {"website": data["website"], "url": "/", "hostname": "example.com", "screen": "1920x1080"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/collect",
            json.dumps({"type": "pageview", "payload": payload}).encode(),
            {"Content-Type": "application/json", "User-Agent": agent, "X-Forwarded-For": address},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            visitors.append({"address": address, "agent": agent, "token": answer.read().decode()})
    return visitors


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
