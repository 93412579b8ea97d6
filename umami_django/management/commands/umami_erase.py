"""`umami_erase`: forgets visitors, or all traffic of a website."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...models import Website
from ...services.erasure import Erased, counted, erase, visitors
from ...services.websites import reset_website
from ..options import website_of


class Command(BaseCommand):
    help = (
        "Erase a visitor of a website: their session, hits, event data and session data. Or all traffic of a website "
        "(--all). Asks before it does."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--website", required=True, metavar="UUID", help="the website")
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--session", metavar="UUID", help="the visitor of this session")
        whom.add_argument("--distinct-id", metavar="ID", help="the visitor whom the website calls so")
        whom.add_argument(
            "--all", action="store_true", help="all traffic up to now; the website itself stays"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be erased")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        website = website_of(options["website"])
        if options["all"]:
            self._erase_all(website, options)
            return
        found = visitors(website, session=_session(options["session"]), distinct_id=options["distinct_id"])
        if not found:
            raise CommandError("There is no such visitor on this website. Nothing was erased.")
        self.stdout.write(f"On {website.name}: {_in_words(counted(website, found))}.")
        if options["dry_run"]:
            self.stdout.write("Nothing was erased.")
            return
        self._confirm(options)
        shown = options["verbosity"] > 0 and self.stderr.isatty()

        def progress(hits: int) -> None:
            if shown:
                self.stderr.write(f"\r{hits:,} hits erased", ending="")

        erased = erase(website, found, progress=progress)
        if shown:
            self.stderr.write("")
        self.stdout.write(
            f"Erased: {_in_words(erased)}. Texts that nobody uses any more go with umami_purge."
        )
        if erased.in_totals:
            self.stdout.write(
                f"Of {erased.in_totals:,} of these sessions older hits were pruned before: the totals of that time "
                "still count them, and tell nothing else of them."
            )

    def _erase_all(self, website: Website, options: dict[str, Any]) -> None:
        self.stdout.write(f"All traffic of {website.name} up to now.")
        if options["dry_run"]:
            self.stdout.write("Nothing was erased.")
            return
        self._confirm(options)
        reset_website(website, timezone.now())
        self.stdout.write(
            "Nobody sees it any more; the next umami_purge removes the rows, a minute from now at the earliest."
        )

    def _confirm(self, options: dict[str, Any]) -> None:
        """Raises CommandError unless somebody says yes."""
        if options["yes"]:
            return
        try:
            answer = input("It cannot be brought back. Erase it? [yes/no] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was erased. (Without a terminal, say --yes.)")


def _session(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text is not None else None
    except ValueError:
        raise CommandError(f"--session: {text!r} is not a uuid.") from None


def _in_words(erased: Erased) -> str:
    return (
        f"{erased.sessions:,} sessions, {erased.hits:,} hits, {erased.event_properties:,} properties of events, "
        f"{erased.session_properties:,} of visitors"
    )
