"""Builds, writes late hits or compares, in a process of its own: `python -m tests.rollups.process ROLE SECONDS`.

`compare` asks all the time, both ways in one snapshot of the database, and prints what differs.
"""

import os
import random
import sys
import time
from datetime import timedelta

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings.default"
    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from tests.traffic import hit
    from umami_django.models import Website
    from umami_django.rollups.build import build_step
    from umami_django.writers import store, write

    from .world import NOW, by_hits, by_summaries, differing, month_of_traffic

    role = sys.argv[1]
    if role == "migrate":
        call_command("migrate", verbosity=0)
        Website.objects.create(name="Example", domain="example.com")
        return
    website_id = Website.objects.get().pk
    if role == "fill":
        write(month_of_traffic(website_id))
        return
    end = time.monotonic() + float(sys.argv[2])
    chance = random.Random(os.getpid())
    rounds = answers = 0
    if role == "compare":
        level = "TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        if connection.vendor == "postgresql":
            connection.cursor().execute(f"SET SESSION CHARACTERISTICS AS {level}")
        elif connection.vendor == "mysql":
            connection.cursor().execute(f"SET SESSION {level}")
    while time.monotonic() < end:
        rounds += 1
        if role == "build":
            if build_step(website_id, NOW, "default", most_hits=chance.choice((5, 50, 200_000))) is None:
                time.sleep(0.02)
        elif role == "write":
            at = NOW - timedelta(minutes=chance.randrange(40_000))
            store([hit(website_id, f"v{chance.randrange(30)}", "/late", at=at)])
            time.sleep(0.05)
        else:
            with transaction.atomic():
                told, right = by_summaries(website_id), by_hits(website_id)
            wrong = differing(told, right)
            answers += sum(answer is not None for answer in told)
            if wrong:
                sys.exit("\n".join(f"{told[number]}\nbut\n{right[number]}" for number in wrong))
    print(rounds, answers)


main()
