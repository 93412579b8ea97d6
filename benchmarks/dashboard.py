"""What the server takes for a website's dashboard: the first paint (cards and chart), and everything with its panels.

    python benchmarks/dashboard.py --databases postgres sqlite --pageviews 10_000_000
    python benchmarks/dashboard.py --keep --name umami_statistics --databases postgres

Makes a database of its own, or uses one that `statistics.py --keep` left under this name. Views in process, by Django's
test client, logged in; warm, by median. The panels are asked for one after the other, as the page's script does.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from html import unescape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py

import statistics  # noqa: E402

ASKS = 5
PAGES = {
    "12 months": "range=12mo",
    "30 days": "range=30d",
    "30 days, a browser of half of all visitors": "range=30d&browser=chrome",
    "30 days, a page": "range=30d&path={path}",
    "12 months, a browser of half of all visitors": "range=12mo&browser=chrome",
    "12 months, a page": "range=12mo&path={path}",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["postgres", "sqlite"])
    parser.add_argument("--pageviews", type=int, default=10_000_000)
    parser.add_argument("--name", default="umami_dashboard", help="the beginning of the databases' names")
    parser.add_argument("--keep", action="store_true", help="use and keep databases of this name")
    parser.add_argument("--folder", help="where SQLite files are; to be kept they need one")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.pageviews)))
        return
    from benchmarks.site import server as site

    print("| database | page | first paint, ms | everything, ms | slowest panel, ms |")
    print("|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary)
        for kind in options.databases:
            name = f"{options.name}_{options.pageviews}"
            with site.database(kind, folder, name, keep=options.keep) as url:
                environment = site.environment(url, STATISTICS_TIMEOUT=None)
                command = [sys.executable, __file__, "--inside", "--pageviews", str(options.pageviews)]
                done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
                for page, figures in json.loads(done.stdout.splitlines()[-1]).items():
                    first, everything, slowest = figures
                    print(f"| {kind} | {page} | {first:,.0f} | {everything:,.0f} | {slowest:,.0f} |")


# in the process of the site


def inside(pageviews: int) -> dict[str, tuple[float, float, float]]:
    """Of each page: ms of its first paint, of everything, of the slowest panel."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from umami_django.models import StoredHit, Website

    if not StoredHit.objects.exists():
        call_command("umami_fake", pageviews=pageviews, months=12, stdout=sys.stderr)
        call_command("umami_rollup", stdout=sys.stderr)
    client = Client(headers={"host": "127.0.0.1"})
    boss, _ = get_user_model().objects.get_or_create(
        username="benchmark", defaults={"is_superuser": True, "is_staff": True}
    )
    client.force_login(boss)
    website = Website.objects.order_by("pk")[0]
    address = f"/stats/{website.pk}/"
    path = re.search(r"[?&]path=([^&\"]+)", _got(client, f"{address}panel/pages/"))
    if path is None:
        raise SystemExit("No page is shown.")
    return {
        page: _page(client, f"{address}?{query}".format(path=path.group(1))) for page, query in PAGES.items()
    }


def _page(client: Any, address: str) -> tuple[float, float, float]:
    html = _got(client, address)
    panels = [unescape(href) for href in re.findall(r'data-umami-panel="([^"]+)"', html)]
    if not panels:
        raise SystemExit(f"{address} names no panels.")
    first = _milliseconds(client, address)
    waits = [_milliseconds(client, panel) for panel in panels]
    return first, first + sum(waits), max(waits)


def _milliseconds(client: Any, address: str) -> float:
    waits = []
    _got(client, address)
    for _ in range(ASKS):
        began = time.perf_counter()
        _got(client, address)
        waits.append(1000 * (time.perf_counter() - began))
    return statistics.median(waits)


def _got(client: Any, address: str) -> str:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}.")
    text: str = answer.content.decode()
    return text


if __name__ == "__main__":
    main()
