"""Puts a new geo database in place."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...conf import umami_settings
from ...services.geo_update import BadDatabase, install


class Command(BaseCommand):
    help = "Check a geo database (MaxMind format) and put it in the place of UMAMI['GEOIP_DATABASE']."

    def add_arguments(self, parser: Any) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--file", metavar="PATH", help="a .mmdb, .mmdb.gz or .tar.gz file")
        source.add_argument("--url", metavar="URL", help="the same, to be fetched")
        parser.add_argument("--to", metavar="PATH", help="where it goes (default: UMAMI['GEOIP_DATABASE'])")

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["to"] or umami_settings().GEOIP_DATABASE
        if not target:
            raise CommandError("Where to? Set UMAMI['GEOIP_DATABASE'] to a path, or give --to PATH.")
        source = options["url"] or Path(options["file"])
        shown = options["verbosity"] > 0 and self.stderr.isatty()

        def progress(done: int, size: int | None) -> None:
            if shown:
                share = f" ({100 * done // size} %)" if size else ""
                self.stderr.write(f"\r{done / 1e6:,.1f} MB{share}", ending="")

        try:
            installed = install(source, Path(target), progress)
        except BadDatabase as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        if shown:
            self.stderr.write("")
        if options["verbosity"] > 0:
            size = f"{installed.size / 1e6:,.1f} MB"
            self.stdout.write(
                f"{installed.path}: {installed.kind}, {size}, built {installed.built:%Y-%m-%d}."
            )
            self.stdout.write(installed.licence)
