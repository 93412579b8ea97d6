"""`POST /api/collect`, the door of v1's trackers: a plain, lean view on the hot path.

It reads like the stages: request, visitor, payload, website, hit, rows. Source: v1 reference 4.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ... import conf
from ...exceptions import InvalidInput
from ...ingest import receipt
from ...ingest.payload import NoPayload, NotJson, decoded, parsed
from ...ingest.pipeline import Reason, Tracked, collect, exclusion, refusal
from ...services import refusals
from ...services.directory import website_by_uuid
from ...services.salts import current_salt
from ...services.visitors import rules, visitor_of
from ...writers import store
from ..tokens import Purpose, signing_key
from .door import BodyTooLarge, body_of, dropped, open_door, text, website_named

REFUSALS = {
    Reason.BOT: (401, "401 Unauthorized"),
    Reason.BLOCKED_ADDRESS: (403, "403 Forbidden"),
}
"""What a visitor who is not counted is answered (v1 reference 4.2); for all other reasons nothing, and 200 (a missing
user agent: the user's document)."""


@open_door(lambda: text("503 Service Unavailable", 503))
def collect_v1(request: HttpRequest) -> HttpResponse:
    """Take in one pageview or event; the answer is the cache token, as text.

    The website is remembered for seconds, the salt for the month: what remains is the writer's transaction with the
    session, the hit, and terms not seen before.
    """
    try:
        return _collected(request)
    except BodyTooLarge:
        return text("Body exceeded 1mb limit", 413)
    except NotJson:
        return text("Invalid JSON", 400)
    except NoPayload:
        return text("Invalid request", 400)
    except InvalidInput as error:
        return text(_bad_request(error), 400)


def _collected(request: HttpRequest) -> HttpResponse:
    body = body_of(request)
    message = decoded(body) if body else None
    visitor, in_force = visitor_of(request), rules()
    now, key = timezone.now(), signing_key(Purpose.COLLECT)
    if (reason := refusal(visitor, in_force)) is not None:
        return _refused(reason, website_named(message), now)
    payload = parsed(message)
    website = website_by_uuid(payload.website)
    if website is None:
        refusals.note(None, Reason.UNKNOWN_WEBSITE, now)
        return dropped(text(f"Website not found: {payload.website}", 400), Reason.UNKNOWN_WEBSITE)
    sent_back = request.META.get("HTTP_X_UMAMI_CACHE") or payload.cache
    earlier = receipt.read(sent_back, key, website_id=website.id, now=now)
    accepted = collect(payload, visitor, website, now, current_salt(now), in_force, earlier)
    if (reason := exclusion(accepted.hit, visitor, website.exclusions)) is not None:
        return _refused(reason, website, now)
    is_known = accepted.receipt is earlier  # what was sent is still good: no need to sign again
    token = sent_back if is_known else receipt.written(accepted.receipt, key)
    response = HttpResponse(token, content_type="text/plain")
    if not conf.is_recording():
        return dropped(response, Reason.NOT_RECORDING)
    store([accepted.hit])
    return response


def _refused(reason: Reason, website: Tracked | None, now: datetime) -> HttpResponse:
    refusals.note(website.id if website else None, reason, now)
    status, answer = REFUSALS.get(reason, (200, ""))
    return dropped(text(answer, status), reason)


def _bad_request(error: InvalidInput) -> str:
    """v1's text for the fields it checks, ours for the others (reference 4.2, 7.1)."""
    return "400 Bad Request" if error.field in ("website", "type") else error.message
