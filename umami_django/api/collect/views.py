"""`POST /api/collect`, the door of v1's trackers: a plain, lean view on the hot path.

It reads like the stages: request, visitor, payload, website, hit, rows. Source: v1 reference 4.
"""

import logging

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from ... import conf
from ...exceptions import InvalidInput
from ...ingest import receipt
from ...ingest.payload import NoPayload, NotJson, decoded, parsed
from ...ingest.pipeline import Reason, collect, refusal
from ...services.directory import website_by_uuid
from ...services.salts import current_salt
from ...writers import write
from ..cors import opened, preflight_answer
from ..requests import rules, visitor_of
from ..tokens import Purpose, signing_key

logger = logging.getLogger("umami_django.collect")

REASON_HEADER = "X-Umami-Dropped"
REFUSALS = {
    Reason.BOT: (401, "401 Unauthorized"),
    Reason.BLOCKED_ADDRESS: (403, "403 Forbidden"),
    Reason.NO_USER_AGENT: (200, ""),
}
"""What a visitor who is not counted is answered (v1 reference 4.2; a missing user agent: the user's document)."""


@csrf_exempt
@transaction.non_atomic_requests
def collect_v1(request: HttpRequest) -> HttpResponseBase:
    """Take in one pageview or event; the answer is the cache token, as text.

    The website is remembered for seconds, the salt for the month: what remains is the writer's transaction with the
    session, the hit, and terms not seen before.
    """
    if request.method == "OPTIONS":
        return preflight_answer(request)
    try:
        return opened(_collected(request))
    except NotJson:
        return opened(_text("Invalid JSON", 400))
    except NoPayload:
        return opened(_text("Invalid request", 400))
    except InvalidInput as error:
        return opened(_text(_bad_request(error), 400))
    except DatabaseError:
        # a visitor's page must not suffer, and the hit may come again
        logger.exception("A hit could not be stored.")
        response = _text("503 Service Unavailable", 503)
        response["Retry-After"] = "5"
        return opened(response)


def _collected(request: HttpRequest) -> HttpResponse:
    body = _body(request)
    if body is None:
        return _text("Body exceeded 1mb limit", 413)
    message = decoded(body) if body else None
    visitor, in_force = visitor_of(request), rules()
    if (reason := refusal(visitor, in_force)) is not None:
        status, text = REFUSALS[reason]
        return _dropped(_text(text, status), reason)
    payload = parsed(message)
    website = website_by_uuid(payload.website)
    if website is None:
        return _dropped(_text(f"Website not found: {payload.website}", 400), Reason.UNKNOWN_WEBSITE)
    now, key = timezone.now(), signing_key(Purpose.COLLECT)
    sent_back = request.headers.get("x-umami-cache") or payload.cache
    earlier = receipt.read(sent_back, key, website_id=website.id, now=now)
    accepted = collect(payload, visitor, website, now, current_salt(now), in_force, earlier)
    token = receipt.written(accepted.receipt, key)
    response = HttpResponse(token, content_type="text/plain")
    if not conf.is_recording():
        return _dropped(response, Reason.NOT_RECORDING)
    write([accepted.hit])
    return response


def _body(request: HttpRequest) -> bytes | None:
    """The body; None when it is too large. Read here, whatever Django's own limit for forms is."""
    most = conf.umami_settings().MAX_BODY_BYTES
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most:
        return None
    body = request.read(most + 1)
    return None if len(body) > most else body


def _bad_request(error: InvalidInput) -> str:
    """v1's text for the fields it checks, ours for the others (reference 4.2, 7.1)."""
    return "400 Bad Request" if error.field in ("website", "type") else error.message


def _dropped(response: HttpResponse, reason: Reason) -> HttpResponse:
    response[REASON_HEADER] = reason.value
    return response


def _text(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
