"""How statistics are answered: in bounded time, and with a tag, so that what an asker has already is not sent again."""

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Any

from django.utils.cache import get_conditional_response, patch_cache_control
from rest_framework.request import Request
from rest_framework.response import Response

from ....databases.patience import bounded
from ....domain.scope import Scope
from ....stats.exactness import exactness

View = Callable[..., Any]
RAW_FROM = "X-Umami-Raw-From"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"


def statistics(view: View) -> View:
    """A view that counts: it raises TooSlow after `STATISTICS_TIMEOUT`.

    Where what it is `asked_about` touches time of which hits are pruned, a header says from when on there are hits.
    """

    @wraps(view)
    def in_bounded_time(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        with bounded():
            response = view(self, request, *args, **kwargs)
        asked_about: Scope | None = getattr(self, "asked_about", None)
        if asked_about is not None and (raw_from := exactness(asked_about).raw_from) is not None:
            response[RAW_FROM] = raw_from.strftime("%Y-%m-%dT%H:%M:%SZ")
        return response

    return in_bounded_time


def tagged(view: View) -> View:
    """A view whose answers carry an ETag made of their content; 304 to an asker who names it (RFC 9110, 13).

    It is right whatever happened to the traffic meanwhile, and saves the way, not the work. A view that knows before
    its work that nothing has changed may set the ETag itself.
    """

    @wraps(view)
    def with_tag(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        response = view(self, request, *args, **kwargs)
        if isinstance(response, Response) and response.status_code == 200:
            response.add_post_render_callback(lambda rendered: _conditional(request, rendered))
        return response

    return with_tag


def _conditional(request: Request, response: Any) -> Any:
    """*response*, or a 304 with the same headers but no body."""
    if not response.has_header("ETag"):
        response["ETag"] = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
    patch_cache_control(response, private=True, no_cache=True)
    answer = get_conditional_response(request._request, etag=response["ETag"], response=response) or response
    if answer is not response and response.has_header(ALLOW_ORIGIN):
        answer[ALLOW_ORIGIN] = response[ALLOW_ORIGIN]
    return answer
