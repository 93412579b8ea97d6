"""Puts a new geo database in the place of the old one: looked at first, replaced at once or not at all.

Servers that run notice the new file within seconds (ingest/geo.py).
"""

import gzip
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from ..exceptions import UmamiError

LARGEST_BYTES = 1024**3
TIMEOUT_S = 30
CHUNK_BYTES = 1024 * 1024
WELL_KNOWN = ("8.8.8.8", "1.1.1.1", "9.9.9.9", "193.0.6.139", "2001:4860:4860::8888")
"""Addresses that every database of the world's countries knows one of."""
LICENCES = {
    "geolite": "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com.",
    "dbip": "IP Geolocation by DB-IP, https://db-ip.com (CC BY 4.0).",
    "db-ip": "IP Geolocation by DB-IP, https://db-ip.com (CC BY 4.0).",
    "iplocate": "IP address data powered by IPLocate, https://iplocate.io (CC BY-SA 4.0).",
    "geowhois": "Public domain (CC0 1.0): nothing needs to be shown.",
    "iptoasn": "Public domain (PDDL 1.0): nothing needs to be shown.",
}
"""By what the database calls itself: the line that its licence asks to show."""
UNKNOWN_LICENCE = "Licence unknown: look at where you got the file, and show the line that it asks for."

Progress = Callable[[int, int | None], None]
"""Called with the bytes so far, and all there will be, if that is known."""


class BadDatabase(UmamiError):
    """The file is no geo database that can be used."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What is in place now."""

    path: Path
    kind: str
    built: datetime
    size: int
    licence: str


def install(source: str | Path, target: Path, progress: Progress | None = None) -> Installed:
    """Put the database at *source* (a path, or an http or https address; `.mmdb`, `.mmdb.gz` or `.tar.gz`) at *target*.

    Raises BadDatabase, and leaves what was there untouched, when it cannot be had, opened, or knows no country.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".umami-geo-") as folder:
        received, database = Path(folder, "received"), Path(folder, "database")
        try:
            with _opened(source) as (stream, size):
                _copy(stream, received, size, progress)
            _unpack(received, database)
        except (OSError, EOFError, tarfile.TarError, ValueError) as error:
            raise BadDatabase(f"{source} cannot be read: {error}") from error
        kind, built = _looked_at(database, source)
        database.chmod(0o644)
        with database.open("rb") as file:
            os.fsync(file.fileno())
        size = database.stat().st_size
        database.replace(target)
    return Installed(target, kind, built, size, licence_of(kind))


def licence_of(kind: str) -> str:
    """The line to show for a database that calls itself *kind*."""
    name = kind.lower()
    return next((line for word, line in LICENCES.items() if word in name), UNKNOWN_LICENCE)


@contextmanager
def _opened(source: str | Path) -> Iterator[tuple[IO[bytes], int | None]]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file, source.stat().st_size
        return
    if urlsplit(source).scheme not in ("http", "https"):
        raise ValueError("write an address that begins with https://")
    try:
        with urlopen(source, timeout=TIMEOUT_S) as answer:  # noqa: S310  the scheme was looked at
            length = answer.headers.get("Content-Length", "")
            yield answer, int(length) if length.isdigit() else None
    except URLError as error:
        raise OSError(error.reason) from error


def _copy(
    stream: IO[bytes] | gzip.GzipFile, target: Path, size: int | None, progress: Progress | None
) -> None:
    done = 0
    with target.open("wb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            done += len(chunk)
            if done > LARGEST_BYTES:
                raise ValueError("it is larger than a gigabyte")
            file.write(chunk)
            if progress is not None:
                progress(done, size)


def _unpack(received: Path, database: Path) -> None:
    """The one `.mmdb` in it, whatever it came in."""
    if tarfile.is_tarfile(received):
        with tarfile.open(received) as archive:
            member = next((item for item in archive if item.isfile() and item.name.endswith(".mmdb")), None)
            inner = archive.extractfile(member) if member else None
            if inner is None:
                raise ValueError("there is no .mmdb file in the archive")
            _copy(inner, database, None, None)
        return
    with received.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    if not is_packed:
        shutil.move(received, database)
        return
    with gzip.open(received) as packed:
        _copy(packed, database, None, None)


def _looked_at(database: Path, source: str | Path) -> tuple[str, datetime]:
    """What kind it is, and when it was built (UTC). Raises BadDatabase."""
    try:
        import maxminddb
    except ImportError:
        raise BadDatabase("The package maxminddb is missing: pip install 'umami-django[geo]'") from None
    try:
        with maxminddb.open_database(str(database)) as reader:
            records = [_record(reader, address) for address in WELL_KNOWN]
            meta = reader.metadata()
    except Exception as error:  # whatever a broken file does to the reader
        raise BadDatabase(f"{source} is no MaxMind-format database: {error}") from error
    if not any(_has_country(record) for record in records):
        raise BadDatabase(f"{source} knows no country: it is of the kind {meta.database_type!r}.")
    return meta.database_type, datetime.fromtimestamp(meta.build_epoch, UTC)


def _record(reader: Any, address: str) -> Any:
    """None also for an IPv6 address and a database that knows none."""
    try:
        return reader.get(address)
    except ValueError:
        return None


def _has_country(record: Any) -> bool:
    country = record.get("country") if isinstance(record, dict) else None
    return isinstance(country, dict) and isinstance(country.get("iso_code"), str)
