"""Collects in a process of its own, as a server does: `python -m tests.writers.process VISITORS THREADS HITS`.

Each thread stores HITS hits, one at a time, of visitors that all processes share. `migrate` alone makes the tables
and a website, `count` prints how many hits, different urls and sessions there are, `work` loads the journal in
JOURNAL_DIRECTORY until it is told to stop. `look THREADS` looks the website and the salt up in as many threads, and
prints how many connections that took.
"""

import os
import sys
import threading

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings.default"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from umami_django.models import Session, StoredHit, Website

    if sys.argv[1] == "migrate":
        call_command("migrate", verbosity=0)
        Website.objects.create(name="Example", domain="example.com")
        return
    if sys.argv[1] == "work":
        settings.UMAMI |= {"JOURNAL_DIRECTORY": os.environ["JOURNAL_DIRECTORY"]}
        call_command("umami_worker")
        return
    from tests.traffic import hit
    from umami_django.writers import store

    if sys.argv[1] == "count":
        urls = StoredHit.objects.values("url_id").distinct()
        print(StoredHit.objects.count(), urls.count(), Session.objects.count())
        return
    if sys.argv[1] == "look":
        look(int(sys.argv[2]))
        return
    visitors, threads, hits = map(int, sys.argv[1:])
    errors: list[BaseException] = []

    def collect(thread: int) -> None:
        try:
            for number in range(hits):
                url = f"/{os.getpid()}/{thread}/{number}"
                store([hit(1, f"visitor {number % visitors}", url)])
        except BaseException as error:
            errors.append(error)
            raise

    running = [threading.Thread(target=collect, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    sys.exit(1 if errors else 0)


def look(threads: int) -> None:
    from django.db.backends.signals import connection_created
    from django.utils import timezone

    from umami_django.services.directory import website_called
    from umami_django.services.salts import current_salt

    opened: list[object] = []
    connection_created.connect(lambda **told: opened.append(told["connection"]), weak=False)
    found: list[object] = []
    together = threading.Barrier(threads)

    def collect() -> None:
        together.wait()
        found.append((website_called("example.com"), current_salt(timezone.now())))

    running = [threading.Thread(target=collect) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    print(len(found), len(set(found)), len(opened))


main()
