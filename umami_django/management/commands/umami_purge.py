"""Removes the traffic of deleted and reset websites, texts that nothing uses, and the salts of past months."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ...services import erasure, refusals, unused_terms
from ...services.purge import BATCH_ROWS, purge, unsettled
from ...services.salts import rotate_salts
from ...writers import term_budget


class Command(BaseCommand):
    help = (
        "Remove the traffic of deleted and reset websites, texts that nothing uses, and the salts of past months. "
        "For cron."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--batch",
            type=int,
            default=BATCH_ROWS,
            metavar="ROWS",
            help="rows a transaction (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        shown = options["verbosity"] > 0 and self.stderr.isatty()

        def progress(removed: int) -> None:
            if shown:
                self.stderr.write(f"\r{removed:,} rows removed", ending="")

        swept = unused_terms.sweep(
            timezone.now()
        )  # first: it leaves websites alone where rows were just deleted
        late = erasure.settle(timezone.now())
        removed = purge(batch_rows=max(1, options["batch"]), progress=progress)
        if shown and removed:
            self.stderr.write("")
        salts = rotate_salts(timezone.now())
        for room in (refusals, term_budget):
            room.drop_old(timezone.now())
        if options["verbosity"] > 0:
            self.stdout.write(f"{removed:,} rows and {salts} salts removed.")
            if swept.put_aside or swept.removed:
                self.stdout.write(
                    f"Unused texts: {swept.removed:,} removed, {swept.put_aside:,} put aside for the next run."
                )
            if late:
                self.stdout.write(f"{late:,} hits of erased visitors had arrived late, and were erased.")
            if left := unsettled():
                self.stdout.write(f"Left for the next run: {left} deleted or reset within the last minute.")
