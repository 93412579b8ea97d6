"""What every collect door shares: the body within its limit, the answer to a refusal, a failing database."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from ... import conf
from ...exceptions import InvalidInput, StoreUnavailable, UmamiError
from ...ingest.payload import website_uuid
from ...ingest.pipeline import Reason, Tracked
from ...services.directory import website_by_uuid
from ...writers import is_stalled
from ..cors import opened, preflight_answer

logger = logging.getLogger("umami_django.collect")

REASON_HEADER = "X-Umami-Dropped"
COME_AGAIN_S = 5

Door = Callable[[HttpRequest], HttpResponse]


def open_door(
    unavailable: Callable[[], HttpResponse],
) -> Callable[[Door], Callable[[HttpRequest], HttpResponseBase]]:
    """Make a collect door of a view: any origin may call it, preflights are answered, no CSRF, no transaction of the
    host's. When the database fails, the answer is *unavailable*, and asks to come again."""

    def decorate(view: Door) -> Callable[[HttpRequest], HttpResponseBase]:
        @csrf_exempt
        @transaction.non_atomic_requests
        @wraps(view)
        def door(request: HttpRequest) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return preflight_answer(request)
            try:
                if not is_stalled():
                    return opened(view(request))
            except StoreUnavailable as error:
                logger.warning("A hit was turned away: %s", error)
            except DatabaseError:
                logger.exception("A hit could not be stored.")
            # a visitor's page must not suffer, and the hit may come again
            response = unavailable()
            response["Retry-After"] = str(COME_AGAIN_S)
            return opened(response)

        door.is_collect_door = True  # type: ignore[attr-defined]  # CollectFirst looks for it
        return door

    return decorate


class BodyTooLarge(UmamiError):
    """The body of the request is too large."""


def body_of(request: HttpRequest) -> bytes:
    """The body. Read here, whatever Django's own limit for forms is. Raises BodyTooLarge."""
    most = conf.umami_settings().MAX_BODY_BYTES
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    body = request.read(most + 1) if length <= most else b""
    if max(length, len(body)) > most:
        raise BodyTooLarge
    return body


def website_named(message: Any) -> Tracked | None:
    """The website that a message names which is not looked at any further; None when it names none that there is."""
    payload = message.get("payload") if isinstance(message, dict) else None
    try:
        return website_by_uuid(website_uuid(payload.get("website"))) if isinstance(payload, dict) else None
    except (InvalidInput, StoreUnavailable, DatabaseError):
        return None


def dropped(response: HttpResponse, reason: Reason) -> HttpResponse:
    """*response*, which also says why the hit is not counted."""
    response[REASON_HEADER] = reason.value
    return response


def text(content: str, status: int = 200) -> HttpResponse:
    """A plain text answer."""
    return HttpResponse(content, status=status, content_type="text/plain; charset=utf-8")


def compact_json(content: Any, status: int = 200) -> HttpResponse:
    """A JSON answer."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
