"""`umami_prune`: lets hits go that are older than their website keeps them."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ...models import Website
from ...services.pruning import BATCH_HITS, Pruned, counted, prune, wanted
from ..options import website_of


class Command(BaseCommand):
    help = (
        "Delete the hits that are older than their website keeps them (UMAMI['KEEP_MONTHS'], or what the website "
        "says), once they are summarised. Totals stay. For cron, where no umami_worker runs. May be stopped at any "
        "moment; the next run goes on."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--website", metavar="UUID", help="only this one")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be deleted")
        parser.add_argument(
            "--batch",
            type=int,
            default=BATCH_HITS,
            metavar="HITS",
            help="hits a transaction (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        only = {website_of(options["website"]).pk} if options["website"] else None
        names = dict(Website.objects.alive().values_list("pk", "name"))
        due = wanted(now, only)
        if not due:
            self.stdout.write(
                "Every website keeps its hits for ever: neither it nor UMAMI['KEEP_MONTHS'] says else."
            )
            return
        shown = options["verbosity"] > 0 and self.stderr.isatty()
        if options["dry_run"]:
            for website_id, raw_from in due:
                self._tell(names[website_id], counted(website_id, raw_from), "would go")
            self.stdout.write("Nothing was deleted.")
            return
        total = sum(counted(*one).hits for one in due) if shown else 0
        began = time.monotonic()

        def progress(hits: int) -> None:
            if shown:
                seconds = time.monotonic() - began
                left = seconds / hits * max(0, total - hits)
                self.stderr.write(
                    f"\r{hits:,} of {total:,} hits pruned, {hits / seconds:,.0f}/s, {left:,.0f} s left   ",
                    ending="",
                )

        found = prune(now, website_ids=only, batch_hits=max(1, options["batch"]), progress=progress)
        if shown:
            self.stderr.write("")
        if options["verbosity"] > 0:
            for pruned in found:
                self._tell(names[pruned.website_id], pruned, "went")
            if not found:
                self.stdout.write("Nothing is older than it may be.")

    def _tell(self, name: str, pruned: Pruned, verb: str) -> None:
        if pruned.is_waiting:
            self.stdout.write(
                f"{name}: left for the next run. Its summaries are not built that far, or a reset is not purged yet."
            )
            return
        self.stdout.write(
            f"{name}: of before {pruned.raw_from:%Y-%m-%d}, {pruned.hits:,} hits, {pruned.event_properties:,} "
            f"properties of events and {pruned.sessions:,} sessions {verb}."
        )
