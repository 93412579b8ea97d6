"""Where a visitor is: from a trusted proxy's header, else from a MaxMind-format file, else unknown.

The file is opened once, on first use, and again when it was replaced. Nothing here ever fails: a missing or
broken file is told by a system check, and costs no hit.
"""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import unquote

from .address import header_key, is_local

LOOKED_AT_EVERY_S = 5.0
"""How often the file's modification time is looked at."""
FILE_NAMES = (
    "GeoLite2-City.mmdb",
    "GeoIP2-City.mmdb",
    "dbip-city-lite.mmdb",
    "dbip-city.mmdb",
    "GeoLite2-Country.mmdb",
    "GeoIP2-Country.mmdb",
    "dbip-country-lite.mmdb",
    "dbip-country.mmdb",
)
"""What is looked for in Django's `GEOIP_PATH`, the first that is there."""


PlaceHeaders = tuple[str, str, str]
"""What WSGI calls the headers for country, region and city; empty for none."""
CITY_LENGTH = 100
_HEADER_NAME = re.compile(r"[\w-]+", re.ASCII)
_REGION = re.compile(r"[A-Z0-9]{1,3}(-[A-Z0-9]{1,3})?")
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")


class Place(NamedTuple):
    """Country (ISO 3166 alpha-2), region (`NL-NH`) and city (English name); None when unknown."""

    country: str | None = None
    region: str | None = None
    city: str | None = None


NOWHERE = Place()


def place(
    address: str | None,
    meta: Mapping[str, Any],
    *,
    proxied: bool,
    named_in: tuple[PlaceHeaders, ...] = (),
    database: str | None,
) -> Place:
    """Where *address* is. Headers in *meta* count only when a trusted proxy sent them (*proxied*): the first with a
    country.

    Values are taken as Umami does, Cloudflare's `XX` and `T1` included (v1 reference 4.6, v3 reference 4.2). Local
    addresses are nowhere.
    """
    if proxied:
        for names in named_in:
            if (told := meta.get(names[0])) and (country := _country_code(told)) is not None:
                return Place(country, _region(country, meta.get(names[1])), _name(meta.get(names[2])))
    if database is None or is_local(address):
        return NOWHERE
    return _database.place(address or "", database)


def place_headers(texts: tuple[str, ...]) -> tuple[PlaceHeaders, ...]:
    """`Country,Region,City`: what WSGI calls these headers; what is left out is never there. Raises ValueError."""
    return tuple(map(_place_headers, texts))


@lru_cache(maxsize=16)
def _place_headers(text: str) -> PlaceHeaders:
    names = [name.strip() for name in text.split(",")]
    if not 1 <= len(names) <= 3 or not all(_HEADER_NAME.fullmatch(name) for name in names):
        raise ValueError(
            f"{text!r} does not name a header for the country, or three for country, region and city"
        )
    country, region, city = [*(header_key(name) if name else "" for name in names), "", ""][:3]
    return country, region, city


def _region(country: str, text: str | None) -> str | None:
    """`US-CA`, also from `CA` alone."""
    region = (text or "").strip().upper()
    if not _REGION.fullmatch(region):
        return None
    return region if "-" in region else f"{country}-{region}"


def _name(text: str | None) -> str | None:
    """A city: percent-encoded, or bytes of UTF-8 that the server took for Latin-1."""
    text = unquote(text or "")
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return _UNSTORABLE.sub("", text).strip()[:CITY_LENGTH] or None


def database_path(configured: str | None, geoip_path: str | None) -> str | None:
    """The file to use: the configured one, else a known name in Django's `GEOIP_PATH`, or that file itself."""
    if configured:
        return configured
    return _found_in(geoip_path) if geoip_path else None


_found: dict[str, str | None] = {}


def _found_in(folder: str) -> str | None:
    if folder not in _found:
        path = Path(folder)
        if path.is_file():
            _found[folder] = folder
        else:
            _found[folder] = next((str(path / name) for name in FILE_NAMES if (path / name).is_file()), None)
    return _found[folder]


def _country_code(text: str) -> str | None:
    text = text.strip().upper()
    return text if len(text) == 2 and text.isascii() and text.isalnum() else None


@dataclass
class _Database:
    """The open file, noticed when it is replaced."""

    path: str | None = None
    modified_ns: int = 0
    looked_at_s: float = -LOOKED_AT_EVERY_S
    reader: Any = None
    lock: Lock = field(default_factory=Lock)

    def place(self, address: str, path: str) -> Place:
        reader = self._opened(path)
        if reader is None:
            return NOWHERE
        try:
            record = reader.get(address)
        except Exception:  # a broken file must cost no hit
            return NOWHERE
        return _place_of(record) if isinstance(record, dict) else Place()

    def _opened(self, path: str) -> Any:
        now_s = time.monotonic()
        if path == self.path and now_s - self.looked_at_s < LOOKED_AT_EVERY_S:
            return self.reader
        with self.lock:
            self.looked_at_s = now_s
            try:
                modified_ns = Path(path).stat().st_mtime_ns
            except OSError:
                modified_ns = 0
            if path != self.path or modified_ns != self.modified_ns:
                self.path, self.modified_ns = path, modified_ns
                self.reader = _open(path) if modified_ns else None
            return self.reader


def _open(path: str) -> Any:
    """A reader of the file; None without the extra `geo`, or for a file that is none."""
    try:
        import maxminddb

        return maxminddb.open_database(path)
    except Exception:  # told by a system check
        return None


def _place_of(record: dict[str, Any]) -> Place:
    def part(name: str) -> dict[str, Any]:
        value = record.get(name)
        return value if isinstance(value, dict) else {}

    country = part("country").get("iso_code") or part("registered_country").get("iso_code")
    subdivisions = record.get("subdivisions")
    region = subdivisions[0].get("iso_code") if isinstance(subdivisions, list) and subdivisions else None
    names = part("city").get("names")
    city = names.get("en") if isinstance(names, dict) else None
    return Place(
        country=country if isinstance(country, str) else None,
        region=f"{country}-{region}" if country and region else None,
        city=city if isinstance(city, str) else None,
    )


_database = _Database()
