"""What every collect door shares: the body within its limit, the answer to a refusal, a failing database."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from ... import conf
from ...exceptions import InvalidInput, StoreUnavailable, UmamiError
from ...ingest.payload import website_uuid
from ...ingest.pipeline import Reason, Tracked
from ...models import Website
from ...services import refusals
from ...services.directory import website_by_uuid
from ...services.rate import Rate, buckets, parsed_rate
from ...writers import is_stalled
from ..authentication import asker_of
from ..cors import opened, preflight_answer

logger = logging.getLogger("umami_django.collect")

REASON_HEADER = "X-Umami-Dropped"
COME_AGAIN_S = 5

Door = Callable[..., HttpResponse]


def open_door(unavailable: Callable[[], HttpResponse]) -> Callable[[Door], Callable[..., HttpResponseBase]]:
    """Make a collect door of a view: any origin may call it, preflights are answered, no CSRF, no transaction of the
    host's. When the database fails, the answer is *unavailable*, and asks to come again."""

    def decorate(view: Door) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @transaction.non_atomic_requests
        @wraps(view)
        def door(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if request.method == "OPTIONS":
                return preflight_answer(request)
            try:
                if not is_stalled():
                    return opened(view(request, **named))
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


class RateLimited(UmamiError):
    """Too many hits from one address."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__()


def require_room(request: HttpRequest, address: str | None, website: Tracked, now: datetime) -> None:
    """Let one more hit of *address* in. Raises RateLimited, but not for somebody who may write to the website."""
    rate = _rate(conf.umami_settings().COLLECT_RATE)
    wait_s = buckets.take(address, website.id, rate) if rate else 0
    if wait_s and not may_write(request, website):
        refusals.note(website.id, Reason.RATE_LIMITED, now)
        raise RateLimited(wait_s)


def may_write(request: HttpRequest, website: Tracked) -> bool:
    """Does *request* come from somebody who may change the website? Asked once for each website of a request."""
    known: dict[int, bool] = request.__dict__.setdefault("_umami_may_write", {})
    if website.id not in known:
        viewer = asker_of(request).viewer
        known[website.id] = Website.objects.changeable_by(viewer).filter(pk=website.id).exists()
    return known[website.id]


def limited(response: HttpResponse, error: RateLimited) -> HttpResponse:
    """*response*, which also says when to come again."""
    response["Retry-After"] = str(error.wait_s)
    return dropped(response, Reason.RATE_LIMITED)


def _rate(text: str | None) -> Rate | None:
    try:
        return parsed_rate(text) if text else None
    except ValueError:  # told by a system check
        return None


def body_of(request: HttpRequest) -> bytes:
    """The body. Read here, once, whatever Django's own limit for forms is. Raises BodyTooLarge."""
    known: bytes | None = request.__dict__.get("_umami_body")
    if known is not None:
        return known
    most = conf.umami_settings().MAX_BODY_BYTES
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    body = request.read(most + 1) if length <= most else b""
    if max(length, len(body)) > most:
        raise BodyTooLarge
    request.__dict__["_umami_body"] = body
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
