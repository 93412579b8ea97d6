"""`umami_import_csv`: files of `umami_export` and of Umami's own export as traffic."""

import sys
import time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as DamagedGzip

from django.core.management.base import BaseCommand, CommandError

from ...models import Website
from ...moving.broken import Broken
from ...moving.columns import Table
from ...moving.csv_import import Options, Outcome, import_file
from ...moving.files import Source, sources
from ...moving.origin import website_told_of
from ...moving.spool import Spool
from ...services.purge import purge_website
from ..options import moment_of, website_of


class Command(BaseCommand):
    help = (
        "Import what umami_export or Umami itself exported: JSON lines, website_event.csv with event_data.csv and "
        "session_data.csv, a zip file of these; plain or gzip. The same lines are never counted twice."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
        into = parser.add_mutually_exclusive_group(required=True)
        into.add_argument("--website", metavar="UUID", help="the website to add the traffic to")
        into.add_argument(
            "--create-website",
            action="store_true",
            help="make the website that the JSON lines tell of, with the same uuid, if it is not there",
        )
        parser.add_argument("--since", metavar="DATE", help="first day or moment to import, e.g. 2026-01-31")
        parser.add_argument("--until", metavar="DATE", help="first day or moment not to import any more")
        parser.add_argument("--dry-run", action="store_true", help="read everything, store nothing")
        parser.add_argument(
            "--skip-broken",
            action="store_true",
            help="leave out lines that cannot be read; without it the first one ends the import",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Options(
            since=moment_of(options["since"], "--since"),
            until=moment_of(options["until"], "--until"),
            dry_run=options["dry_run"],
            skip_broken=options["skip_broken"],
        )
        website = website_of(options["website"]) if options["website"] else None
        outcome, started, name = Outcome(), time.monotonic(), ", ".join(options["files"])
        try:
            with sources(options["files"]) as found, Spool() as spool:
                website = website or website_told_of(found, create=not asked.dry_run)
                if website.reset_at is not None and not asked.dry_run:
                    # what a reset hides would hide the imported rows, too
                    purge_website(website)
                for source in found:
                    name = source.name
                    self._import(source, website, asked, spool, outcome)
        except Broken as error:
            self._report(outcome, time.monotonic() - started, asked)
            hint = "" if asked.dry_run else " Everything before it is stored; correct it and run this again."
            raise CommandError(f"{name}: {error.message}.{hint}") from None
        except (OSError, EOFError, BadZipFile, DamagedGzip) as error:
            raise CommandError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
        self._report(outcome, time.monotonic() - started, asked)
        if not outcome.has_end:
            raise CommandError(
                f'{name} has no last line {{"end": …}}: it was cut off. What is there was read.'
            )

    def _import(
        self, source: Source, website: Website, options: Options, spool: Spool, outcome: Outcome
    ) -> None:
        shown = self.stderr.isatty() and source.content is not Table.EVENT_DATA

        def progress(bytes_read: int) -> None:
            if shown:
                self.stderr.write(f"\r  {Path(source.name).name}  {bytes_read / 1e6:,.1f} MB", ending="")
                sys.stderr.flush()

        with source.opened() as file:
            import_file(file, source.content, website, options, spool, outcome, progress)
        if shown:
            self.stderr.write("")

    def _report(self, outcome: Outcome, seconds: float, options: Options) -> None:
        verb = "would be imported" if options.dry_run else "imported"
        rate = f" in {seconds:.1f} s, {outcome.hits / seconds:,.0f} a second" if seconds > 0.05 else ""
        self.stdout.write(f"{outcome.hits:,} hits and {outcome.told:,} properties of visitors {verb}{rate}")
        for reason, count in outcome.skipped.most_common():
            self.stdout.write(f"  skipped {count:,} {reason}")
        for message in outcome.broken:
            self.stdout.write(f"  broken: {message}")
        if outcome.lines_known:
            self.stdout.write("Lines that were imported before were not counted again.")
