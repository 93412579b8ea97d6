"""A request as the pure stages see it: headers by lower-case name, the visitor behind it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .. import conf
from ..ingest.address import Networks, client_address, is_trusted, networks
from ..ingest.geo import PlaceHeaders, database_path, place, place_headers
from ..ingest.pipeline import Rules, Visitor


class _MetaKeys(dict[str, str]):
    """What WSGI calls a header, by its lower-case name. Only the app and its settings name headers: they are few."""

    def __missing__(self, name: str) -> str:
        key = self[name] = "HTTP_" + name.upper().replace("-", "_")
        return key


_meta_keys = _MetaKeys()


class Headers(Mapping[str, str]):
    """The headers of a WSGI or ASGI request by lower-case name, looked up without copying them."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        self._meta = meta

    def __getitem__(self, name: str) -> str:
        value: str = self._meta[_meta_keys[name]]
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self._meta.get(_meta_keys[name], default)

    def __iter__(self) -> Iterator[str]:
        return (key[5:].lower().replace("_", "-") for key in self._meta if key.startswith("HTTP_"))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(maxsize=16)
def _networks(texts: tuple[str, ...]) -> Networks:
    return networks(texts)


@lru_cache(maxsize=16)
def _place_headers(texts: tuple[str, ...]) -> tuple[PlaceHeaders, ...]:
    """Those that can be understood; a system check tells of the others."""
    try:
        return place_headers(texts)
    except ValueError:
        return ()


def address_of(meta: Mapping[str, Any]) -> str | None:
    """The visitor's address, as far as trusted proxies tell it; None when there is none (a unix socket).

    *meta* is a WSGI environ, or a request's `META`.
    """
    settings = conf.umami_settings()
    return client_address(
        meta.get("REMOTE_ADDR"), Headers(meta), _networks(settings.TRUSTED_PROXIES), settings.CLIENT_IP_HEADER
    )


def visitor_of(meta: Mapping[str, Any]) -> Visitor:
    """Who sent a request with this *meta*, for the stages of collect."""
    settings = conf.umami_settings()
    trusted, headers, remote = _networks(settings.TRUSTED_PROXIES), Headers(meta), meta.get("REMOTE_ADDR")
    address = client_address(remote, headers, trusted, settings.CLIENT_IP_HEADER)
    return Visitor(
        address=address,
        user_agent=meta.get("HTTP_USER_AGENT", ""),
        place=place(
            address,
            headers,
            proxied=is_trusted(remote, trusted),
            named_in=_place_headers(settings.GEO_HEADERS),
            database=database_path(settings.GEOIP_DATABASE, conf.geoip_path()),
        ),
        asks_not_to_be_tracked=meta.get("HTTP_DNT") == "1" or meta.get("HTTP_SEC_GPC") == "1",
    )


def rules() -> Rules:
    """The settings that collect obeys."""
    settings = conf.umami_settings()
    return _rules(
        settings.REQUIRE_USER_AGENT,
        not settings.DISABLE_BOT_CHECK,
        settings.IGNORE_IP,
        settings.REMOVE_TRAILING_SLASH,
    )


@lru_cache(maxsize=16)
def _rules(
    require_user_agent: bool, refuse_bots: bool, ignored: tuple[str, ...], remove_trailing_slash: bool
) -> Rules:
    return Rules(
        require_user_agent=require_user_agent,
        refuse_bots=refuse_bots,
        blocked=_networks(ignored),
        remove_trailing_slash=remove_trailing_slash,
    )
