"""Takes what is in the journal to the database, and ends."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...exceptions import StoreUnavailable
from ...writers.journal import directory
from ...writers.load import AlreadyLoading, loading


class Command(BaseCommand):
    help = "Load the journal (UMAMI['COLLECT_WRITER'] = 'journal') into the database, once. For cron."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = options["verbosity"] > 0 and self.stderr.isatty()
        try:
            with loading(directory()) as loader:
                while loader.step():
                    if shown:
                        self.stderr.write(f"\r{loader.state.loaded:,} hits loaded", ending="")
        except AlreadyLoading:
            raise CommandError("Another process loads this journal already.") from None
        except (StoreUnavailable, OSError) as error:
            raise CommandError(f"The journal cannot be read: {error}") from error
        if shown:
            self.stderr.write("")
        if options["verbosity"] > 0:
            self.stdout.write(f"{loader.state.loaded:,} hits loaded.")
