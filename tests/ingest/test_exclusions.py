"""Whom a website does not count: each kind of rule, on the hit it is meant for and on its neighbour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traffic import hit
from umami_django.domain.vocabulary import ExclusionKind
from umami_django.ingest.exclusions import Exclusions, checked, compiled
from umami_django.ingest.pipeline import Reason, Visitor, exclusion

ANA = Visitor("198.51.100.7", "Firefox")


def reason(
    rules: list[tuple[str, str]],
    url: str = "/",
    *,
    hostname: str | None = "example.com",
    visitor: Visitor = ANA,
) -> Reason | None:
    return exclusion(hit(1, "ana", url, hostname=hostname), visitor, compiled(rules))


def test_without_rules_everybody_counts() -> None:
    assert compiled([]) == Exclusions()
    assert reason([]) is None


@pytest.mark.parametrize(
    ("network", "address", "is_excluded"),
    [
        ("198.51.100.0/24", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.8", "198.51.100.7", False),
        ("2001:db8::/32", "2001:db8:1::5", True),
        ("2001:db8::/32", "2001:db9::5", False),
        ("198.51.100.0/24", None, False),
    ],
)
def test_networks(network: str, address: str | None, is_excluded: bool) -> None:
    found = reason([("address", network)], visitor=Visitor(address, "Firefox"))
    assert found == (Reason.BLOCKED_ADDRESS if is_excluded else None)


@pytest.mark.parametrize(
    ("rules", "hostname", "is_excluded"),
    [
        ([("hostname", "staging.example.com")], "staging.example.com", True),
        ([("hostname", "Staging.example.com")], "STAGING.example.com", True),
        ([("hostname", "staging.example.com")], "example.com", False),
        ([("hostname", "*.local")], "shop.local", True),
        ([("hostname", "*.local")], "local.example", False),
        ([("only-hostname", "example.com")], "example.com", False),
        ([("only-hostname", "example.com"), ("only-hostname", "*.example.com")], "www.example.com", False),
        ([("only-hostname", "example.com")], "copy.example", True),
        ([("only-hostname", "example.com")], None, True),
        ([("hostname", "example.com")], None, False),
    ],
)
def test_hostnames(rules: list[tuple[str, str]], hostname: str | None, is_excluded: bool) -> None:
    assert reason(rules, hostname=hostname) == (Reason.EXCLUDED_HOSTNAME if is_excluded else None)


@pytest.mark.parametrize(
    ("pattern", "url", "is_excluded"),
    [
        ("/admin/*", "/admin/users/3?x=1", True),
        ("/admin/*", "/administration", False),
        ("/admin/*", "/", False),
        ("/private", "/private?token=x", True),
        ("/private", "/private/more", False),
        ("*/preview", "/posts/1/preview", True),
        ("*.php", "/a.php", True),
        ("*.php", "/a.php5", False),
    ],
)
def test_paths(pattern: str, url: str, is_excluded: bool) -> None:
    assert reason([("path", pattern)], url) == (Reason.EXCLUDED_PATH if is_excluded else None)


def test_visitors_who_ask_not_to_be_tracked() -> None:
    asking = ANA._replace(asks_not_to_be_tracked=True)
    assert reason([], visitor=asking) is None
    assert reason([("signal", "")], visitor=asking) is Reason.DO_NOT_TRACK
    assert reason([("signal", "")]) is None


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (ExclusionKind.ADDRESS, " 192.0.2.7/24 ", "192.0.2.0/24"),
        (ExclusionKind.HOSTNAME, "WWW.Example.com", "www.example.com"),
        (ExclusionKind.PATH, "/Admin/*", "/Admin/*"),
        (ExclusionKind.SIGNAL, "anything", ""),
    ],
)
def test_values_are_brought_into_one_form(kind: ExclusionKind, value: str, kept: str) -> None:
    assert checked(kind, value) == kept


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (ExclusionKind.ADDRESS, "300.0.0.1", "neither an address nor a network"),
        (ExclusionKind.ADDRESS, "", "is needed"),
        (ExclusionKind.HOSTNAME, "https://example.com", "no scheme"),
        (ExclusionKind.HOSTNAME, "a b", "no blanks"),
        (ExclusionKind.PATH, "admin", "begins with /"),
    ],
)
def test_what_means_nothing_is_refused_in_words(kind: ExclusionKind, value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked(kind, value)


@given(st.lists(st.tuples(st.sampled_from([*ExclusionKind, "?"]), st.text(max_size=30))), st.text())
def test_any_rules_can_be_compiled_and_asked(rules: list[tuple[str, str]], url: str) -> None:
    reason(rules, "/" + url)
