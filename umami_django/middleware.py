"""Counts pageviews on the server, with no JavaScript at all."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase

from . import conf
from .exceptions import UmamiError
from .tracking import track_view

logger = logging.getLogger("umami_django.middleware")

PREFETCH = ("prefetch", "prerender")


class UmamiMiddleware:
    """Records a pageview for each page of HTML that was asked for with GET and answered with 200.

    Of the website in `UMAMI["WEBSITE"]`; not of staff with `UMAMI["SKIP_STAFF"]`; not of pages that are only fetched
    ahead, and not of fragments that scripts ask for. A page never suffers: an error is logged.
    """

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
    ) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self._acall(request)
        response = self.get_response(request)
        _count(request, response)  # type: ignore[arg-type]
        return response

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)  # type: ignore[misc]
        if _is_page(request, response):
            await sync_to_async(_count, thread_sensitive=True)(request, response)
        return response


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    headers = request.headers
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.get("Content-Type", "").startswith("text/html")
        and headers.get("x-requested-with") != "XMLHttpRequest"
        and headers.get("sec-fetch-dest", "document") == "document"
        and not headers.get("sec-purpose", headers.get("purpose", "")).startswith(PREFETCH)
    )


def _count(request: HttpRequest, response: HttpResponseBase) -> None:
    if not _is_page(request, response) or is_skipped_staff(request):
        return
    try:
        track_view(request)
    except UmamiError as error:
        logger.warning("A pageview was not counted: %s", error)
    except Exception:  # a page must not suffer
        logger.exception("A pageview was not counted.")


def is_skipped_staff(request: HttpRequest) -> bool:
    """Is this a signed-in member of staff, whom the settings leave out?"""
    user = getattr(request, "user", None)
    return conf.umami_settings().SKIP_STAFF and bool(getattr(user, "is_staff", False))
