"""`umami_rollup`: builds the summaries that statistics are answered from, checks and explains them."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...conf import umami_settings
from ...models import Website
from ...rollups.build import drop
from ...rollups.upkeep import Progress, build_all, living
from ...services.directory import website_called
from ...stats.checking import compared, explained

BAR = 30
SAMPLES = 20


class Command(BaseCommand):
    help = (
        "Build the summaries that statistics are answered from, as far as hours are over. For cron, where no "
        "umami_worker runs. May be stopped at any moment; the next run goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--website", metavar="WEBSITE", help="only this one: uuid, domain or name")
        parser.add_argument("--rebuild", action="store_true", help="forget what is built, and begin again")
        parser.add_argument(
            "--jobs",
            type=int,
            default=min(4, os.cpu_count() or 1),
            help="how many processes count when there is much to count (default: %(default)s)",
        )
        parser.add_argument(
            "--check",
            nargs="?",
            type=int,
            const=SAMPLES,
            metavar="QUESTIONS",
            help=f"compare this many random questions ({SAMPLES}) with the hits, and say where they differ",
        )
        parser.add_argument(
            "--explain", action="store_true", help="say how each question about the last 30 days is answered"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        using = umami_settings().TRAFFIC_DATABASE
        website_ids = self._websites(options["website"])
        if options["explain"]:
            for website_id in website_ids:
                for line in explained(website_id, timezone.now()):
                    self.stdout.write(line)
            return
        if options["rebuild"]:
            for website_id in website_ids:
                drop(website_id, using)
        self._build(website_ids, using, options)
        if options["check"]:
            self._check(website_ids, options["check"])

    def _build(self, website_ids: list[int], using: str, options: dict[str, Any]) -> None:
        verbosity = options["verbosity"]
        shown = verbosity > 0 and self.stderr.isatty()
        began, last = time.monotonic(), None
        for last in build_all(website_ids, timezone.now(), using, jobs=options["jobs"]):
            if shown:
                self._bar(last, time.monotonic() - began)
        if shown and last is not None:
            self.stderr.write("")
        if verbosity > 0:
            hits = last.hits if last else 0
            seconds = time.monotonic() - began
            self.stdout.write(
                f"{hits:,} pageviews summarised in {seconds:.1f} s ({hits / max(seconds, 0.001):,.0f}/s)."
            )

    def _bar(self, progress: Progress, seconds: float) -> None:
        share = progress.done / max(1, progress.all)
        done = round(BAR * share)
        left = f"{seconds / share * (1 - share):,.0f} s left" if share else ""
        rate = progress.hits / max(seconds, 0.001)
        self.stderr.write(
            f"\r  {'█' * done}{'·' * (BAR - done)}  {progress.hits:,} pageviews, {rate:,.0f}/s, {left}   ",
            ending="",
        )

    def _check(self, website_ids: list[int], questions: int) -> None:
        differences = []
        for website_id in website_ids:
            differences += list(compared(website_id, timezone.now(), questions))
        for difference in differences:
            self.stderr.write(difference)
        if differences:
            raise CommandError(
                f"{len(differences)} answers differ from the hits. Run umami_rollup --rebuild, and report it, please."
            )
        self.stdout.write(
            f"{questions * len(website_ids)} questions compared with the hits: the same answers."
        )

    def _websites(self, named: str | None) -> list[int]:
        if named is None:
            return living()
        website = website_called(named)
        if website is None or not Website.objects.alive().filter(pk=website.id).exists():
            raise CommandError(f"There is no website {named!r}.")
        return [website.id]
