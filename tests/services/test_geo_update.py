"""A new geo database replaces the old one when it is good, and only then."""

import gzip
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.ingest.mmdb import write_mmdb
from umami_django.ingest import geo
from umami_django.services.geo_update import licence_of

EIGHT = "00001000"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    path = tmp_path / "fresh.mmdb"
    write_mmdb(path, EIGHT, {"country": {"iso_code": "NL"}})
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "geo" / "place.mmdb"
    path.parent.mkdir()
    path.write_bytes(b"the old one")
    return path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def as_it_is(path: Path) -> Path:
    return path


def packed(path: Path) -> Path:
    result = path.with_suffix(".mmdb.gz")
    result.write_bytes(gzip.compress(path.read_bytes()))
    return result


def in_an_archive(path: Path) -> Path:
    result = path.with_suffix(".tar.gz")
    with tarfile.open(result, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("LICENSE.txt"), io.BytesIO())
        archive.add(path, "GeoLite2-Country_20260101/GeoLite2-Country.mmdb")
    return result


@pytest.mark.parametrize("wrap", [as_it_is, packed, in_an_archive])
def test_a_file_takes_the_place(
    fresh: Path, target: Path, wrap: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("umami_geo_update", file=str(wrap(fresh)), to=str(target))
    assert target.read_bytes() == fresh.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == ["place.mmdb"]
    told = capsys.readouterr().out
    assert "built 2023-11-14" in told and "Licence unknown" in told


def test_an_address_is_fetched(fresh: Path, target: Path, served: str) -> None:
    with override_settings(UMAMI={"GEOIP_DATABASE": str(target)}):
        call_command("umami_geo_update", url=f"{served}/fresh.mmdb", verbosity=0)
    assert target.read_bytes() == fresh.read_bytes()


def test_a_running_server_notices(fresh: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo, "_database", geo._Database())
    monkeypatch.setattr(geo, "LOOKED_AT_EVERY_S", 0.0)
    assert geo.place("8.8.8.8", {}, proxied=False, database=str(target)).country is None
    call_command("umami_geo_update", file=str(fresh), to=str(target), verbosity=0)
    assert geo.place("8.8.8.8", {}, proxied=False, database=str(target)).country == "NL"


def bad_file(path: Path, kind: str) -> Path:
    match kind:
        case "nothing":
            path.write_bytes(b"")
        case "text":
            path.write_text("<html>not found</html>")
        case "half":
            write_mmdb(path, EIGHT, {"country": {"iso_code": "NL"}})
            path.write_bytes(path.read_bytes()[:60])
        case "half packed":
            path.write_bytes(gzip.compress(b"x" * 10_000)[:30])
        case "no country":
            write_mmdb(path, EIGHT, {"autonomous_system_number": 15169})
        case "empty archive":
            with tarfile.open(path, "w:gz") as archive:
                archive.addfile(tarfile.TarInfo("x.txt"), io.BytesIO())
        case "missing":
            pass
    return path


@pytest.mark.parametrize(
    "kind", ["nothing", "text", "half", "half packed", "no country", "empty archive", "missing"]
)
def test_a_bad_file_leaves_the_old_one(tmp_path: Path, target: Path, kind: str) -> None:
    path = bad_file(tmp_path / "bad", kind)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("umami_geo_update", file=str(path), to=str(target))
    assert target.read_bytes() == b"the old one"
    assert [path.name for path in target.parent.iterdir()] == ["place.mmdb"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "http://127.0.0.1:1/x", "nonsense"])
def test_a_bad_address_leaves_the_old_one(target: Path, url: str) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("umami_geo_update", url=url, to=str(target))
    assert target.read_bytes() == b"the old one"


def test_it_has_to_be_told_where_to(fresh: Path) -> None:
    with pytest.raises(CommandError, match="Where to"):
        call_command("umami_geo_update", file=str(fresh))


@pytest.mark.parametrize(
    ("kind", "word"),
    [("GeoLite2-City", "MaxMind"), ("DBIP-Country-Lite", "DB-IP"), ("DBIP-City-Lite (compat=City)", "DB-IP")],
)
def test_the_line_of_the_licence(kind: str, word: str) -> None:
    assert word in licence_of(kind)
