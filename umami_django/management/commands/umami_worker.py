"""Takes the journal to the database for as long as it runs."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...exceptions import StoreUnavailable
from ...writers.journal import directory
from ...writers.load import AlreadyLoading, follow, loading

STAND_BY_S = 1.0


class Command(BaseCommand):
    help = "Load the journal into the database until stopped (UMAMI['COLLECT_WRITER'] = 'journal'). One for each host."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        is_waiting = False
        while not stop.is_set():
            try:
                with loading(directory()) as loader:
                    self._say(f"Loading the journal in {directory()}.", options)
                    follow(loader, stop)
                    told = loader.state
                    self._say(
                        f"{told.loaded:,} hits loaded, each within {told.longest_lag_s:.2f} s.", options
                    )
            except AlreadyLoading:
                if not is_waiting:
                    self._say("Another process loads this journal; waiting for it to end.", options)
                is_waiting = True
                stop.wait(STAND_BY_S)
            except (StoreUnavailable, OSError) as error:
                raise CommandError(f"The journal cannot be read: {error}") from error

    def _say(self, text: str, options: dict[str, Any]) -> None:
        if options["verbosity"] > 0:
            self.stdout.write(text)
            self.stdout.flush()
