"""The visitor's address: taken from the connection, or from a header when a trusted proxy sent it.

Addresses live here and in memory only; nothing ever writes one down.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_pton
from typing import Any

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
MOST_PROXIES = 1_000


class Networks(tuple[Network, ...]):
    """Networks, and which addresses in them are known to be our own proxies."""

    proxies: set[str]
    ipv4: tuple[tuple[int, int], ...]
    """Mask and network of each of IPv4: an address is one of most requests' questions."""

    def __new__(cls, found: Iterable[Network] = ()) -> "Networks":
        made = super().__new__(cls, found)
        made.proxies = set()
        made.ipv4 = tuple(
            (int(net.netmask), int(net.network_address)) for net in made if isinstance(net, IPv4Network)
        )
        return made

    def hold_ipv4(self, address: int) -> bool:
        """Is *address* in one of them?"""
        for mask, network in self.ipv4:  # noqa: SIM110  # any() costs as much again
            if address & mask == network:
                return True
        return False


def networks(texts: Iterable[str]) -> Networks:
    """The networks and single addresses that *texts* name. Raises ValueError naming the first that is none."""
    return Networks(_network(text) for text in texts)


def _network(text: str) -> Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is neither an address nor a network such as 10.0.0.0/8") from None


def parsed_address(text: str | None) -> Address | None:
    """The address in *text*, without port, brackets and IPv6 zone; an IPv4 address in IPv6 clothes is IPv4."""
    if not text:
        return None
    text = text.strip().strip('"')
    if (number := _ipv4(text)) is not None:
        return IPv4Address(number)
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _ipv4(text: str) -> int | None:
    """The number of an IPv4 address, as most are; it takes what ip_address() takes, in a fifth of the time. Its text
    is then the only one there is for this address."""
    try:
        return int.from_bytes(inet_pton(AF_INET, text))
    except (OSError, ValueError):
        return None


def is_within(address: str | None, nets: tuple[Network, ...]) -> bool:
    """Is *address* in one of *nets*? No address is in none."""
    found = parsed_address(address) if nets else None
    return found is not None and _is_in(found, nets)


def _is_in(address: Address, nets: tuple[Network, ...]) -> bool:
    for net in nets:  # noqa: SIM110  # any() costs as much again
        if address in net:
            return True
    return False


def is_trusted(remote: str | None, trusted: Networks) -> bool:
    """Is *remote*, the other end of a connection, one of our own proxies? Those, and no visitor, are remembered."""
    if not trusted or not remote:
        return False
    if remote in trusted.proxies:
        return True
    if not is_within(remote, trusted):
        return False
    if len(trusted.proxies) < MOST_PROXIES:
        trusted.proxies.add(remote)
    return True


def client_address(
    remote: str | None, meta: Mapping[str, Any], trusted: Networks, header: str | None
) -> str | None:
    """The visitor's address as text; None when there is no valid one.

    *remote*, the other end of the connection, unless that is a *trusted* proxy. Then the address in *header* (what
    WSGI calls it, as in *meta*), if one is configured; else the last address of `X-Forwarded-For`, or of `Forwarded`,
    that is not itself a trusted proxy. What a visitor writes into these headers stands further left and is never
    reached. Garbage counts as nothing: the proxy's own address remains.
    """
    named = named_address(meta, trusted, header) if is_trusted(remote, trusted) else None
    return named or canonical(remote)


def canonical(text: str | None) -> str | None:
    """The address in *text* as it is written by everybody; None when it holds none."""
    if text and _ipv4(text) is not None:
        return text
    address = parsed_address(text)
    return None if address is None else str(address)


def named_address(meta: Mapping[str, Any], trusted: Networks, header: str | None) -> str | None:
    """The address that a proxy names; None when it names none, or nobody but other proxies."""
    if header is not None:
        return canonical(meta.get(header, "").rpartition(",")[2])
    listed = meta.get("HTTP_X_FORWARDED_FOR", "")
    for text in (listed,) if listed and "," not in listed else _nearest_first(meta):
        bare = text.strip().strip('"')
        if (number := _ipv4(bare)) is not None:
            if not trusted.hold_ipv4(number):
                return bare
            continue
        address = parsed_address(bare)
        if address is None or not _is_in(address, trusted):
            return None if address is None else str(address)
    return None


def _nearest_first(meta: Mapping[str, Any]) -> Iterable[str]:
    """The addresses that proxies say they got the request from, last hop first."""
    listed: str = meta.get("HTTP_X_FORWARDED_FOR", "")
    if listed:
        return reversed(listed.split(","))
    hops = meta.get("HTTP_FORWARDED", "").split(",")
    pairs = (pair.partition("=") for hop in reversed(hops) for pair in reversed(hop.split(";")))
    return [value for name, _, value in pairs if name.strip().lower() == "for"]


@lru_cache(maxsize=64)
def header_key(name: str) -> str:
    """What WSGI calls the header *name*. Only the app and its settings name headers: they are few."""
    return "HTTP_" + name.upper().replace("-", "_")


def is_local(address: str | None) -> bool:
    """Is *address* one that says nothing of a place: private, loopback, link-local … or none?"""
    found = parsed_address(address)
    return found is None or not found.is_global
