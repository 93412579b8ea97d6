"""How long statistics take: v1's questions and those of the dashboards, as functions and over HTTP, beside Umami's way.

    python benchmarks/statistics.py --databases postgres sqlite --pageviews 10_000_000
    python benchmarks/statistics.py --databases mariadb --pageviews 3_000_000
    python benchmarks/statistics.py --growth --databases postgres
    python benchmarks/statistics.py --keep --name year --databases sqlite --folder /var/tmp

Makes a database of its own, fills it by `umami_fake`, builds the summaries by `umami_rollup`, and drops it afterwards
unless told to --keep it; a kept one is used again under its --name.
Warm: each question is asked once before it is timed; the median counts. HTTP is Django's test client in process, with a
login token. Prints Markdown; --picture draws the same.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: this file is called like a module of the standard library

import statistics  # noqa: E402

MOST_ASKS, FEWEST_ASKS, SECONDS_A_QUESTION = 11, 3, 0.3
PATIENCE_S = 600
UMAMIS_RANGES = {"30 d": "day", "12 m": "month"}
GROWTH = (100_000, 1_000_000, 10_000_000)
HITS_OF_AN_HOUR = 1_000


def main() -> None:
    options = _options()
    if options.inside:
        print(json.dumps(inside(options)))
        return
    from benchmarks.site import server as site

    if options.from_json:
        _report([], options)
        return
    sizes = GROWTH if options.growth else (options.pageviews,)
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary)
        for kind in options.databases:
            for size in sizes:
                name = f"{options.name}_{size}"
                with site.database(kind, folder, name, keep=options.keep) as url:
                    print(f"{kind}, {size:,} pageviews …", file=sys.stderr, flush=True)
                    results.append({"database": kind, **_measured(url, size, options)})
                if options.json:
                    Path(options.json).write_text(json.dumps(results, indent=1))
    _report(results, options)


def _options() -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["postgres", "sqlite"])
    parser.add_argument("--pageviews", type=int, default=10_000_000)
    parser.add_argument("--growth", action="store_true", help="100 k, 1 M and 10 M instead of --pageviews")
    parser.add_argument("--name", default="umami_statistics", help="the beginning of the databases' names")
    parser.add_argument("--keep", action="store_true", help="use and keep databases of this name")
    parser.add_argument("--folder", help="where SQLite files are; to be kept they need one")
    parser.add_argument("--built", action="store_true", help="use the summaries that a kept database has")
    parser.add_argument("--no-umami", action="store_true", help="without Umami's way")
    parser.add_argument("--quick", action="store_true", help="v1's questions in Berlin only")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument(
        "--from-json", nargs="+", help="report the figures in these files, and measure nothing"
    )
    parser.add_argument("--picture", help="draw the report to this SVG file")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(url: str, size: int, options: Any) -> dict[str, Any]:
    """The figures of one database, from a process of the site."""
    from benchmarks.site import server as site

    words = ["--inside", "--pageviews", str(size)]
    words += [
        word for word in ("--no-umami", "--quick", "--built") if getattr(options, word[2:].replace("-", "_"))
    ]
    command = [sys.executable, str(Path(__file__).resolve()), *words]
    # a measurement may take longer than an answer may
    environment = site.environment(url, STATISTICS_TIMEOUT=PATIENCE_S)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


# in the process of the site


def inside(options: Any) -> dict[str, Any]:
    """Fill, build, ask."""
    import django

    django.setup()
    from django.db import connection

    from umami_django.domain.periods import from_micros, to_micros
    from umami_django.models import StoredHit, Website

    figures: dict[str, Any] = {"pageviews": options.pageviews}
    if not StoredHit.objects.exists():
        figures["hits_a_second"] = _filled(options.pageviews)
    last = StoredHit.objects.order_by("-created_at").values_list("created_at", flat=True)[0]
    now = from_micros(to_micros(last) + 1)
    hits = StoredHit.objects.count()
    figures |= {"hits": hits, "bytes_before": _bytes() / hits}
    if not options.built:
        seconds = _built()
        figures |= {"build_s": seconds, "built_a_second": hits / seconds}
    figures["bytes_a_hit"] = _bytes() / hits
    website = Website.objects.order_by("pk")[0]
    figures["questions"] = _asked(website, now, options.quick)
    if not options.no_umami and connection.vendor in ("postgresql", "mysql"):
        figures |= _umamis_way(website, now)
    return figures | {"refresh_ms": _refreshed(website, now)}


def _filled(pageviews: int) -> float:
    """Hits a second of the generator, indexes and COMMIT included."""
    from django.core.management import call_command
    from django.db import connection

    from umami_django.models import StoredHit

    began = time.perf_counter()
    call_command("umami_fake", pageviews=pageviews, months=12, stdout=sys.stderr)
    seconds = time.perf_counter() - began
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # autovacuum would, within minutes
    return StoredHit.objects.count() / seconds


def _built() -> float:
    """Seconds in which the summaries of all websites are built from nothing."""
    from django.core.management import call_command

    began = time.perf_counter()
    call_command("umami_rollup", rebuild=True, stdout=sys.stderr)
    return time.perf_counter() - began


def _refreshed(website: Any, now: Any) -> float:
    """Milliseconds in which an hour with 1,000 more hits is built."""
    from datetime import timedelta

    from umami_django.conf import umami_settings
    from umami_django.fake.traffic import fill
    from umami_django.models import EventData, EventDocument, StoredHit
    from umami_django.rollups.build import build_step

    using = umami_settings().TRAFFIC_DATABASE
    newest = StoredHit.objects.order_by("-pk").values_list("pk", flat=True)[0]
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    waits = []
    for number in range(5):
        start = hour + timedelta(hours=number)
        end = start + timedelta(hours=1)
        while build_step(website.pk, start + timedelta(minutes=10), using) is not None:
            pass
        fill([(website, 1)], pageviews=HITS_OF_AN_HOUR, start=start, end=end, seed=time.time_ns())
        began = time.perf_counter()
        while build_step(website.pk, end + timedelta(minutes=10), using) is not None:
            pass
        waits.append(1000 * (time.perf_counter() - began))
    # else a kept database would end in the future, in hours that cannot be built yet
    for model in (EventData, EventDocument):
        model.objects.filter(hit_id__gt=newest)._raw_delete(using)
    StoredHit.objects.filter(pk__gt=newest)._raw_delete(using)
    return statistics.median(waits)


def _bytes() -> float:
    """All traffic tables with their indexes."""
    from django.apps import apps
    from django.db import connection

    # a set: proxies share a table
    tables = sorted(
        {model._meta.db_table for model in apps.get_models() if getattr(model, "is_traffic", False)}
    )
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        elif connection.vendor == "postgresql":
            cursor.execute(
                "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [tables]
            )
        else:
            for table in tables:
                cursor.execute(f"ANALYZE TABLE {table}")
                cursor.fetchall()
            cursor.execute(
                "SELECT sum(data_length + index_length) FROM information_schema.tables "
                "WHERE table_schema = database() AND table_name IN %s",
                [tuple(tables)],
            )
        return float(cursor.fetchone()[0])


def _asked(website: Any, now: Any, quick: bool) -> list[dict[str, Any]]:
    from benchmarks.questions import ZONES, questions
    from umami_django.databases.patience import bounded

    client, headers = _logged_in()
    rows = []
    for question in questions(website, now):
        if quick and (question.door != "v1" or question.zone not in ("", ZONES[0])):
            continue
        row = {key: value for key, value in asdict(question).items() if key not in ("ask", "path")}

        def ask(ask: Callable[[], Any] = question.ask) -> None:
            with bounded():  # as every door does
                ask()

        row["ms"] = _median_ms(ask)
        if question.path is not None:
            path = question.path

            def fetch(path: str = path) -> None:
                answer = client.get(path, headers=headers, SERVER_NAME="127.0.0.1")
                assert answer.status_code == 200, (path, answer.status_code, answer.content[:200])

            row["http_ms"] = _median_ms(fetch)
        rows.append(row)
    return rows


def _logged_in() -> tuple[Any, dict[str, str]]:
    """A client, and the header that makes it an administrator."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from umami_django.services.accounts import account_of

    users = get_user_model()._default_manager
    user = users.filter(username="benchmark").first() or users.create_superuser(
        "benchmark", password="benchmark"
    )
    account_of(user)
    client = Client()
    answer = client.post(
        "/api/auth/login",
        json.dumps({"username": "benchmark", "password": "benchmark"}),
        content_type="application/json",
        SERVER_NAME="127.0.0.1",
    )
    return client, {"Authorization": f"Bearer {answer.json()['token']}"}


def _median_ms(ask: Callable[[], Any], most: int = MOST_ASKS) -> float:
    """Warm: asked once before it is timed."""
    ask()
    waits: list[float] = []
    while len(waits) < FEWEST_ASKS or (len(waits) < most and sum(waits) < SECONDS_A_QUESTION):
        began = time.perf_counter()
        ask()
        waits.append(time.perf_counter() - began)
    return 1000 * statistics.median(waits)


def _umamis_way(website: Any, now: Any) -> dict[str, Any]:
    from django.db import connection

    from benchmarks import umamis_way
    from benchmarks.questions import RANGES, ZONES

    vendor, rows = connection.vendor, []
    with connection.cursor() as cursor:
        if not umamis_way.exists(cursor, connection.introspection.table_names()):
            umamis_way.build(cursor, vendor)
            if vendor == "postgresql":
                cursor.execute("VACUUM ANALYZE um_pageview")
        for name, unit in UMAMIS_RANGES.items():
            start = now - RANGES[name][0]
            for question, ask in umamis_way.questions(
                vendor, website.pk, website.domain, start, now, unit, ZONES[0]
            ):
                milliseconds = _median_ms(lambda ask=ask: ask(cursor))
                rows.append({"name": question, "range": name, "ms": milliseconds})
        return {"umami": rows, "umami_bytes": umamis_way.bytes_a_pageview(cursor, vendor)}


# the report


def _report(results: list[dict[str, Any]], options: Any) -> None:
    from benchmarks import picture, tables

    for name in options.from_json or []:
        results += json.loads(Path(name).read_text())
    print(tables.markdown(results))
    if options.picture:
        Path(options.picture).write_text(picture.svg(results))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
