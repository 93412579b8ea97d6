"""The address of a visitor is nowhere: not in the database, not in a journal, not in a log, in no form."""

import base64
import json
import logging
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client, RequestFactory, override_settings

from tests.conftest import CHROME, Api
from umami_django.models import StoredHit, Website
from umami_django.services import refusals
from umami_django.tracking import track
from umami_django.writers import journal
from umami_django.writers.load import loading
from umami_django.writers.loader_state import last_state

ADDRESSES = ("203.0.113.77", "2001:db8:cafe:77:1234:5678:9abc:def1")
SPOKEN_FOR = "198.51.100.99"
SETTINGS = {"RECORD": True, "LOGIN_RATE": None, "TRUSTED_PROXIES": ["192.0.2.1"], "WEBSITE": "example.com"}


def forms(address: str) -> list[bytes]:
    """How an address may be written down."""
    parsed = ip_address(address)
    packed = parsed.packed
    texts = [address, parsed.exploded, str(int(parsed)), packed.hex(), ":".join(map(str, packed))]
    texts += [base64.b64encode(form).decode().rstrip("=") for form in (packed, address.encode())]
    return [text.lower().encode() for text in texts] + [packed]


def everything_stored() -> Iterator[tuple[str, bytes]]:
    """Each value of each column of each table there is."""
    for model in apps.get_models(include_auto_created=True):
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    raw = (
                        bytes(value) if isinstance(value, bytes | memoryview) else str(value).lower().encode()
                    )
                    yield f"{model._meta.label}.{column}", raw


def where_it_is(values: Iterator[tuple[str, bytes]]) -> set[str]:
    wanted = [form for address in (*ADDRESSES, SPOKEN_FOR) for form in forms(address)]
    return {name for name, value in values if any(form in value for form in wanted)}


def visit_every_door(client: Client, owner_api: Api, website: Website) -> None:
    """Hits that are counted, refused, wrong, and of somebody who is spoken for."""
    payload = {"website": str(website.uuid), "url": "/", "hostname": "example.com"}
    for address in ADDRESSES:
        for way in ({"REMOTE_ADDR": address}, {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": address}):
            for agent in (CHROME, "Googlebot/2.1"):
                extra: Any = {"content_type": "application/json", "HTTP_USER_AGENT": agent, **way}
                client.post("/api/collect", {"type": "pageview", "payload": payload}, **extra)
                client.post(
                    "/api/send", {"type": "event", "payload": payload | {"name": "x", "id": "a"}}, **extra
                )
                client.post(
                    "/api/send", {"type": "identify", "payload": payload | {"data": {"a": 1}}}, **extra
                )
                client.post("/api/batch", [{"type": "event", "payload": payload}, {"type": "?"}], **extra)
                client.post("/api/collect", "{", **extra)
                client.get(f"/api/pixel/{website.uuid}.gif?url=/", **extra)
                track(RequestFactory().get("/", HTTP_USER_AGENT=agent, **way), "signup")
    spoken = payload | {"ip": SPOKEN_FOR, "userAgent": CHROME}
    owner_api.client.post(
        "/api/send",
        {"type": "event", "payload": spoken},
        content_type="application/json",
        headers={**owner_api.headers, "user-agent": "server/1 of mine"},
    )
    refusals.flush()


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that anybody logs, SQL included."""
    caplog.set_level(logging.DEBUG)
    for name in ("django", "django.db.backends", "django.request", "umami_django"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def test_not_in_the_database_and_not_in_a_log(
    client: Client, owner_api: Api, website: Website, logged: pytest.LogCaptureFixture
) -> None:
    with override_settings(UMAMI=SETTINGS, DEBUG=True):
        visit_every_door(client, owner_api, website)
    assert StoredHit.objects.count() > 10
    assert where_it_is(everything_stored()) == set()
    assert len(logged.records) > 20
    assert (
        where_it_is((record.name, record.getMessage().lower().encode()) for record in logged.records) == set()
    )


@pytest.mark.django_db(transaction=True)
def test_not_in_a_journal(client: Client, owner_api: Api, website: Website, tmp_path: Path) -> None:
    with override_settings(
        UMAMI=SETTINGS | {"COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": str(tmp_path)}
    ):
        visit_every_door(client, owner_api, website)
        files = [(path.name, path.read_bytes().lower()) for path in tmp_path.iterdir()]
        assert sum(len(content) for _, content in files) > 5000
        assert where_it_is(iter(files)) == set()
        with loading(tmp_path) as loader:
            assert loader.load_all() > 20
        state = last_state(tmp_path)
        journal.close()
    assert where_it_is(everything_stored()) == set()
    assert where_it_is(iter([("state", json.dumps(str(state)).encode())])) == set()


def test_the_search_finds_what_is_there(website: Website) -> None:
    Website.objects.update(name=f"of {ADDRESSES[1].upper()}")
    assert where_it_is(everything_stored()) == {"umami_django.Website.name"}
