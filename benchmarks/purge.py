"""Deleting a website with millions of hits: how long the reader waits, how much memory the purger takes, and how
long a collect waits meanwhile.

    python benchmarks/purge.py --hits 1000000

Makes a SQLite file in a temporary folder (DATABASE_URL names another database) and removes it afterwards.
"""

import argparse
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
# with DEBUG, Django keeps the text of every statement in memory
os.environ.setdefault("DEBUG", "false")
os.environ.setdefault("SECRET_KEY", "only-for-a-measurement")

MEBIBYTE_KIB = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/purge.sqlite3")
        import django

        django.setup()
        measure(options.hits)


def measure(hits: int) -> None:
    import statistics

    from django.core.management import call_command
    from django.utils import timezone

    from umami_django.models import StoredHit
    from umami_django.services.purge import SETTLES_IN, purge
    from umami_django.services.websites import create_website, delete_website

    call_command("migrate", verbosity=0)
    doomed = create_website(owner=None, name="doomed")
    other = create_website(owner=None, name="other")
    fill(doomed.pk, hits)
    print(f"{StoredHit.objects.count():,} hits stored")

    started = time.perf_counter()
    delete_website(doomed, timezone.now())
    print(f"deleting, as the reader sees it: {1000 * (time.perf_counter() - started):.1f} ms")

    before = peak_mib()
    waits: list[float] = []
    stop = threading.Event()
    collector = threading.Thread(target=collect_meanwhile, args=(other.pk, waits, stop))
    collector.start()
    started = time.perf_counter()
    removed = purge(now=timezone.now() + SETTLES_IN)
    seconds = time.perf_counter() - started
    stop.set()
    collector.join()
    print(f"purging: {removed:,} rows in {seconds:.1f} s, {removed / seconds:,.0f} a second")
    print(f"memory: {before:.0f} MiB before, {peak_mib():.0f} MiB at most")
    waits.sort()
    print(
        f"{len(waits)} hits collected meanwhile: median {1000 * statistics.median(waits):.1f} ms, "
        f"slowest {1000 * waits[-1]:.0f} ms"
    )


def fill(website_id: int, hits: int) -> None:
    """Rows as the writer makes them, ten pageviews a session."""
    from django.db import connection, transaction

    columns = "website_id, session_id, visit_id, created_at, kind, url_id, path_id"
    marks = ", ".join(["%s"] * 7)
    for start in range(0, hits, 50_000):
        rows = [
            (
                website_id,
                number // 10 + 1,
                number // 10 + 1,
                1_700_000_000_000_000 + number * 1_000_000,
                1,
                1,
                1,
            )
            for number in range(start, min(start + 50_000, hits))
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(f"insert into umami_django_storedhit ({columns}) values ({marks})", rows)
            cursor.executemany(
                "insert into umami_django_session (id, uuid, website_id, created_at) values (%s, %s, %s, %s)",
                [
                    (key, UUID(int=key).hex, website_id, 1_700_000_000_000_000)
                    for key in range(start // 10 + 1, min(start + 50_000, hits) // 10 + 1)
                ],
            )


def collect_meanwhile(website_id: int, waits: list[float], stop: threading.Event) -> None:
    """Write a hit every 20 ms and note how long each takes."""
    from django.db import connection
    from django.utils import timezone

    from tests.traffic import hit
    from umami_django.writers import write

    while not stop.is_set():
        started = time.perf_counter()
        write([hit(website_id, "ana", "/", at=timezone.now())])
        waits.append(time.perf_counter() - started)
        time.sleep(0.02)
    connection.close()


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE_KIB


if __name__ == "__main__":
    main()
