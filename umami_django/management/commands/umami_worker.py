"""Does all background work for as long as it runs: loads the journal, builds summaries, purges."""

import logging
import signal
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from ...conf import JOURNAL, umami_settings
from ...exceptions import StoreUnavailable
from ...mails.sending import FAILURES, due_reports, send_reports
from ...services.base_url import NoBaseUrl
from ...services.upkeep import JOBS, Job, keep_up
from ...writers.journal import directory
from ...writers.load import AlreadyLoading, follow, loading

STAND_BY_S = 1.0
STOPS_WITHIN_S = 8.0
"""Docker kills what has not stopped after ten seconds."""
MAILS_A_TURN = 20
"""A mail server may be slow, and summaries wait in the meantime."""

logger = logging.getLogger("umami_django.worker")


class Command(BaseCommand):
    help = (
        "Do all background work until stopped: build summaries, purge what was deleted, send reports, and load the "
        "journal (UMAMI['COLLECT_WRITER'] = 'journal'; then one worker for each host)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        upkeep = Thread(target=_keep_up, args=[stop], name="umami-upkeep", daemon=True)
        upkeep.start()
        try:
            settings = umami_settings()
            # also what a host has left there that has gone back to the other writer
            if settings.COLLECT_WRITER == JOURNAL or settings.JOURNAL_DIRECTORY:
                self._load(stop, options)
            else:
                self._say("Building summaries and purging.", options)
                stop.wait()
        finally:
            stop.set()
            upkeep.join(STOPS_WITHIN_S)  # what it is still at is rolled back, and done by the next worker

    def _load(self, stop: Event, options: dict[str, Any]) -> None:
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


def _keep_up(stop: Event) -> None:
    try:
        keep_up(stop, (*JOBS, Job("reports", 300, _send_reports)))
    finally:
        connections.close_all()


def _send_reports(_: Event) -> None:
    now = timezone.now()
    try:
        for outcome in send_reports(due_reports(now), now, most=MAILS_A_TURN):
            if outcome.result in FAILURES:
                logger.warning(
                    "Report %s: %s (%s)", outcome.due.subscription.pk, outcome.result, outcome.error
                )
    except NoBaseUrl as error:
        logger.error("Reports could not be sent. %s", error)
