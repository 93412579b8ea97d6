"""`umami_import_log`: web server access logs as traffic."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...logs.formats import FORMATS, detected
from ...logs.importing import Outcome, import_log
from ...logs.reader import opened, sample
from ...logs.selection import Selection
from ...models import Website
from ...services.policy import policy
from ...services.purge import purge_website
from ..options import moment_of, website_of

BAR = 30


class Command(BaseCommand):
    help = (
        "Import access logs (common, combined, vhost-combined, nginx JSON, Caddy JSON; plain or gzip) as pageviews "
        "of a website. The same lines are never counted twice."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a log, or - for standard input")
        parser.add_argument("--website", required=True, metavar="UUID", help="the website the log is of")
        parser.add_argument(
            "--format", choices=sorted(FORMATS), help="what the log is written in; else detected"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be imported")
        parser.add_argument("--include-bots", action="store_true", help="count programs, too")
        parser.add_argument(
            "--include-static", action="store_true", help="count images, scripts, downloads …, too"
        )
        parser.add_argument(
            "--include-errors", action="store_true", help="count answers of 400 and above, too"
        )
        parser.add_argument("--include-redirects", action="store_true", help="count redirects, too")
        parser.add_argument(
            "--exclude-path",
            action="append",
            default=[],
            metavar="GLOB",
            help="leave out paths like this one, e.g. '/admin/*'; may be repeated",
        )
        parser.add_argument("--since", metavar="DATE", help="first day or moment to import, e.g. 2026-01-31")
        parser.add_argument("--until", metavar="DATE", help="first day or moment not to import any more")

    def handle(self, *args: Any, **options: Any) -> None:
        website = website_of(options["website"])
        selection = Selection(
            include_bots=options["include_bots"],
            include_static=options["include_static"],
            include_errors=options["include_errors"],
            include_redirects=options["include_redirects"],
            exclude_paths=tuple(options["exclude_path"]),
            since=moment_of(options["since"], "--since"),
            until=moment_of(options["until"], "--until"),
        )
        dry_run = options["dry_run"]
        if website.reset_at is not None and not dry_run:
            # what a reset hides would hide the imported rows, too
            purge_website(website)
        outcome, started = Outcome(), time.monotonic()
        for name in options["files"]:
            self._import(name, website, selection, options["format"], dry_run, outcome)
        self._report(outcome, time.monotonic() - started, dry_run)

    def _import(
        self,
        name: str,
        website: Website,
        selection: Selection,
        log_format: str | None,
        dry_run: bool,
        outcome: Outcome,
    ) -> None:
        try:
            with opened(name) as file:
                found = log_format or detected(sample(file))
                if found is None:
                    raise CommandError(
                        f"{name}: no line of it is in a known format ({', '.join(sorted(FORMATS))})."
                    )
                size = os.path.getsize(name) if name != "-" else 0  # noqa: PTH202  a plain name will do
                import_log(
                    file,
                    website,
                    found,
                    selection,
                    policy().rules,
                    timezone.now(),
                    dry_run=dry_run,
                    outcome=outcome,
                    progress=lambda done: self._progress(name, done, size),
                )
                if self.stderr.isatty():
                    self.stderr.write("")
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror or error}") from None

    def _progress(self, name: str, done: int, size: int) -> None:
        if not self.stderr.isatty():
            return
        filled = BAR * min(done, size) // size if size else 0
        bar = f"{'█' * filled}{'·' * (BAR - filled)} " if size else ""
        self.stderr.write(f"\r  {Path(name).name}  {bar}{done / 1e6:,.1f} MB", ending="")
        sys.stderr.flush()

    def _report(self, outcome: Outcome, seconds: float, dry_run: bool) -> None:
        verb = "would be imported" if dry_run else "imported"
        rate = f", {outcome.lines / seconds:,.0f} a second" if seconds > 0.05 else ""
        self.stdout.write(f"{outcome.lines:,} new lines read in {seconds:.1f} s{rate}")
        self.stdout.write(f"{outcome.pageviews:,} pageviews of {len(outcome.sessions):,} sessions {verb}")
        for reason, count in outcome.skipped.most_common():
            self.stdout.write(f"  skipped {count:,} {reason.value}")
        for line in outcome.broken:
            self.stdout.write(f"  broken: {line}")
        if outcome.lines_known:
            self.stdout.write("Lines that were imported before were not counted again.")
