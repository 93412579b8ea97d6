"""Writers, an eraser and a sweeper at once, with memories of one second: no hit may refer to a text that is gone.

    DATABASE_URL=postgres://…/scratch python -m benchmarks.unused_terms --seconds 30
    DATABASE_URL=postgres://…/scratch python -m benchmarks.unused_terms --seconds 30 --settles 0

The second line leaves the waiting out, and should find hits that do. Uses a database of its own; PostgreSQL or MariaDB.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from datetime import timedelta
from typing import Any

WEBSITE = 990_001
VISITORS, TEXTS = 4, 30
MEMORY_S = 1.0


def _set_up(settles_s: float) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    django.setup()
    from umami_django.services import erasure, unused_terms
    from umami_django.writers import sessions, terms

    terms.REMEMBERED_S = sessions.REMEMBERED_S = MEMORY_S
    unused_terms.SETTLES_IN = timedelta(seconds=settles_s)
    erasure.SETTLES_IN = timedelta(seconds=2 * MEMORY_S)


def write_hits(settles_s: float, until: float, told: Any) -> None:
    """Texts that are seen rarely: they fall out of use again and again."""
    _set_up(settles_s)
    from django.utils import timezone

    from tests.traffic import hit
    from umami_django.writers import write

    chance, count = random.Random(os.getpid()), 0
    while time.time() < until:
        visitor, text = f"v{chance.randrange(VISITORS)}", f"/{chance.randrange(TEXTS)}"
        write([hit(WEBSITE, visitor, text, at=timezone.now())])
        count += 1
        time.sleep(chance.random() / 100)
    told.put(("hits written", count))


def erase_visitors(settles_s: float, until: float, told: Any) -> None:
    """All of them, then a rest: nothing is put aside while rows are deleted."""
    _set_up(settles_s)
    from tests.traffic import hit
    from umami_django.models import Website
    from umami_django.services.erasure import erase

    count = 0
    while time.time() < until:
        for number in range(VISITORS):
            seen = hit(WEBSITE, f"v{number}", "/")
            count += erase(Website(pk=WEBSITE), {seen.session_id: seen.session_uuid}).hits
        time.sleep(3 * MEMORY_S)
    told.put(("hits erased", count))


def sweep_terms(settles_s: float, until: float, told: Any) -> None:
    """And look for hits without their text."""
    _set_up(settles_s)
    from django.db.models import Exists, OuterRef
    from django.utils import timezone

    from umami_django.models import StoredHit, Term
    from umami_django.services import erasure, unused_terms

    removed = put_back = most = 0
    text = Exists(Term.objects.filter(pk=OuterRef("url_id")))
    while time.time() < until:
        swept = unused_terms.sweep(timezone.now())
        removed, put_back = removed + swept.removed, put_back + swept.put_back
        erasure.settle(timezone.now())
        most = max(most, StoredHit.objects.filter(website_id=WEBSITE).exclude(text).count())
        time.sleep(0.05)
    told.put(("texts removed", removed))
    told.put(("texts put back", put_back))
    told.put(("hits without their text", most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--settles", type=float, default=1.6 * MEMORY_S, help="seconds between the two steps")
    options = parser.parse_args()
    _set_up(options.settles)
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()
    until, told = time.time() + options.seconds, multiprocessing.Queue()
    work = (write_hits, write_hits, erase_visitors, sweep_terms)
    processes = [multiprocessing.Process(target=do, args=(options.settles, until, told)) for do in work]
    for process in processes:
        process.start()
    found = [told.get(timeout=options.seconds + 60) for _ in range(6)]
    for process in processes:
        process.join()
    for name, count in found:
        print(f"{count:>8,} {name}")
    sys.exit(any(count for name, count in found if name == "hits without their text"))


if __name__ == "__main__":
    main()
