"""How the tracker script is served."""

import gzip

import pytest
from django.test import Client, override_settings

from umami_django.tracker.views import FOLDER


@pytest.mark.parametrize("name", ["umami.js", "script.js"])
def test_the_script_is_served_for_any_website(client: Client, name: str) -> None:
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/javascript; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=86400" in answer["Cache-Control"]
    assert answer.content == (FOLDER / name).read_bytes()


def test_a_browser_that_has_it_is_told_so(client: Client) -> None:
    etag = client.get("/umami.js")["ETag"]
    answer = client.get("/umami.js", headers={"if-none-match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert client.get("/umami.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_it_has_the_names_that_the_settings_give_it(client: Client) -> None:
    assert client.get("/insight.js").status_code == 404
    with override_settings(UMAMI={"TRACKER_SCRIPT_NAME": ["insight"]}):
        assert client.get("/insight.js").status_code == 200
        assert client.get("/other.js").status_code == 404
        assert client.get("/umami.js").status_code == 200


@pytest.mark.parametrize("name", ["umami.js", "script.js"])
def test_it_is_at_most_two_kilobytes_on_the_wire(name: str) -> None:
    assert len(gzip.compress((FOLDER / name).read_bytes(), 9)) <= 2048
