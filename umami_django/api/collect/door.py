"""What every collect door shares: a view and a place in `CollectFirst`, the answer to a refusal, a failing database."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, cast

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ...exceptions import InvalidInput, StoreUnavailable, UmamiError
from ...ingest.payload import website_uuid
from ...ingest.pipeline import Reason, Tracked
from ...models import Website
from ...services import refusals
from ...services.directory import website_by_uuid
from ...services.rate import Rate, buckets
from ...writers import is_stalled
from ..authentication import asker_of
from ..cors import ALLOW_ORIGIN, preflight_headers
from .asked import Answer, Asked

logger = logging.getLogger("umami_django.collect")

REASON_HEADER = "X-Umami-Dropped"
ASKED_HEADERS = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"
COME_AGAIN_S = 5

Door = Callable[..., Answer]
"""From what is asked, and what the URL names, to the answer."""


class View(Protocol):
    """A Django view of a door, which `CollectFirst` knocks at without Django."""

    door: Door

    def __call__(self, request: HttpRequest, **named: Any) -> HttpResponse: ...


def open_door(unavailable: Callable[[], Answer]) -> Callable[[Door], View]:
    """Make a view of a collect door: any origin may call it, preflights are answered. When the database fails, the
    answer is *unavailable*, and asks to come again."""

    def decorate(answer_to: Door) -> View:
        @wraps(answer_to)
        def door(asked: Asked, **named: Any) -> Answer:
            if asked.method == "OPTIONS":
                return Answer(204, b"", preflight_headers(asked.meta.get(ASKED_HEADERS)))
            answer = None
            try:
                if not is_stalled():
                    answer = answer_to(asked, **named)
            except StoreUnavailable as error:
                logger.warning("A hit was turned away: %s", error)
            except DatabaseError:
                logger.exception("A hit could not be stored.")
            if answer is None:
                # a visitor's page must not suffer, and the hit may come again
                answer = unavailable()
                answer.headers["Retry-After"] = str(COME_AGAIN_S)
            answer.headers[ALLOW_ORIGIN] = "*"
            return answer

        return view_of(door)

    return decorate


def view_of(door: Door) -> View:
    """The Django view of *door*: no CSRF, no transaction of the host's."""

    @csrf_exempt
    @transaction.non_atomic_requests
    @wraps(door)
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        return door(Asked(request.method or "", request.META, request, request), **named).as_response()

    found = cast(View, view)
    found.door = door
    return found


class NotCounted(UmamiError):
    """The hit is not stored, and why; the answer, where it is to be another than usual."""

    def __init__(self, reason: Reason, answer: str | None = None) -> None:
        self.reason = reason
        self.answer = answer
        super().__init__()


class RateLimited(UmamiError):
    """Too many hits from one address."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__()


def require_room(rate: Rate, asked: Asked, address: str | None, website: Tracked, now: datetime) -> None:
    """Let one more hit of *address* in. Raises RateLimited, but not for somebody who may write to the website."""
    wait_s = buckets.take(address, website.id, rate)
    if wait_s and not may_write(asked, website):
        refusals.note(website.id, Reason.RATE_LIMITED, now)
        raise RateLimited(wait_s)


def may_write(asked: Asked, website: Tracked) -> bool:
    """Is it asked by somebody who may change the website? Looked up once for each website of a request."""
    known = asked.writable
    if known is None:
        known = asked.writable = {}
    if website.id not in known:
        viewer = asker_of(asked.request()).viewer
        known[website.id] = Website.objects.changeable_by(viewer).filter(pk=website.id).exists()
    return known[website.id]


def limited(answer: Answer, error: RateLimited) -> Answer:
    """*answer*, which also says when to come again."""
    answer.headers["Retry-After"] = str(error.wait_s)
    return dropped(answer, Reason.RATE_LIMITED)


def website_named(message: Any) -> Tracked | None:
    """The website that a message names which is not looked at any further; None when it names none that there is."""
    payload = message.get("payload") if isinstance(message, dict) else None
    try:
        return website_by_uuid(website_uuid(payload.get("website"))) if isinstance(payload, dict) else None
    except (InvalidInput, StoreUnavailable, DatabaseError):
        return None


def dropped(answer: Answer, reason: Reason) -> Answer:
    """*answer*, which also says why the hit is not counted."""
    answer.headers[REASON_HEADER] = reason.value
    return answer


def text(content: str, status: int = 200) -> Answer:
    """A plain text answer."""
    return Answer(status, content.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def compact_json(content: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, body.encode(), {"Content-Type": "application/json; charset=utf-8"})
