"""A host may be upgraded while a journal waits to be loaded: files of earlier formats are read."""

from json import dumps
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import pytest

from umami_django.models import Session, StoredHit, Website
from umami_django.writers import journal
from umami_django.writers.load import Loader

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_journal_of_the_first_format_is_loaded(directory: Path, loader: Loader, website: Website) -> None:
    def old(url: str, *channel: str) -> bytes:
        place = [url, url, None, "", None, {"utm_source": "mail"}, "gclid", *channel]
        client = ["firefox", "Linux", "desktop", "1920x1080", "de", "PT", None, None]
        of_hit = [website.pk, 5, "0" * 32, 9, 1_764_000_000_000_000, 1, place, client]
        body = dumps(
            [1_764_000_000_000, [[*of_hit, "example.com", "A", None, None, [], "t", "ana"]], []]
        ).encode()
        return b"\n%08x %s\n" % (crc32(body), body)

    directory.mkdir(exist_ok=True)
    path = directory / f"00000000000000000001-x{journal.SUFFIX}"
    path.write_bytes(b"umami-journal 1 %s\n" % uuid4().hex.encode() + old("/a") + old("/b", "email"))
    assert loader.load_all() == 2
    rows = StoredHit.objects.order_by("pk").values_list(
        "url__text", "utm_source__text", "click_id__text", "channel__text", "title__text", "tag__text"
    )
    assert list(rows) == [("/a", "mail", "gclid", None, "A", "t"), ("/b", "mail", "gclid", "email", "A", "t")]
    session = Session.objects.get()
    assert (session.browser.text, session.distinct_id, session.country.text) == ("firefox", "ana", "PT")


def test_a_journal_of_the_second_format_is_loaded(directory: Path, loader: Loader, website: Website) -> None:
    """Its lines had the hostname beside the browser, too."""
    texts = {"url": "/a", "path": "/a", "referrer": "", "hostname": "example.com", "title": "A"}
    client = {"hostname": "example.com", "browser": "firefox", "os": "Linux", "country": "PT"}
    numbers = f"{website.pk} 5 {'0' * 32} 9 1764000000000000 1"
    body = "\t".join(["1764000000000 1", numbers, dumps(texts), dumps(client), '["ana",null,[]]']).encode()
    directory.mkdir(exist_ok=True)
    path = directory / f"00000000000000000001-x{journal.SUFFIX}"
    path.write_bytes(b"umami-journal 2 %s\n\n%08x %s\n" % (uuid4().hex.encode(), crc32(body), body))
    assert loader.load_all() == 1
    hit = StoredHit.objects.get()
    assert (hit.url.text, hit.title.text, hit.hostname.text, hit.visit_id) == ("/a", "A", "example.com", 9)
    session = Session.objects.get()
    assert (session.hostname.text, session.browser.text, session.country.text) == (
        "example.com",
        "firefox",
        "PT",
    )
    assert session.distinct_id == "ana"
