"""Whose address it is: what trusted proxies say, and nobody else."""

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umami_django.ingest.address import (
    client_address,
    header_key,
    is_local,
    is_within,
    networks,
    parsed_address,
)

PROXIES = networks(["10.0.0.0/8", "2001:db8:1::/48"])


def as_meta(headers: dict[str, str]) -> dict[str, str]:
    return {header_key(name): value for name, value in headers.items()}


@pytest.mark.parametrize(
    ("remote", "headers", "header", "address"),
    [
        ("198.51.100.7", {}, None, "198.51.100.7"),
        ("198.51.100.7", {"x-forwarded-for": "203.0.113.1"}, None, "198.51.100.7"),
        ("198.51.100.7", {"cf-connecting-ip": "203.0.113.1"}, "cf-connecting-ip", "198.51.100.7"),
        ("10.1.1.1", {"x-forwarded-for": "203.0.113.1"}, None, "203.0.113.1"),
        ("10.1.1.1", {"x-forwarded-for": "6.6.6.6, 203.0.113.1, 10.2.2.2"}, None, "203.0.113.1"),
        ("10.1.1.1", {"x-forwarded-for": "203.0.113.1:5555"}, None, "203.0.113.1"),
        ("10.1.1.1", {"x-forwarded-for": "[2001:db8::5]:443"}, None, "2001:db8::5"),
        ("10.1.1.1", {"x-forwarded-for": "::ffff:203.0.113.1"}, None, "203.0.113.1"),
        ("10.1.1.1", {"x-forwarded-for": "203.0.113.1, garbage"}, None, "10.1.1.1"),
        ("10.1.1.1", {"x-forwarded-for": "10.3.3.3, 10.2.2.2"}, None, "10.1.1.1"),
        ("10.1.1.1", {"x-forwarded-for": ""}, None, "10.1.1.1"),
        ("10.1.1.1", {"forwarded": 'for="[2001:db8::5]:80";proto=https, for=10.9.9.9'}, None, "2001:db8::5"),
        ("10.1.1.1", {"forwarded": "For=203.0.113.1;by=10.1.1.1"}, None, "203.0.113.1"),
        ("10.1.1.1", {"x-real-ip": "203.0.113.1", "x-forwarded-for": "6.6.6.6"}, "x-real-ip", "203.0.113.1"),
        ("10.1.1.1", {"x-real-ip": "nonsense"}, "x-real-ip", "10.1.1.1"),
        ("2001:db8:1::9", {"x-forwarded-for": "203.0.113.1"}, None, "203.0.113.1"),
        ("::ffff:10.1.1.1", {"x-forwarded-for": "203.0.113.1"}, None, "203.0.113.1"),
        ("", {}, None, None),
        (None, {"x-forwarded-for": "203.0.113.1"}, None, None),
        ("unix:", {}, None, None),
        ("fe80::1%eth0", {}, None, "fe80::1"),
    ],
)
def test_client_address(
    remote: str | None, headers: dict[str, str], header: str | None, address: str | None
) -> None:
    assert client_address(remote, as_meta(headers), PROXIES, header and header_key(header)) == address


def test_networks_hold_addresses() -> None:
    nets = networks(["192.0.2.1", "198.51.100.0/24", "2001:db8::/32"])
    assert is_within("192.0.2.1", nets)
    assert is_within("::ffff:198.51.100.9", nets)
    assert is_within("2001:db8:ffff::1", nets)
    for outside in ("192.0.2.2", "garbage", "", None):
        assert not is_within(outside, nets)
    assert not is_within("192.0.2.1", ())


@pytest.mark.parametrize("text", ["300.1.1.1", "10.0.0.0/40", "proxy.example", ""])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="neither an address nor a network"):
        networks([text])


@pytest.mark.parametrize(
    "address", ["10.1.1.1", "127.0.0.1", "192.168.1.1", "fc00::5", "fe80::1", "::1", None, "x"]
)
def test_local_addresses(address: str | None) -> None:
    assert is_local(address)
    assert not is_local("8.8.8.8")


@given(
    st.text(),
    st.dictionaries(st.sampled_from(["x-forwarded-for", "forwarded", "cf-connecting-ip"]), st.text()),
)
def test_any_text_gives_an_address_or_none(remote: str, headers: dict[str, str]) -> None:
    for trusted in (networks([]), networks(["0.0.0.0/0", "::/0"]), networks(["192.0.2.0/24"])):
        for header in (None, "cf-connecting-ip"):
            for end in (remote, "192.0.2.1"):
                found = client_address(end, as_meta(headers), trusted, header and header_key(header))
                assert found is None or str(ip_address(found)) == found


@given(st.ip_addresses(), st.integers(0, 65535))
def test_an_address_is_found_in_whatever_clothes(seen: Any, port: int) -> None:
    plain = getattr(seen, "ipv4_mapped", None) or seen
    clothes = [f"[{seen}]:{port}", f"[{seen}]", f'"[{seen}]:{port}"', f" {seen} "]
    clothes += [f"{seen}:{port}"] if seen.version == 4 else [f"{seen}%eth0"]
    for text in clothes:
        assert parsed_address(text) == plain


def test_only_proxies_are_remembered() -> None:
    trusted = networks(["192.0.2.0/24"])
    for number in range(50):
        client_address(f"198.51.100.{number}", {}, trusted, None)
        client_address("192.0.2.1", {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}"}, trusted, None)
    assert trusted.proxies == {"192.0.2.1"}
