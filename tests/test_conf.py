"""Settings: read lazily, reset by `override_settings`; a host's own tests record nothing."""

import pytest
from django.core import mail
from django.test import override_settings

from umami_django import conf
from umami_django.models import Session, Website
from umami_django.routers import TrafficRouter


def test_overriding_takes_effect_and_ends() -> None:
    with override_settings(UMAMI={"API_LOGIN": False}):
        assert conf.umami_settings().API_LOGIN is False
    assert conf.umami_settings().API_LOGIN is True


def test_lists_become_tuples_and_unknown_keys_are_left_out() -> None:
    with override_settings(UMAMI={"IGNORE_IP": ["::1"], "NONSENSE": 1}):
        assert conf.umami_settings().IGNORE_IP == ("::1",)


def test_the_secret_is_the_sites_own_unless_given() -> None:
    with override_settings(SECRET_KEY="a", UMAMI={}):
        assert conf.secret() == "a"
    with override_settings(SECRET_KEY="a", UMAMI={"SECRET": "b"}):
        assert conf.secret() == "b"


@pytest.mark.parametrize(
    ("record", "testing", "recording"),
    [(None, True, False), (None, False, True), (True, True, True), (False, False, False)],
)
def test_recording(
    monkeypatch: pytest.MonkeyPatch, record: bool | None, testing: bool, recording: bool
) -> None:
    if not testing:
        monkeypatch.delattr(mail, "outbox")
    with override_settings(UMAMI={} if record is None else {"RECORD": record}):
        assert conf.is_recording() is recording


def test_the_router_sends_traffic_to_its_database() -> None:
    router = TrafficRouter()
    with override_settings(UMAMI={"TRAFFIC_DATABASE": "traffic"}):
        assert router.db_for_read(Session) == router.db_for_write(Session) == "traffic"
        assert router.db_for_read(Website) is None
        assert router.allow_migrate("traffic", "umami_django", "session") is True
        assert router.allow_migrate("default", "umami_django", "session") is False
        assert router.allow_migrate("traffic", "umami_django", "website") is False
        assert router.allow_migrate("default", "umami_django", "website") is None
        assert router.allow_migrate("default", "umami_django", "longgone") is None
        assert router.allow_migrate("traffic", "auth", "user") is None
        assert router.allow_relation(Session(), Session()) is True
        assert router.allow_relation(Session(), Website()) is None
