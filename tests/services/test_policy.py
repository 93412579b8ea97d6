"""What the settings ask of collect is worked out once, and anew when they change."""

from typing import Any

import pytest

from umami_django.ingest.address import networks
from umami_django.services.policy import policy
from umami_django.services.rate import Rate


def test_it_is_worked_out_once() -> None:
    assert policy() is policy()


def test_settings_that_change_change_it(settings: Any) -> None:
    settings.UMAMI = {
        "TRUSTED_PROXIES": ["10.0.0.0/8"],
        "CLIENT_IP_HEADER": "X-Real-IP",
        "GEO_HEADERS": ["X-Country"],
        "COLLECT_RATE": "5/1s",
        "IGNORE_IP": ["192.0.2.1"],
        "DISABLE_BOT_CHECK": True,
    }
    found = policy()
    assert (found.proxies, found.address_header) == (networks(["10.0.0.0/8"]), "HTTP_X_REAL_IP")
    assert (found.place_headers, found.rate) == ((("HTTP_X_COUNTRY", "", ""),), Rate(5, 1))
    assert (found.rules.blocked, found.rules.refuse_bots) == (networks(["192.0.2.1"]), False)
    settings.UMAMI = {}
    assert policy() != found and policy().address_header is None


@pytest.mark.parametrize("wrong", [{"GEO_HEADERS": ["<script>"]}, {"COLLECT_RATE": "many"}])
def test_what_cannot_be_understood_counts_as_unset(settings: Any, wrong: dict[str, Any]) -> None:
    settings.UMAMI = wrong
    found = policy()
    assert not (found.place_headers if "GEO_HEADERS" in wrong else found.rate)


def test_a_network_that_is_none_is_an_error(settings: Any) -> None:
    settings.UMAMI = {"TRUSTED_PROXIES": ["proxy.example"]}
    with pytest.raises(ValueError, match="neither an address nor a network"):
        policy()
