"""A request as the pure stages see it: the visitor behind it."""

from collections.abc import Mapping
from typing import Any

from ..ingest.address import client_address, is_trusted
from ..ingest.geo import place
from ..ingest.pipeline import Visitor
from .policy import policy


def address_of(meta: Mapping[str, Any]) -> str | None:
    """The visitor's address, as far as trusted proxies tell it; None when there is none (a unix socket).

    *meta* is a WSGI environ, or a request's `META`.
    """
    asked = policy()
    return client_address(meta.get("REMOTE_ADDR"), meta, asked.proxies, asked.address_header)


def visitor_of(meta: Mapping[str, Any]) -> Visitor:
    """Who sent a request with this *meta*, for the stages of collect."""
    asked, remote = policy(), meta.get("REMOTE_ADDR")
    address = client_address(remote, meta, asked.proxies, asked.address_header)
    where = place(
        address,
        meta,
        proxied=is_trusted(remote, asked.proxies),
        named_in=asked.place_headers,
        database=asked.geo_database,
    )
    signals = meta.get("HTTP_DNT") == "1" or meta.get("HTTP_SEC_GPC") == "1"
    return Visitor(address, meta.get("HTTP_USER_AGENT", ""), where, signals)
