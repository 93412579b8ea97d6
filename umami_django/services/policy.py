"""What the settings ask of collect, worked out once: each hit obeys it."""

from dataclasses import dataclass

from .. import conf
from ..conf import Settings
from ..ingest.address import Networks, header_key, networks
from ..ingest.geo import PlaceHeaders, database_path, place_headers
from ..ingest.pipeline import Rules
from .keys import Purpose, signing_key
from .rate import Rate, parsed_rate


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is not counted, who may name a visitor's address and place, and how much one address may send."""

    rules: Rules
    proxies: Networks
    address_header: str | None
    """What WSGI calls `CLIENT_IP_HEADER`."""
    place_headers: tuple[PlaceHeaders, ...]
    geo_database: str | None
    rate: Rate | None
    key: str
    """What cache tokens are signed with."""


_worked_out: tuple[Settings, Policy] | None = None


def policy() -> Policy:
    """The policy in force. Headers and rates that cannot be understood count as unset: system checks name them.

    Raises ValueError for networks that are none, with which no site starts.
    """
    global _worked_out
    settings = conf.umami_settings()
    known = _worked_out
    if known is None or known[0] is not settings:
        known = _worked_out = settings, _of(settings)
    return known[1]


def _of(settings: Settings) -> Policy:
    return Policy(
        rules=Rules(
            require_user_agent=settings.REQUIRE_USER_AGENT,
            refuse_bots=not settings.DISABLE_BOT_CHECK,
            blocked=networks(settings.IGNORE_IP),
            remove_trailing_slash=settings.REMOVE_TRAILING_SLASH,
        ),
        proxies=networks(settings.TRUSTED_PROXIES),
        address_header=header_key(settings.CLIENT_IP_HEADER) if settings.CLIENT_IP_HEADER else None,
        place_headers=_place_headers(settings),
        geo_database=database_path(settings.GEOIP_DATABASE, conf.geoip_path()),
        rate=_rate(settings),
        key=signing_key(Purpose.COLLECT),
    )


def _place_headers(settings: Settings) -> tuple[PlaceHeaders, ...]:
    try:
        return place_headers(settings.GEO_HEADERS)
    except ValueError:
        return ()


def _rate(settings: Settings) -> Rate | None:
    try:
        return parsed_rate(settings.COLLECT_RATE) if settings.COLLECT_RATE else None
    except ValueError:
        return None
