"""Cross-origin answers: who may read ours from another website's page.

Our doors answer preflights themselves. Where django-cors-headers stands in front, a receiver of its signal allows
the same doors there.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOWED_METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE"
DOORS = frozenset({"collect", "send", "batch", "either", "pixel", "v1-website-detail"}) | {
    f"v1-website-{name}" for name in ("stats", "pageviews", "events", "metrics", "active")
}
"""Names of the routes that any origin may call (v1 reference 1.5)."""


def opened(response: HttpResponseBase) -> HttpResponseBase:
    """*response*, readable from any origin."""
    response[ALLOW_ORIGIN] = "*"
    return response


def preflight_answer(request: HttpRequest) -> HttpResponse:
    """204 with what v1 sends (reference 1.5)."""
    asked = request.headers.get("access-control-request-headers")
    response = HttpResponse(status=204, headers=preflight_headers(asked))
    del response["Content-Type"]  # there is no content
    return response


def preflight_headers(asked: str | None) -> dict[str, str]:
    """Any origin, all methods, the headers that were *asked* for (v1 reference 1.5)."""
    headers = {
        ALLOW_ORIGIN: "*",
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Vary": "Access-Control-Request-Headers",
    }
    return headers | {"Access-Control-Allow-Headers": asked} if asked else headers


def is_our_door(sender: object, request: HttpRequest, **_: Any) -> bool:
    """Receiver of `corsheaders.signals.check_request_enabled`: is the request for one of our open doors?"""
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return False
    return "umami" in match.app_names and match.url_name in DOORS


def connect() -> None:
    """Let django-cors-headers, where it is installed in front, allow our doors."""
    from corsheaders.signals import check_request_enabled

    check_request_enabled.connect(is_our_door, dispatch_uid="umami_django.api.cors")
