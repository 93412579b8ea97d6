"""`CollectFirst`: answers collect before Django's handler and middleware run. Optional, one line in a host's wsgi.py.

    application = CollectFirst(get_wsgi_application())

Same views, same writer, same answers, same host check; a third of a collect's work is a host's middleware.
Source: design, section 6.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve, set_script_prefix

from .conf import umami_settings

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

DOOR_ENDS = ("/collect", "/send", "/batch", "/collect/", "/send/", "/batch/")
"""What else a request is for costs no look at the URLs."""
PIXEL = "/api/pixel/"
LONGEST_PATH = 200
"""Longer paths are Django's: what is remembered of paths stays small."""


class CollectFirst:
    """A WSGI application that answers the collect doors itself and leaves everything else to *application*."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        match = _door_at(path) if _may_be_door(path) else None
        if match is None:
            return self._application(environ, start_response)
        request = WSGIRequest(environ)
        set_script_prefix(request.META["SCRIPT_NAME"])
        request.resolver_match = match
        try:
            response: Any = _answer(request)
        finally:
            close_old_connections()
        content = getattr(response, "content", b"")
        response.headers.setdefault("Content-Length", str(len(content)))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [content]


def _may_be_door(path: str) -> bool:
    """Is it worth a look at the URLs?"""
    own = umami_settings().COLLECT_PATH
    return len(path) <= LONGEST_PATH and (
        path.endswith(DOOR_ENDS) or PIXEL in path or (own is not None and path.rstrip("/").endswith(own))
    )


@lru_cache(maxsize=256)
def _door_at(path: str) -> ResolverMatch | None:
    """The collect door at *path*, wherever the host has mounted it."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if getattr(match.func, "is_collect_door", False) else None


@convert_exception_to_response
def _answer(request: HttpRequest) -> HttpResponseBase:
    request.get_host()  # as CommonMiddleware does: a host that is not allowed answers 400
    match: Any = request.resolver_match
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response
