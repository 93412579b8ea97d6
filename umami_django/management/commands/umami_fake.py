"""`umami_fake`: a database full of invented traffic, to try things out with."""

import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ... import conf
from ...domain.periods import from_micros, to_micros
from ...fake.crowd import months_before
from ...fake.traffic import Filled, fill
from ...models import StoredHit, Website
from ...services.websites import create_website

NAMESPACE = UUID("5c0f8a2e-5d0b-4f5f-9a3e-7f1f6f1d2a11")
"""Of the uuids of invented websites: the same for the same seed."""
BAR = 30


class Command(BaseCommand):
    help = (
        "Fill the database with invented traffic: returning and identified visitors in a daily and weekly rhythm, "
        "visits of several pages, referrers, campaigns, events with data. The same seed: the same traffic."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pageviews", type=int, default=100_000, help="about how many (%(default)s)")
        parser.add_argument("--months", type=int, default=12, help="in how many months (%(default)s)")
        parser.add_argument("--until", metavar="MOMENT", help="where they end, e.g. 2026-01-31T12:00Z (now)")
        parser.add_argument("--seed", type=int, default=1, help="which traffic (%(default)s)")
        parser.add_argument(
            "--shares", default="90,9,1", help="a website for each number, with this share (%(default)s)"
        )
        parser.add_argument(
            "--force", action="store_true", help="also fill a database that holds traffic already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        shares = _shares(options["shares"])
        pageviews, months, seed = options["pageviews"], options["months"], options["seed"]
        if pageviews < 1 or months < 1:
            raise CommandError("--pageviews and --months: at least 1.")
        until = _moment(options["until"])
        self._refuse_real_traffic(options["force"])
        start = from_micros(months_before(to_micros(until), months))
        websites = list(zip(self._websites(seed, len(shares), start), shares, strict=True))
        began = time.monotonic()

        def progress(filled: Filled) -> None:
            self._bar(filled, pageviews, time.monotonic() - began)

        try:
            filled = fill(websites, pageviews=pageviews, start=start, end=until, seed=seed, progress=progress)
        except BaseException:
            Website.objects.filter(pk__in=[website.pk for website, _ in websites]).delete()
            raise
        seconds = time.monotonic() - began
        if self.stderr.isatty():
            self.stderr.write("")
        hits = filled.pageviews + filled.events
        self.stdout.write(
            f"{filled.pageviews:,} pageviews and {filled.events:,} events of {filled.sessions:,} sessions on "
            f"{len(websites)} websites in {seconds:.1f} s, {hits / seconds:,.0f} hits a second"
        )

    def _refuse_real_traffic(self, is_forced: bool) -> None:
        using = conf.umami_settings().TRAFFIC_DATABASE
        if not is_forced and StoredHit.objects.using(using).exists():
            raise CommandError(
                "The database holds traffic already, and nobody could tell the invented from it afterwards. Name "
                "another database, or pass --force: the invented traffic goes to websites of its own."
            )

    def _websites(self, seed: int, count: int, start: datetime) -> list[Website]:
        """New websites as old as their traffic."""
        uuids = [uuid5(NAMESPACE, f"{seed}/{number}") for number in range(count)]
        if Website.objects.filter(uuid__in=uuids).exists():
            raise CommandError(f"--seed: the traffic of {seed} is here already. Choose another seed.")
        websites = []
        for number, uuid in enumerate(uuids, start=1):
            website = create_website(
                owner=None, name=f"Fake {seed}.{number}", domain=f"site-{number}.example"
            )
            website.uuid, website.created_at = uuid, start
            website.save(update_fields=["uuid", "created_at"])
            websites.append(website)
        return websites

    def _bar(self, filled: Filled, pageviews: int, seconds: float) -> None:
        if not self.stderr.isatty():
            return
        done = min(1.0, filled.pageviews / pageviews)
        rate = (filled.pageviews + filled.events) / max(seconds, 0.001)
        left = seconds / done - seconds if done else 0
        bar = "█" * int(BAR * done) + "·" * (BAR - int(BAR * done))
        self.stderr.write(
            f"\r  {bar} {filled.pageviews:>12,} pageviews  {rate:>9,.0f} hits/s  {left:>5.0f} s left",
            ending="",
        )
        sys.stderr.flush()


def _shares(text: str) -> list[float]:
    try:
        shares = [float(share) for share in text.split(",")]
    except ValueError:
        shares = []
    if not shares or not all(0 < share < float("inf") for share in shares):
        raise CommandError(f"--shares: {text!r} is no list of numbers above 0 such as 90,9,1.")
    return shares


def _moment(text: str | None) -> datetime:
    """UTC unless it names its own zone."""
    if text is None:
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"--until: {text!r} is no moment such as 2026-01-31T12:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
