"""Where visitors are; and that not knowing it never costs a hit."""

import os
from pathlib import Path
from typing import Any

import pytest

from umami_django.ingest import geo
from umami_django.ingest.address import header_key
from umami_django.ingest.geo import Place, database_path, place, place_headers

from .mmdb import write_mmdb

AMSTERDAM = {
    "country": {"iso_code": "NL"},
    "subdivisions": [{"iso_code": "NH"}],
    "city": {"names": {"en": "Amsterdam"}},
}
EIGHT = "00001000"  # 8.0.0.0/8


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo, "_database", geo._Database())
    monkeypatch.setattr(geo, "_found", {})


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "GeoLite2-City.mmdb"
    write_mmdb(path, EIGHT, AMSTERDAM)
    return str(path)


def where(address: str | None, database: str | None = None, **headers: str) -> Place:
    told = {"HTTP_CF_IPCOUNTRY": headers["cf"]} if headers else {}
    return place(address, told, proxied=True, named_in=place_headers(("CF-IPCountry",)), database=database)


def test_country_region_and_city_come_from_the_file(database: str) -> None:
    assert where("8.8.8.8", database) == Place("NL", "NL-NH", "Amsterdam")
    assert where("9.9.9.9", database) == Place()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "fe80::1", None])
def test_local_addresses_are_nowhere(database: str, address: str | None) -> None:
    assert where(address, database) == Place()


@pytest.mark.parametrize(("value", "country"), [("de", "DE"), ("XX", "XX"), ("T1", "T1")])
def test_the_header_of_a_trusted_proxy_goes_before_the_file(database: str, value: str, country: str) -> None:
    assert where("8.8.8.8", database, cf=value) == Place(country)


@pytest.mark.parametrize("value", ["", "DEU", "D", "<>", "é1"])
def test_a_header_that_is_no_country_is_not_believed(database: str, value: str) -> None:
    assert where("8.8.8.8", database, cf=value).city == "Amsterdam"


def test_a_strangers_header_is_not_believed() -> None:
    headers = {"HTTP_CF_IPCOUNTRY": "DE"}
    assert (
        place("8.8.8.8", headers, proxied=False, named_in=place_headers(("CF-IPCountry",)), database=None)
        == Place()
    )


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\xab\xcd\xefMaxMind.com"])
def test_a_missing_or_broken_file_knows_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.mmdb"
    if content is not None:
        path.write_bytes(content)
    assert where("8.8.8.8", str(path)) == Place()


def test_a_missing_package_knows_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "maxminddb", None)
    assert where("8.8.8.8", database) == Place()


def test_a_new_file_is_noticed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock: list[float] = [1000.0]
    monkeypatch.setattr(geo.time, "monotonic", lambda: clock[0])
    assert where("8.8.8.8", database).country == "NL"
    fresh = Path(database).with_suffix(".new")
    write_mmdb(fresh, EIGHT, {"country": {"iso_code": "BE"}})
    os.utime(fresh, ns=(1, 1))
    fresh.replace(database)
    assert where("8.8.8.8", database).country == "NL"
    clock[0] += geo.LOOKED_AT_EVERY_S
    assert where("8.8.8.8", database).country == "BE"


@pytest.mark.parametrize(
    "record", [{"country": "NL"}, {"country": {}}, {"subdivisions": "x"}, {"city": {"names": 5}}]
)
def test_odd_records_know_what_they_can(tmp_path: Path, record: dict[str, Any]) -> None:
    path = tmp_path / "odd.mmdb"
    write_mmdb(path, EIGHT, record)
    assert where("8.8.8.8", str(path)) == Place()


def test_the_file_is_found_in_djangos_folder(database: str) -> None:
    folder = str(Path(database).parent)
    assert database_path(None, folder) == database
    assert database_path("/other.mmdb", folder) == "/other.mmdb"
    assert database_path(None, None) is None
    assert database_path(None, "/nowhere") is None


PROXIES = place_headers(
    (
        "CF-IPCountry,CF-Region-Code,CF-IPCity",
        "X-Vercel-IP-Country,X-Vercel-IP-Country-Region,X-Vercel-IP-City",
    )
)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (
            {"cf-ipcountry": "us", "cf-region-code": "ca", "cf-ipcity": "Los Angeles"},
            ("US", "US-CA", "Los Angeles"),
        ),
        (
            {
                "x-vercel-ip-country": "BR",
                "x-vercel-ip-country-region": "SP",
                "x-vercel-ip-city": "S%C3%A3o%20Paulo",
            },
            ("BR", "BR-SP", "São Paulo"),
        ),
        (
            {"cf-ipcountry": "BR", "cf-ipcity": "São Paulo".encode().decode("latin-1")},
            ("BR", None, "São Paulo"),
        ),
        ({"cf-ipcountry": "DE", "cf-region-code": "DE-BE"}, ("DE", "DE-BE", None)),
        ({"cf-ipcountry": "DE", "cf-region-code": "<b>", "cf-ipcity": "\x00\x07 "}, ("DE", None, None)),
        ({"cf-ipcountry": "nowhere", "x-vercel-ip-country": "FR"}, ("FR", None, None)),
        ({"cf-region-code": "CA", "cf-ipcity": "Nice"}, (None, None, None)),
        ({"cf-ipcountry": "DE", "cf-ipcity": "x" * 500}, ("DE", None, "x" * 100)),
    ],
)
def test_headers_of_proxies(headers: dict[str, str], found: tuple[str | None, ...]) -> None:
    meta = {header_key(name): value for name, value in headers.items()}
    assert place("8.8.8.8", meta, proxied=True, named_in=PROXIES, database=None) == Place(*found)
    assert place("8.8.8.8", meta, proxied=False, named_in=PROXIES, database=None) == Place()


@pytest.mark.parametrize("text", ["", "a b", "a,b,c,d", "a,,b", "é"])
def test_what_names_no_headers(text: str) -> None:
    with pytest.raises(ValueError, match="does not name a header"):
        place_headers((text,))
