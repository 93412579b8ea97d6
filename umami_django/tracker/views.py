"""Serves `umami.js`, also where no static files are served and under names that ad blockers do not know."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from .. import conf

SCRIPT = Path(__file__).parent.parent / "static" / "umami_django" / "tracker" / "umami.js"
CACHE_CONTROL = "public, max-age=86400, stale-while-revalidate=604800"
"""A day: an upgrade reaches every visitor within it, and a page view costs no request for the script."""


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


@lru_cache(maxsize=1)
def _script() -> _File:
    text = SCRIPT.read_bytes()
    return _File(text, f'"{blake2b(text, digest_size=8).hexdigest()}"')


def script(request: HttpRequest, name: str = "umami") -> HttpResponseBase:
    """The tracker, under its own name and those of `UMAMI["TRACKER_SCRIPT_NAME"]` (v1 reference 4.8, 4.9)."""
    file = _script()
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
