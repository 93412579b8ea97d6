"""`CollectFirst`: answers collect before Django's handler and middleware run. Optional, one line in a host's wsgi.py.

    application = CollectFirst(get_wsgi_application())

Same doors, same writer, same answers, same host check. Django's handler, its request and response objects and a
host's middleware are most of a collect's work. Source: design, section 6.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from http.client import responses
from io import BytesIO
from typing import Any

from django.conf import settings as django_settings
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, ResolverMatch, resolve, set_script_prefix

from .api.collect.asked import Answer, Asked
from .conf import umami_settings
from .databases import opened

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

DOOR_ENDS = ("/collect", "/send", "/batch", "/collect/", "/send/", "/batch/")
"""What else a request is for costs no look at the URLs."""
PIXEL = "/api/pixel/"
LONGEST_PATH = 200
"""Longer paths are Django's: what is remembered of paths stays small."""
MOST_HOSTS = 1_000
STATUS_LINES = {status: f"{status} {reason}" for status, reason in responses.items()}
HOST_KEYS = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "SERVER_NAME", "SERVER_PORT")
"""What Django makes the name of the host of."""


class CollectFirst:
    """A WSGI application that answers the collect doors itself and leaves everything else to *application*."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._good_hosts: set[tuple[Any, ...]] = set()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        match = _door_at(path) if _may_be_door(path) else None
        if match is None:
            return self._application(environ, start_response)
        try:
            self._check_host(environ)
            # a server's stream may wait for more than was announced
            body = environ["wsgi.input"] if environ.get("CONTENT_LENGTH") else BytesIO()
            asked = Asked(environ["REQUEST_METHOD"], environ, body)
            answer = match.func.door(asked, **match.kwargs)  # type: ignore[attr-defined]
        except Exception as error:  # as Django answers it: 400 for a host that is not allowed, else 500
            answer = _answer_to(error, environ)
        finally:
            opened.close_old()
        start_response(
            STATUS_LINES[answer.status],
            [*answer.headers.items(), ("Content-Length", str(len(answer.content)))],
        )
        return [answer.content]

    def _check_host(self, environ: dict[str, Any]) -> None:
        """As CommonMiddleware does. Raises DisallowedHost; hosts that are allowed are remembered."""
        host = (*map(environ.get, HOST_KEYS), *django_settings.ALLOWED_HOSTS)
        if host not in self._good_hosts:
            WSGIRequest(environ).get_host()
            if len(self._good_hosts) < MOST_HOSTS:
                self._good_hosts.add(host)


def _may_be_door(path: str) -> bool:
    """Is it worth a look at the URLs?"""
    if len(path) > LONGEST_PATH:
        return False
    if path.endswith(DOOR_ENDS) or PIXEL in path:
        return True
    own = umami_settings().COLLECT_PATH
    return own is not None and path.rstrip("/").endswith(own)


@lru_cache(maxsize=256)
def _door_at(path: str) -> ResolverMatch | None:
    """The collect door at *path*, wherever the host has mounted it."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if hasattr(match.func, "door") else None


def _answer_to(error: Exception, environ: dict[str, Any]) -> Answer:
    request = WSGIRequest(environ)
    set_script_prefix(request.META["SCRIPT_NAME"])
    response: Any = response_for_exception(request, error)
    return Answer(response.status_code, response.content, dict(response.items()))
