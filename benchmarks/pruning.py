"""Pruning a tenth of all hits, then erasing some visitors, while collect goes on: what it feels, and that answers hold.

    python benchmarks/pruning.py
    python benchmarks/pruning.py --databases postgres --pageviews 1_000_000 --seconds 5

Invented traffic of ten months is summarised; then umami_prune and an eraser run, each beside a load of half of what
the server takes. Told: failed collects, p99 alone and beside it, the most memory of the process, and whether answers
are the same afterwards. Load, server, database and pruner share the machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py

from benchmarks.collect import django_of, known_visitors, new_data  # noqa: E402
from benchmarks.load import Result, load  # noqa: E402
from benchmarks.site import server as site  # noqa: E402

MONTHS = 10
ASKED = """
from datetime import UTC, datetime, timedelta
from django.utils import timezone
from umami_django.domain.periods import MICROSECOND, Period
from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Metric, Unit, VisitKey
from umami_django.models import StoredHit, Website
from umami_django.services.retention import cut
from umami_django.stats.checking import compared
from umami_django.stats.exactness import knowing_pruned
from umami_django.stats.overview import summary
from umami_django.stats.rankings import ranking
from umami_django.stats.series import pageview_series
website = Website.objects.get(name__startswith="Fake").pk
now = timezone.now()
hits = StoredHit.objects.filter(website_id=website)
"""
CHOOSE = (
    ASKED
    + """
share = lambda months: hits.filter(created_at__lt=cut(now, months)).count() / hits.count()
print(next(months for months in range(12, 0, -1) if share(months) >= 0.1))
"""
)
ANSWERS = (
    ASKED
    + """
at = cut(now, {months})
first = cut(now, {months} + 1)
for period in (Period(first, at - MICROSECOND), Period(at - timedelta(days=9), at + timedelta(days=40) - MICROSECOND),
               Period(at, at + timedelta(days=60))):
    scope = knowing_pruned(Scope(website, period), now)
    numbers = summary(scope, VisitKey.HOUR)
    print(numbers, pageview_series(scope, Unit.DAY), ranking(scope, Metric.URL), ranking(scope, Metric.BROWSER))
"""
)
COUNT = ASKED + "print(hits.count())"
COMPARE = ASKED + "print(len(list(compared(website, now, 20))))"
ERASE = (
    ASKED
    + """
from umami_django.models import Session
from umami_django.services.erasure import erase
recent = Session.objects.filter(website_id=website, created_at__lt=now - timedelta(days=20)).order_by("-created_at")
print(erase(Website.objects.get(pk=website), dict(recent.values_list("pk", "uuid")[:{visitors}])))
"""
)


@dataclass
class Beside:
    """What collect felt while something went on."""

    seconds: float = 0
    memory_mb: float = 0
    results: list[Result] = field(default_factory=list)

    def __str__(self) -> str:
        p99 = sorted(result.p99 for result in self.results)
        rate = sum(result.per_second for result in self.results) / len(self.results)
        failed = sum(result.failed for result in self.results)
        return f"{rate:,.0f} | {p99[len(p99) // 2]:.1f} | {p99[-1]:.1f} | {failed}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["postgres", "sqlite"])
    parser.add_argument("--name", default="umami_benchmark_pruning", help="of the database")
    parser.add_argument("--server", default="granian")
    parser.add_argument("--pageviews", type=int, default=10_000_000)
    parser.add_argument("--visitors", type=int, default=2_000, help="how many are erased")
    parser.add_argument(
        "--seconds", type=int, default=5, help="of one measurement; beside, one after the other"
    )
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    print(
        "| database | beside it | hits gone | s | MB | collects/s | p99 ms, median | p99 ms, worst | failed | answers |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---|")
    for kind in options.databases:
        with tempfile.TemporaryDirectory() as folder, site.database(kind, Path(folder), options.name) as url:
            _measure(kind, url, Path(folder), options)


def _measure(kind: str, url: str, folder: Path, options: Any) -> None:
    fake = ["umami_fake", "--pageviews", str(options.pageviews), "--months", str(MONTHS), "--shares", "100"]
    for words in (fake, ["umami_rollup", "-v", "0"]):
        subprocess.run(_django(words), env=site.environment(url), check=True, stdout=sys.stderr)
    months = int(django_of(url, CHOOSE))
    umami = {"KEEP_MONTHS": months}
    data = new_data(url)
    with site.serving(options.server, "collect_first", url, **umami) as port:
        data["visitors"] = known_visitors(data, port)
        full = _load(data, folder, port, options, seconds=2)
        pause = round(1000 * 2 * options.connections / full.per_second)
        alone = Beside(results=[_load(data, folder, port, options, pause=pause) for _ in range(2)])
        print(f"| {kind} | nothing | | | | {alone} | |", flush=True)
        works = {
            f"umami_prune, {months} months": (_django(["umami_prune"]), ANSWERS.format(months=months), None),
            f"erasing {options.visitors:,} visitors": (
                _python(ERASE.format(visitors=options.visitors)),
                "",
                COMPARE,
            ),
        }
        for name, (command, asked, compare) in works.items():
            before, hits = django_of(url, asked) if asked else "", int(django_of(url, COUNT))
            beside = _beside(command, url, umami, lambda: _load(data, folder, port, options, pause=pause))
            gone = hits - int(django_of(url, COUNT))
            if compare is None:
                told = "the same" if django_of(url, asked) == before else "DIFFERENT"
            else:
                subprocess.run(_django(["umami_rollup", "-v", "0"]), env=site.environment(url), check=True)
                told = f"{django_of(url, compare)} of 60 differ from the hits"
            print(
                f"| {kind} | {name} | {gone:,} | {beside.seconds:.1f} | {beside.memory_mb:.0f} | {beside} | {told} |",
                flush=True,
            )


def _beside(command: list[str], url: str, umami: dict[str, Any], measure: Any) -> Beside:
    """Load as long as *command* runs; the last stretch may reach over its end."""
    found, began = Beside(), time.monotonic()
    process = subprocess.Popen(command, env=site.environment(url, **umami), stdout=sys.stderr)

    def wait() -> None:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        found.seconds, found.memory_mb = time.monotonic() - began, used.ru_maxrss / 1024

    waiter = threading.Thread(target=wait)
    waiter.start()
    while waiter.is_alive():
        found.results.append(measure())
    if process.returncode:
        raise SystemExit(f"{command} failed.")
    return found


def _load(
    data: dict[str, Any], folder: Path, port: int, options: Any, *, pause: int = 0, seconds: int | None = None
) -> Result:
    return load(
        data,
        folder,
        port,
        "/api/collect",
        seconds=seconds or options.seconds,
        connections=options.connections,
        pause_ms=pause,
    )


def _django(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "django", *words]


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", f"import django; django.setup()\n{code}"]


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
