"""One command from nothing to a running server with a website that has 90 days of traffic."""

import sys
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from umami_django.fake.traffic import Filled, fill
from umami_django.models import StoredHit, Website
from umami_django.services.accounts import account_of
from umami_django.services.websites import create_website

USERNAME, PASSWORD = "admin", "umami"
WEBSITE = "Example"
DAYS, PAGEVIEWS = 90, 45_000
BAR = 40


class Command(BaseCommand):
    help = "Create a demo database with 90 days of traffic and start the server on this machine only."
    requires_migrations_checks = False

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where to listen (default: %(default)s)")
        parser.add_argument("--no-serve", action="store_true", help="only create the database")
        parser.add_argument(
            "--force", action="store_true", help="also use a database that this command did not create"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_new = self._is_empty()
        if not is_new and not self._is_demo() and not options["force"]:
            raise CommandError(
                f"{connection.settings_dict['NAME']} holds tables that this command did not create. "
                "Name another database in DATABASE_URL, or pass --force to add the demo to this one."
            )
        call_command("migrate", verbosity=0, interactive=False)
        website = self._website()
        port = options["port"]
        address = f"http://127.0.0.1:{port}"
        self.stdout.write(
            f"\n  A page with the tracker   {address}/\n"
            f"  Its overview              {address}/admin/umami_django/website/{website.pk}/overview/?range=30d\n"
            f"  The API                   {address}/api/websites\n\n"
            f"  Log in as {USERNAME} with the password {PASSWORD}. Stop with Ctrl-C.\n"
        )
        if not options["no_serve"]:
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)

    def _is_empty(self) -> bool:
        return not connection.introspection.table_names()

    def _is_demo(self) -> bool:
        """Was the database made here? Its first website says so."""
        if Website._meta.db_table not in connection.introspection.table_names():
            return False
        return Website.objects.filter(name=WEBSITE, domain="example.com").exists()

    def _website(self) -> Website:
        users = get_user_model()
        user = users._default_manager.filter(username=USERNAME).first()
        if user is None:
            user = users._default_manager.create_superuser(USERNAME, password=PASSWORD)
        website = Website.objects.alive().filter(name=WEBSITE, domain="example.com").order_by("pk").first()
        if website is None:
            website = create_website(owner=account_of(user), name=WEBSITE, domain="example.com", shared=True)
        if not StoredHit.objects.for_website(website.pk).exists():
            self._fill(website)
        return website

    def _fill(self, website: Website) -> None:
        now = timezone.now()
        first_day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
        fill([(website, 1)], pageviews=PAGEVIEWS, start=first_day, end=now, progress=self._progress)
        if not self.stderr.isatty():
            self.stderr.write(f"  {DAYS} days of traffic written.")

    def _progress(self, filled: Filled) -> None:
        if self.stderr.isatty():
            done = min(BAR, BAR * filled.pageviews // PAGEVIEWS)
            self.stderr.write(f"\r  {DAYS} days of traffic  {'█' * done}{'·' * (BAR - done)}", ending="")
            sys.stderr.flush()
