"""`umami_doctor`: how the installation is, for people and for monitoring."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ...services.doctor.examination import examine, worst
from ...services.doctor.finding import Finding, Level


class Command(BaseCommand):
    help = (
        "Look at database, clock, journal, hits, proxies, geo database, salts, purges, summaries and sizes. Ends with "
        "0 when all is well, 1 with a warning, 2 with an error."
    )
    requires_system_checks: list[str] = []
    """It has to say what is wrong where the checks would only refuse to begin."""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="the findings with their figures, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        findings = examine(now)
        level = worst(findings)
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "level": level.name.lower(),
                        "at": now.isoformat(timespec="seconds"),
                        "findings": [_as_json(finding) for finding in findings],
                    },
                    indent=2,
                    ensure_ascii=False,
                    default=str,
                )
            )
        else:
            for finding in findings:
                self.stdout.write(self._line(finding))
        if level:
            sys.exit(int(level))

    def _line(self, finding: Finding) -> str:
        styles = {Level.OK: self.style.SUCCESS, Level.WARN: self.style.WARNING, Level.ERROR: self.style.ERROR}
        return f"{styles[finding.level](f'{finding.level.name.lower():<5}')} {finding.concern:<9} {finding.message}"


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "concern": finding.concern,
        "level": finding.level.name.lower(),
        "message": finding.message,
        "figures": dict(finding.figures),
    }
