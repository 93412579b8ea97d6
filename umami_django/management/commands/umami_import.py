"""`umami_import`: a real Umami moves in."""

import os
import sys
import time
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from ...exceptions import UmamiError
from ...moving.moving_in import Plan, move_in, plan
from ...moving.progress import Progress
from ...moving.report import Line
from ...moving.sources import opened
from ...services.hashers import missing_for_bcrypt, waiting_for_bcrypt
from ..options import moment_of

URL_VARIABLE = "UMAMI_DATABASE_URL"
QUIET_LINE_EVERY_S = 10.0


class Command(BaseCommand):
    help = (
        "Bring accounts, websites and traffic of a real Umami (1, 2 or 3), from its database, which is only read. "
        "May be interrupted and run again: nothing is brought twice."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "database_url",
            nargs="?",
            metavar="DATABASE_URL",
            help=f"Umami's own, postgresql://… or mysql://…; if not given, ${URL_VARIABLE}",
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be brought")
        parser.add_argument(
            "--website",
            action="append",
            default=[],
            metavar="UUID",
            help="bring this website and its owner only; may be repeated",
        )
        parser.add_argument("--since", metavar="DATE", help="first day or moment to bring, e.g. 2026-01-31")
        parser.add_argument(
            "--map-user",
            action="append",
            default=[],
            metavar="OLD=NEW",
            help="the account OLD of Umami is the user NEW here; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["database_url"] or os.environ.get(URL_VARIABLE)
        if not url:
            raise CommandError(f"Say which database: the url as an argument, or in ${URL_VARIABLE}.")
        names = _names(options["map_user"])
        websites = [_uuid(text) for text in options["website"]]
        since = moment_of(options["since"], "--since")
        try:
            with opened(url) as source:
                found = plan(source, websites, since, names)
                self._tell(found, dry_run=options["dry_run"])
                if not options["dry_run"]:
                    self._move(found, shown=options["verbosity"] > 0)
        except UmamiError as error:
            raise CommandError(error.message) from None
        except DatabaseError as error:
            reason = str(error).strip()
            raise CommandError(f"A database failed: {reason} Run the same command again to go on.") from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. Run the same command again to go on.") from None

    def _tell(self, found: Plan, *, dry_run: bool) -> None:
        write = self.stdout.write
        write(f"{found.source.description}: {len(found.people)} accounts, {len(found.sites)} websites.")
        for name in found.newcomers:
            write(f"  account {name}: {'would be made' if dry_run else 'made'}")
        for name in found.acquainted:
            write(f"  account {name}: is here already and keeps its password")
        if dry_run:
            for site, counts in found.counts():
                tables = ", ".join(f"{count:,} {table}" for table, count in counts.items())
                write(f"  {site.name} ({site.uuid}): {tables}")
        for what, count in found.source.left_behind().items():
            write(f"  not brought: {what}: {count:,}")

    def _move(self, found: Plan, *, shown: bool) -> None:
        is_terminal = self.stderr.isatty()
        told_at = time.monotonic()

        def progress(state: Progress) -> None:
            nonlocal told_at
            now = time.monotonic()
            if is_terminal:
                self.stderr.write(f"\r  {state.shown(now)} ", ending="")
                sys.stderr.flush()
            elif shown and now - told_at >= QUIET_LINE_EVERY_S:
                self.stderr.write(f"  {state.shown(now)}")
                told_at = now

        started = time.monotonic()
        moved = move_in(found, progress, time.monotonic)
        seconds = time.monotonic() - started
        if is_terminal:
            self.stderr.write("")
        rate = f", {moved.rows / seconds:,.0f} a second" if moved.rows and seconds > 0.05 else ""
        self.stdout.write(f"{moved.rows:,} rows brought in {seconds:.1f} s{rate}.")
        for note in moved.notes:
            self.stdout.write(f"  {note}")
        if waiting_for_bcrypt() and (hint := missing_for_bcrypt()):
            self.stdout.write(f"  Passwords of Umami do not work yet. {hint}")
        self._report(moved.lines)

    def _report(self, lines: list[Line]) -> None:
        width = max([len(line.website) for line in lines], default=7)
        self.stdout.write(f"{'website':{width}}  {'table':20} {'source':>12} {'here':>12}")
        for line in lines:
            notes = "" if line.agrees else "  differs"
            if line.others:
                notes += f"  (and {line.others:,} that are not of the source)"
            self.stdout.write(
                f"{line.website:{width}}  {line.table:20} {line.source:12,} {line.target:12,}{notes}"
            )
        differing = sum(not line.agrees for line in lines)
        if differing:
            raise CommandError(
                f"{differing} counts differ. If the source was in use, its late rows are missing here: see "
                "“When the counts differ” in docs/how-to/move-from-umami.md."
            )
        self.stdout.write("All counts agree.")


def _names(pairs: list[str]) -> dict[str, str]:
    names = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not (old and equals and new):
            raise CommandError(f"--map-user: {pair!r} is not OLD=NEW.")
        names[old] = new
    return names


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"--website: {text!r} is not a uuid.") from None
