"""Serves the trackers, also where no static files are served and under names that ad blockers do not know."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from .. import conf

FOLDER = Path(__file__).parent.parent / "static" / "umami_django" / "tracker"
CACHE_CONTROL = "public, max-age=86400, stale-while-revalidate=604800"
"""A day: an upgrade reaches every visitor within it, and a page view costs no request for the script."""

ENDPOINTS = {"umami.js": b"'/api/collect'", "script.js": b"'/api/send'"}
"""Where a script sends to, as it stands in its text."""


@dataclass(frozen=True, slots=True)
class _File:
    text: bytes
    etag: str


class ScriptName:
    """A path converter for the configured names alone: any other address stays the host's."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if value not in conf.umami_settings().TRACKER_SCRIPT_NAME:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


@lru_cache(maxsize=4)
def _file(name: str, collect_path: str | None) -> _File:
    """The script, which sends to *collect_path* where the host has one."""
    text = (FOLDER / name).read_bytes()
    if collect_path:
        text = text.replace(ENDPOINTS[name], f"'/{collect_path}'".encode())
    return _File(text, f'"{blake2b(text, digest_size=8).hexdigest()}"')


def script(request: HttpRequest, name: str = "umami") -> HttpResponseBase:
    """The tracker of v1, under its own name and those of `UMAMI["TRACKER_SCRIPT_NAME"]` (v1 reference 4.8, 4.9)."""
    return _answer(request, _file("umami.js", conf.umami_settings().COLLECT_PATH))


def modern_script(request: HttpRequest) -> HttpResponseBase:
    """The tracker of today (v3 reference 4.8)."""
    return _answer(request, _file("script.js", conf.umami_settings().COLLECT_PATH))


def _answer(request: HttpRequest, file: _File) -> HttpResponseBase:
    known = parse_etags(request.headers.get("if-none-match", ""))
    response: HttpResponse
    if file.etag in known or "*" in known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(file.text, content_type="application/javascript; charset=utf-8")
    response["ETag"] = file.etag
    response["Cache-Control"] = CACHE_CONTROL
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
