"""What collect feels of the rest: alone, while summaries are built, and while a dashboard is asked twice a second.

    python benchmarks/collect_beside.py
    python benchmarks/collect_beside.py --databases postgres --pageviews 1_000_000 --seconds 20

The load of collect.py, at full speed and at half of it (each connection pauses), against a database with invented
traffic. Summaries are built by `umami_rollup --rebuild`, over and over; a dashboard is eleven questions of v1 over HTTP
about 30 days, to the same server. Load, server, database and builder share the machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py

from benchmarks.collect import django_of, hits, known_visitors, loading, new_data  # noqa: E402
from benchmarks.load import load  # noqa: E402
from benchmarks.site import server as site  # noqa: E402

EVERY_S = 0.5
BUILD = [sys.executable, "-m", "django", "umami_rollup", "-v", "0"]
DAY_MS = 86_400_000
METRICS = ("url", "referrer", "browser", "os", "device", "country", "event")
MAKE_ASKER = """
from django.contrib.auth import get_user_model
from umami_django.models import Website
from umami_django.services.accounts import account_of
account_of(get_user_model()._default_manager.create_superuser("benchmark", password="benchmark"))
print(Website.objects.filter(name__startswith="Fake").order_by("pk")[0].pk)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["postgres", "sqlite"])
    parser.add_argument("--writers", nargs="+", default=["commit", "journal"])
    parser.add_argument("--server", default="granian")
    parser.add_argument("--pageviews", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    print(
        "| database | writer | load | beside it | a second | p50 ms | p99 ms | failed | stored | done beside |"
    )
    print("|---|---|---|---|---:|---:|---:|---:|---:|---|")
    for kind in options.databases:
        with tempfile.TemporaryDirectory() as folder, site.database(kind, Path(folder)) as url:
            fake = [sys.executable, "-m", "django", "umami_fake", "--pageviews", str(options.pageviews)]
            subprocess.run(fake, env=site.environment(url), check=True, stdout=sys.stderr)
            website = int(django_of(url, MAKE_ASKER))
            for writer in options.writers:
                _measure(kind, writer, url, Path(folder), website, options)


def _measure(kind: str, writer: str, url: str, folder: Path, website: int, options: Any) -> None:
    """The three states at both loads."""
    data = new_data(url)
    umami = {"COLLECT_WRITER": writer, "JOURNAL_DIRECTORY": str(folder / "journal")}
    states = {"nothing": _nothing, "dashboard": _dashboard, "summaries": _summaries}
    full = 0.0
    with (
        site.serving(options.server, "collect_first", url, **umami) as port,
        loading(writer, url, umami) as loader,
    ):
        data["visitors"] = known_visitors(data, port)
        load(data, folder, port, "/api/collect", seconds=2, connections=options.connections)
        for words in ("full", "half"):
            # half of the requests: each connection pauses as long as a request takes at full speed, and a little more
            pause = round(1000 * 2 * options.connections / full) if words == "half" else 0
            # what the last state has left half built is built: dashboards read it
            subprocess.run(BUILD, env=site.environment(url), check=True)
            for name, state in states.items():
                loader.drain()
                before = hits(url)
                with state(url, port, website) as done:
                    result = load(
                        data,
                        folder,
                        port,
                        "/api/collect",
                        seconds=options.seconds,
                        connections=options.connections,
                        pause_ms=pause,
                    )
                loader.drain()
                full = full or result.per_second
                print(
                    f"| {kind} | {writer} | {words} | {name} | {result.per_second:,.0f} | {result.p50:.1f} "
                    f"| {result.p99:.1f} | {result.failed} | {hits(url) - before:,} | {done()} |",
                    flush=True,
                )


@contextmanager
def _nothing(url: str, port: int, website: int) -> Iterator[Any]:
    yield lambda: ""


@contextmanager
def _summaries(url: str, port: int, website: int) -> Iterator[Any]:
    """Summaries are built from nothing, again and again."""
    times = 0
    stop = threading.Event()

    def build() -> None:
        nonlocal times
        while not stop.is_set():
            process = subprocess.Popen([*BUILD, "--rebuild"], env=site.environment(url))
            while process.poll() is None and not stop.wait(0.1):
                pass
            if process.poll() is None:
                process.terminate()
            elif process.returncode == 0:
                times += 1
            process.wait(10)

    builder = threading.Thread(target=build)
    builder.start()
    try:
        yield lambda: f"built {times} times to the end"
    finally:
        stop.set()
        builder.join()


@contextmanager
def _dashboard(url: str, port: int, website: int) -> Iterator[Any]:
    """A dashboard is opened twice a second."""
    waits: list[float] = []
    failed = 0
    stop = threading.Event()
    token = _token(port)

    def look() -> None:
        nonlocal failed
        while not stop.is_set():
            began = time.monotonic()
            for path in _questions(website):
                request = urllib.request.Request(
                    f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}
                )
                try:
                    urllib.request.urlopen(request, timeout=60).read()
                except urllib.error.HTTPError:
                    failed += 1
            waits.append(time.monotonic() - began)
            stop.wait(max(0.0, EVERY_S - waits[-1]))

    viewer = threading.Thread(target=look)
    viewer.start()
    try:
        yield lambda: f"{len(waits)} dashboards, median {_median_ms(waits):,.0f} ms, {failed} failed answers"
    finally:
        stop.set()
        viewer.join()


def _median_ms(waits: list[float]) -> float:
    return 1000 * sorted(waits)[len(waits) // 2]


def _token(port: int) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/auth/login",
        json.dumps({"username": "benchmark", "password": "benchmark"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["token"])


def _questions(website: int) -> Iterator[str]:
    end = int(time.time() * 1000)
    period = f"start_at={end - 30 * DAY_MS}&end_at={end}&tz=Europe/Berlin"
    yield f"/api/website/{website}/stats?{period}"
    yield f"/api/website/{website}/pageviews?{period}&unit=day"
    yield f"/api/website/{website}/events?{period}&unit=day"
    for metric in METRICS:
        yield f"/api/website/{website}/metrics?{period}&type={metric}"
    yield f"/api/website/{website}/active"


if __name__ == "__main__":
    os.chdir(ROOT)
    if shutil.which("wrk") is None:
        print("without wrk the load is our own, and smaller", file=sys.stderr)
    main()
