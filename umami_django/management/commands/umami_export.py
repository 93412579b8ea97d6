"""`umami_export`: a website's traffic as a file."""

import gzip
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from ...domain.periods import Period
from ...moving.export import Format, exported
from ...moving.stored import ALWAYS
from ..options import moment_of, website_of


class Command(BaseCommand):
    help = (
        "Write a website's traffic as JSON lines (everything, exactly), as CSV with the columns of Umami's own export "
        "(website_event.csv), or as the zip file of Umami's three tables."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--website", required=True, metavar="UUID", help="the website")
        parser.add_argument(
            "--format",
            choices=[form.value for form in Format],
            help="default: by the end of FILE, else jsonl",
        )
        parser.add_argument(
            "--output",
            default="-",
            metavar="FILE",
            help="default: standard output; a name that ends in .gz is packed",
        )
        parser.add_argument("--since", metavar="DATE", help="first day or moment to export, e.g. 2026-01-31")
        parser.add_argument("--until", metavar="DATE", help="first day or moment not to export any more")

    def handle(self, *args: Any, **options: Any) -> None:
        website = website_of(options["website"])
        output = options["output"]
        form = Format(options["format"]) if options["format"] else _by_name(output)
        period = _period(moment_of(options["since"], "--since"), moment_of(options["until"], "--until"))
        try:
            if output == "-":
                _write(exported(website, form, period), sys.stdout.buffer)
                return
            with _opened(output) as file:
                size = _write(exported(website, form, period), file)
        except BrokenPipeError:
            raise CommandError("Whoever was reading has gone.") from None
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror or error}") from None
        if options["verbosity"] > 0:
            self.stderr.write(f"{output}: {size:,} bytes of {form.value}")


def _by_name(output: str) -> Format:
    suffix = Path(output.removesuffix(".gz")).suffix.removeprefix(".")
    return Format(suffix) if suffix in list(Format) else Format.JSON_LINES


def _period(since: datetime | None, until: datetime | None) -> Period:
    return Period(since or ALWAYS.start, until - timedelta(microseconds=1) if until else ALWAYS.end)


def _opened(output: str) -> Any:
    """A new file: one that is there is not overwritten."""
    return gzip.open(output, "xb") if output.endswith(".gz") else Path(output).open("xb")


def _write(pieces: Any, file: IO[bytes]) -> int:
    size = 0
    for piece in pieces:
        file.write(piece)
        size += len(piece)
    file.flush()
    return size
