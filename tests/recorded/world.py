"""The world that the recorded server was in, rebuilt with our models, and the translation between its ids and ours.

`umami-1.38.jsonl` holds requests to a real Umami 1.38.0 on PostgreSQL and its answers, in order.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from tests.factories import make_account, make_admin
from umami_django.api.authentication import login_token, realtime_token, share_token
from umami_django.domain.hits import Client, Content, Hit
from umami_django.domain.periods import to_micros
from umami_django.domain.vocabulary import HitKind
from umami_django.ingest.identity import session_key, visit_by_hour
from umami_django.ingest.location import location
from umami_django.models import Account, Website
from umami_django.writers import write

RECORDS = [
    json.loads(line) for line in (Path(__file__).parent / "umami-1.38.jsonl").read_text("utf-8").splitlines()
]
STATISTICS = range(136, 223)
"""Numbers of the records that were asked about the rows of `store_traffic`."""

FIRST = datetime(2026, 11, 18, 21, 40, tzinfo=UTC)
FIRST_EVENT = datetime(2026, 11, 18, 22, 50, 0, 123456, tzinfo=UTC)
SESSIONS = {
    1: (
        "da5aafa8-3045-5aa9-bc0e-ac9b40415be5",
        "chrome",
        "Windows 10",
        "desktop",
        "1920x1080",
        "en-US",
        None,
    ),
    2: ("10f334d9-786f-5641-9c2f-51db8347edb4", "firefox", "Linux", "laptop", "1366x768", "de-DE", None),
    3: ("13558ee1-a405-5232-8434-40c30bc7b98f", "ios", "iOS", "mobile", "390x844", "de", "DE"),
}
PAGEVIEWS: list[tuple[int, str, str | None]] = [
    (1, "/", ""),
    (1, "/about", "https://google.com/search?q=x"),
    (1, "/contact?a=1", "https://example.com/about"),
    (1, "/contact?a=2", "/about"),
    (1, "/noref", None),
    (1, "/beacon", ""),
    (1, "/cors", ""),
    (2, "/", "https://t.co/abc"),
    (2, "/pricing", ""),
    (3, "/", "https://www.google.com/"),
    (1, "/" + "u" * 499, ("https://r.com/" + "r" * 600)[:500]),
    (1, "/cached", ""),
    (1, "/cached2", ""),
    (1, "/forged", None),
    (1, "/put", ""),
]
EVENTS = [
    (1, "/", "signup"),
    (1, "/about", "buy"),
    (1, "/about", "buy"),
    (2, "/about", "buy"),
    (1, "/", "n" * 50),
]
WEBSITES = {
    1: ("154facc9-5ca2-4d13-ace5-4794cd576d8d", 1, "Example", "example.com"),
    2: ("973cf412-1b62-49c4-8512-ed60cf74e46e", 2, "Bob site", "bob.org"),
    3: ("8f181e44-63ce-4f04-9c05-bc04c0012261", 1, "A by bob", "x.org"),
    4: ("28d80ead-4f29-4a39-8ea0-a7a2f08df516", 1, "nodomain", None),
}


class World:
    """Accounts and websites with the recorded names; `ours` and `theirs` translate their ids."""

    def __init__(self) -> None:
        self.accounts = {1: make_admin("admin"), 2: make_account("bob"), 3: make_account("dave")}
        for name in ("admin", "bob", "dave"):
            self._set_password(name, "umami")
        self.websites = {
            number: Website.objects.create(
                uuid=UUID(uuid), owner=self.accounts[owner], name=name, domain=domain
            )
            for number, (uuid, owner, name, domain) in WEBSITES.items()
        }
        self.share = self.websites[1].shares.create(slug="23SjpVoe")

    def _set_password(self, name: str, password: str) -> None:
        user = Account.objects.with_username(name).get().user
        user.set_password(password)
        user.save()
        for account in self.accounts.values():
            account.user.refresh_from_db()

    def our_id(self, key: str, number: int) -> int:
        """The id that stands for theirs in a request."""
        if key == "website_id" and number in self.websites:
            return self.websites[number].pk
        if key in ("user_id", "owner") and number in self.accounts:
            return self.accounts[number].pk
        return number + 900_000

    def their_id(self, key: str, number: int | None) -> int | str | None:
        """The id in one of our answers as they would have written it; `new` for a row made just now."""
        rows: dict[int, Any] = self.websites if key in ("website_id", "websiteId") else self.accounts
        if number is None:
            return None
        return next((theirs for theirs, row in rows.items() if row.pk == number), "new")

    def token(self, recorded: str) -> str:
        """A login token for whom the recorded one was: they differ by their last letters."""
        now = timezone.now()
        for ending, number in (("/Pj1mpChO6fIbFHyLvAT81ws", 1), ("zn5Knt+cPRZJujuNYJFXdh8=", 2)):
            if recorded.endswith(ending):
                return login_token(self.accounts[number], now)
        return recorded

    def share_header(self, recorded: str) -> str:
        """A share or realtime token in place of the recorded one; garbage stays garbage."""
        now = timezone.now()
        if recorded.endswith("f17WnzedO2JCx7ATT3Mhv7zM"):
            return share_token(self.share, now)
        if recorded.endswith("3vsv8b4crJ3vXxVRAjeVeIGk"):
            return realtime_token([self.websites[number] for number in (3, 1, 4)], now)
        return recorded


def pageview_at(position: int) -> datetime:
    """When the pageview at this place of the list was seen."""
    return FIRST + timedelta(minutes=37 * position)


def event_at(position: int) -> datetime:
    """When the event at this place of the list happened."""
    return FIRST_EVENT + timedelta(hours=11 * position)


def store_traffic(website: Website) -> None:
    """The rows behind the recorded statistics."""
    hits = []
    for position, (session, url, referrer) in enumerate(PAGEVIEWS, start=1):
        hits.append(_hit(website, session, pageview_at(position), url, referrer, None))
    for position, (session, url, name) in enumerate(EVENTS, start=1):
        hits.append(_hit(website, session, event_at(position), url, None, name))
    write(hits)


def _hit(
    website: Website, session: int, at: datetime, url: str, referrer: str | None, event: str | None
) -> Hit:
    text, browser, os, device, screen, language, country = SESSIONS[session]
    uuid = UUID(text)
    return Hit(
        website_id=website.pk,
        session_id=session_key(uuid),
        session=uuid.hex,
        visit_id=visit_by_hour(session_key(uuid), at),
        at=to_micros(at),
        content=Content(
            kind=HitKind.PAGEVIEW if event is None else HitKind.EVENT,
            location=location(url, referrer, "example.com"),
            hostname="example.com",
            event_name=event,
        ),
        client=Client(browser, os, device, screen, language, country),
    )
