"""A request as the pure stages see it: the visitor behind it."""

from collections.abc import Mapping
from typing import Any

from ..ingest.address import canonical, client_address, is_trusted, named_address
from ..ingest.geo import NOWHERE, place
from ..ingest.pipeline import Visitor
from .policy import Policy, policy


def address_of(meta: Mapping[str, Any]) -> str | None:
    """The visitor's address, as far as trusted proxies tell it; None when there is none (a unix socket).

    *meta* is a WSGI environ, or a request's `META`.
    """
    asked = policy()
    return client_address(meta.get("REMOTE_ADDR"), meta, asked.proxies, asked.address_header)


def visitor_of(meta: Mapping[str, Any], asked: Policy) -> Visitor:
    """Who sent a request with this *meta*, for the stages of collect: their address as `address_of` tells it."""
    remote = meta.get("REMOTE_ADDR")
    proxied = is_trusted(remote, asked.proxies)
    named = named_address(meta, asked.proxies, asked.address_header) if proxied else None
    address = named or canonical(remote)
    where = NOWHERE
    if proxied or asked.geo_database is not None:
        where = place(
            address, meta, proxied=proxied, named_in=asked.place_headers, database=asked.geo_database
        )
    signals = meta.get("HTTP_DNT") == "1" or meta.get("HTTP_SEC_GPC") == "1"
    return Visitor(address, meta.get("HTTP_USER_AGENT", ""), where, signals)
