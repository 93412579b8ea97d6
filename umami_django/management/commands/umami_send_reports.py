"""`umami_send_reports`: the reports by e-mail that are due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...domain.reports import ReportPeriod
from ...mails.content import one_line
from ...mails.sending import FAILURES, Outcome, Result, due_reports, send_reports
from ...services.base_url import NoBaseUrl
from ..options import website_of


class Command(BaseCommand):
    help = (
        "Send the weekly and monthly reports that are due, each once. For cron, where no umami_worker runs; may be "
        "stopped and run again, also by several processes at once. Exit code 1 when one could not be sent."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--website", metavar="UUID", help="only reports on this one")
        parser.add_argument(
            "--period", choices=[period.value for period in ReportPeriod], help="only these reports"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be sent")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        website = website_of(options["website"]) if options["website"] else None
        period = ReportPeriod(options["period"]) if options["period"] else None
        due = due_reports(now, website, period)
        outcomes: list[Outcome] = []
        try:
            for outcome in send_reports(due, now, dry_run=options["dry_run"]):
                outcomes.append(outcome)
                if options["verbosity"] > 0:
                    self._tell(outcome, f"{len(outcomes)}/{len(due)}")
        except NoBaseUrl as error:
            raise CommandError(error.message) from error
        failed = sum(outcome.result in FAILURES for outcome in outcomes)
        sent = sum(outcome.result is Result.SENT for outcome in outcomes)
        if options["verbosity"] > 0:
            self.stdout.write("Nothing was sent." if not sent else f"{sent} reports sent.")
        if failed:
            raise CommandError(f"{failed} reports could not be sent.")

    def _tell(self, outcome: Outcome, progress: str) -> None:
        due, error = outcome.due, f" ({outcome.error})" if outcome.error else ""
        website = one_line(due.subscription.website.name)
        self.stdout.write(
            f"{progress} {website}, {due.period} of {due.days[0]}, {due.subscription.recipient}: "
            f"{outcome.result}{error}"
        )
