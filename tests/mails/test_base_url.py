"""Where the installation is: a setting, else the sites framework, never the Host header."""

from typing import Any

import pytest
from django.urls import set_script_prefix

from umami_django.services.base_url import NoBaseUrl, absolute, base_url, is_base_url


class Sites:
    """Stands in for the model of the sites framework, which is not installed in the tests' host."""

    domain = "stats.example.net"

    @classmethod
    def get_current(cls) -> Any:
        return cls


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    import sys
    from types import ModuleType

    module = ModuleType("django.contrib.sites.models")
    module.Site = type("Site", (), {"objects": Sites})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "django.contrib.sites.models", module)
    monkeypatch.setattr("umami_django.services.base_url.apps.is_installed", lambda name: True)
    settings.UMAMI = {}
    return Sites


def test_the_sites_framework(sites: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert base_url() == "https://stats.example.net"
    monkeypatch.setattr(sites, "domain", "example.com")  # as it is called until somebody names it
    with pytest.raises(NoBaseUrl):
        base_url()


def test_the_setting_goes_first(sites: Any, settings: Any) -> None:
    settings.UMAMI = {"BASE_URL": "http://intranet:8000/"}
    assert absolute("/stats/") == "http://intranet:8000/stats/"


def test_neither(settings: Any) -> None:
    settings.UMAMI = {}
    with pytest.raises(NoBaseUrl, match="BASE_URL"):
        base_url()


def test_a_prefix_is_there_once(settings: Any) -> None:
    """A process of the web server knows it, one of cron does not."""
    settings.UMAMI = {"BASE_URL": "https://example.org/app"}
    assert absolute("/stats/") == "https://example.org/app/stats/"
    try:
        set_script_prefix("/app/")
        assert absolute("/app/stats/") == "https://example.org/app/stats/"
        settings.UMAMI = {"BASE_URL": "https://example.org"}
        assert absolute("/app/stats/") == "https://example.org/app/stats/"
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://example.org", True),
        ("http://localhost:8000/x/", True),
        ("example.org", False),
        ("ftp://example.org", False),
        ("https://example.org/?a=1", False),
        ("https://example.org/\nX: y", False),
        ("https://user@example.org", False),
        ("https://", False),
    ],
)
def test_what_can_be_one(text: str, is_one: bool) -> None:
    assert is_base_url(text) is is_one
