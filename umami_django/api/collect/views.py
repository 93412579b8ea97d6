"""`POST /api/collect`, the door of v1's trackers: plain and lean, on the hot path.

It reads like the stages: visitor, payload, website, hit, rows. Source: v1 reference 4.
"""

from datetime import UTC, datetime

from ... import conf
from ...exceptions import InvalidInput
from ...ingest import receipt
from ...ingest.payload import NoPayload, NotJson, Sent, sent
from ...ingest.pipeline import Reason, Tracked, collect, exclusion, refusal
from ...services import refusals
from ...services.directory import website_by_uuid
from ...services.policy import policy
from ...services.salts import current_salt
from ...services.visitors import visitor_of
from ...writers import store
from .asked import Answer, Asked, BodyTooLarge
from .door import (
    NotCounted,
    RateLimited,
    dropped,
    limited,
    open_door,
    require_room,
    text,
    website_named,
)

REFUSALS = {
    Reason.BOT: (401, "401 Unauthorized"),
    Reason.BLOCKED_ADDRESS: (403, "403 Forbidden"),
    Reason.UNKNOWN_WEBSITE: (400, ""),
}
"""What a visitor who is not counted is answered (v1 reference 4.2); for all other reasons nothing, and 200 (a missing
user agent: the user's document)."""


@open_door(lambda: text("503 Service Unavailable", 503))
def collect_v1(asked: Asked) -> Answer:
    """Take in one pageview or event; the answer is the cache token, as text.

    The website is remembered for seconds, the salt for the month: what remains is the writer's transaction with the
    session, the hit, and terms not seen before.
    """
    try:
        return _token(taken_in(asked, sent(asked.body())))
    except NotCounted as error:
        if error.reason is Reason.NOT_RECORDING:
            return dropped(_token(error.answer or ""), error.reason)
        status, answer = REFUSALS.get(error.reason, (200, ""))
        return dropped(text(error.answer or answer, status), error.reason)
    except BodyTooLarge:
        return text("Body exceeded 1mb limit", 413)
    except NotJson:
        return text("Invalid JSON", 400)
    except NoPayload:
        return text("Invalid request", 400)
    except RateLimited as error:
        return limited(text("429 Too Many Requests", 429), error)
    except InvalidInput as error:
        return text(_bad_request(error), 400)


def _token(token: str) -> Answer:
    return Answer(200, token.encode(), {"Content-Type": "text/plain"})


def taken_in(asked: Asked, told: Sent) -> str:
    """Store what a message of v1 tells; the cache token. Raises NoPayload, InvalidInput, RateLimited, NotCounted, and
    what storing raises."""
    in_force, now = policy(), datetime.now(UTC)
    visitor = visitor_of(asked.meta, in_force)
    if (reason := refusal(visitor, in_force.rules)) is not None:
        raise _refused(reason, website_named(told.message), now)
    payload = told.payload
    website = website_by_uuid(payload.website)
    if website is None:
        raise _refused(Reason.UNKNOWN_WEBSITE, None, now, f"Website not found: {payload.website}")
    if in_force.rate is not None:
        require_room(in_force.rate, asked, visitor.address, website, now)
    sent_back: str = asked.meta.get("HTTP_X_UMAMI_CACHE") or payload.cache or ""
    earlier = receipt.read(sent_back, in_force.key, website_id=website.id, now=now) if sent_back else None
    hit, found = collect(payload, visitor, website, now, current_salt(now), in_force.rules, earlier)
    if (reason := exclusion(hit, visitor, website.exclusions)) is not None:
        raise _refused(reason, website, now)
    # a token that is still good need not be signed again
    token = sent_back if found is earlier else receipt.written(found, in_force.key)
    if not conf.is_recording():
        raise NotCounted(Reason.NOT_RECORDING, token)
    store((hit,))
    return token


def _refused(reason: Reason, website: Tracked | None, now: datetime, answer: str | None = None) -> NotCounted:
    refusals.note(website.id if website else None, reason, now)
    return NotCounted(reason, answer)


def _bad_request(error: InvalidInput) -> str:
    """v1's text for the fields it checks, ours for the others (reference 4.2, 7.1)."""
    return "400 Bad Request" if error.field in ("website", "type") else error.message
