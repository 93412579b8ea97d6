"""`POST /api/send` and `POST /api/batch`, the doors of today's trackers and clients (v3 reference 4.1, 4.5)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from ... import conf
from ...domain.hits import Hit, Identification
from ...exceptions import InvalidInput, NotFound
from ...ingest import receipt
from ...ingest.geo import place
from ...ingest.modern import (
    Message,
    MessageType,
    believable_time,
    message,
    sent_message,
    uuid_of_visit,
)
from ...ingest.payload import NoPayload, NotJson, decoded
from ...ingest.pipeline import (
    Reason,
    Tracked,
    Visitor,
    collect,
    exclusion,
    identify,
    refusal,
)
from ...ingest.receipt import Receipt
from ...services import pruning, refusals
from ...services.directory import website_by_uuid
from ...services.policy import Policy, policy
from ...services.salts import salt_for
from ...services.visitors import visitor_of
from ...writers import store
from ..v3.errors import error_body, invalid_body
from .asked import Answer, Asked, BodyTooLarge
from .door import (
    RateLimited,
    compact_json,
    dropped,
    limited,
    may_write,
    open_door,
    require_room,
)

MOST_AT_ONCE = 1000
"""Messages in one batch (v3 reference 8.3, 47)."""
BOT_ANSWER = {"beep": "boop"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends messages, and what the request says of them; the same for all messages of a batch."""

    visitor: Visitor
    in_force: Policy
    token: str | None
    now: datetime
    asked: Asked


class Outcome(NamedTuple):
    """What became of one message: what the answer is made of, and what is to be stored."""

    receipt: Receipt | None = None
    """Of a message that is taken in."""
    token: str | None = None
    """The cache token: the one that was sent, while it is still good."""
    hit: Hit | None = None
    identification: Identification | None = None
    dropped: Reason | None = None

    def cache(self) -> str | None:
        """The token that the sender is to send back; None when the message is not taken in."""
        if self.receipt is None or self.token is not None:
            return self.token
        return receipt.written(self.receipt, policy().key)

    def answer(self) -> dict[str, Any]:
        """What the sender of a single message is told."""
        if self.receipt is None:
            return BOT_ANSWER
        return {
            "cache": self.cache(),
            "sessionId": str(UUID(self.receipt.session)),
            "visitId": str(uuid_of_visit(self.receipt.visit_id)),
        }


@open_door(lambda: compact_json(error_body(503), 503))
def send(asked: Asked) -> Answer:
    """Take in one message; the answer has the cache token, the session and the visit."""
    try:
        outcome = _taken_in(sent_message(asked.body()), _sender(asked))
    except BodyTooLarge:
        return compact_json(error_body(413), 413)
    except NoPayload:
        return compact_json(error_body(400, None, "payload", detail="is missing"), 400)
    except InvalidInput as error:
        return compact_json(invalid_body(error), 400)
    except RateLimited as error:
        return limited(compact_json(error_body(429), 429), error)
    except NotFound as error:
        return dropped(compact_json(error_body(400, error.message), 400), Reason.UNKNOWN_WEBSITE)
    if outcome.dropped is Reason.BLOCKED_ADDRESS:
        return dropped(compact_json(error_body(403), 403), outcome.dropped)
    _store([outcome])
    answer = compact_json(outcome.answer())
    return dropped(answer, outcome.dropped) if outcome.dropped else answer


@open_door(lambda: compact_json(error_body(503), 503))
def batch(asked: Asked) -> Answer:
    """Take in a list of messages, in their order; those that are wrong are named by their index, the others stored."""
    try:
        body = decoded(asked.body())
    except BodyTooLarge:
        return compact_json(error_body(413), 413)
    except NotJson as error:
        return compact_json(invalid_body(error), 400)
    if not isinstance(body, list) or len(body) > MOST_AT_ONCE:
        return compact_json(error_body(400, f"Expected an array of at most {MOST_AT_ONCE} messages."), 400)
    sender = _sender(asked)
    outcomes, details = [], []
    last_limit: RateLimited | None = None
    for index, entry in enumerate(body):
        try:
            outcome = _taken_in(message(entry), sender)
        except NoPayload:
            details.append(_detail(index, error_body(400, None, "payload", detail="is missing")))
        except InvalidInput as error:
            details.append(_detail(index, invalid_body(error)))
        except RateLimited as error:
            last_limit = error
            details.append(_detail(index, error_body(429)))
        except NotFound as error:
            details.append(_detail(index, error_body(400, error.message)))
        else:
            if outcome.dropped is Reason.BLOCKED_ADDRESS:
                details.append(_detail(index, error_body(403)))
            else:
                outcomes.append(outcome)
    _store(outcomes)
    answer: dict[str, Any] = {
        "size": len(body),
        "processed": len(outcomes),
        "errors": len(details),
        "details": details,
    }
    taken_in = next((outcome for outcome in outcomes if outcome.receipt), None)
    if taken_in or not body:
        answer["cache"] = taken_in.cache() if taken_in else None
    if last_limit is not None:
        return limited(compact_json(answer, 200 if outcomes else 429), last_limit)
    return compact_json(answer)


def _detail(index: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"index": index, "response": body}


def _sender(asked: Asked) -> Sender:
    in_force = policy()
    return Sender(
        visitor=visitor_of(asked.meta, in_force),
        in_force=in_force,
        token=asked.meta.get("HTTP_X_UMAMI_CACHE"),
        now=datetime.now(UTC),
        asked=asked,
    )


def _taken_in(sent: Message, sender: Sender) -> Outcome:
    """What one message comes to; nothing is stored yet. Raises InvalidInput, NotFound, RateLimited."""
    website = website_by_uuid(sent.payload.website)
    if website is None:
        refusals.note(None, Reason.UNKNOWN_WEBSITE, sender.now)
        raise NotFound("Website not found.")
    trusted = _claims_more(sent) and may_write(sender.asked, website)
    in_force = sender.in_force
    if not trusted and in_force.rate is not None:
        require_room(in_force.rate, sender.asked, sender.visitor.address, website, sender.now)
    visitor = _visitor(sent, sender.visitor) if trusted else sender.visitor
    if (reason := refusal(visitor, in_force.rules)) is not None:
        return _refused(reason, website, sender)
    moment = believable_time(sent.timestamp, sender.now, trusted=trusted)
    if pruning.is_pruned(website.id, moment, sender.now):
        return _refused(Reason.PRUNED_PERIOD, website, sender)
    earlier = receipt.read(sender.token, in_force.key, website_id=website.id, now=moment)
    salt = salt_for(moment, sender.now)
    hit, found = collect(sent.payload, visitor, website, moment, salt, in_force.rules, earlier, conf.secret())
    if (reason := exclusion(hit, visitor, website.exclusions)) is not None:
        return _refused(reason, website, sender)
    token = sender.token if found is earlier else None
    if not conf.is_recording():
        return Outcome(found, token, dropped=Reason.NOT_RECORDING)
    if sent.type is MessageType.IDENTIFY:
        return Outcome(found, token, identification=identify(hit, sent.data))
    return Outcome(found, token, hit)


def _refused(reason: Reason, website: Tracked, sender: Sender) -> Outcome:
    refusals.note(website.id, reason, sender.now)
    return Outcome(dropped=reason)


def _claims_more(sent: Message) -> bool:
    """Does the message claim what only somebody we know may claim? Then, and only then, we look who it is."""
    return bool(sent.address or sent.user_agent or sent.timestamp)


def _visitor(sent: Message, visitor: Visitor) -> Visitor:
    """The visitor whom a trusted sender speaks of; their place is that of their address."""
    if sent.address:
        where = place(sent.address, {}, proxied=False, database=policy().geo_database)
        visitor = visitor._replace(address=sent.address, place=where)
    return visitor._replace(user_agent=sent.user_agent) if sent.user_agent else visitor


def _store(outcomes: list[Outcome]) -> None:
    """Everything in one transaction."""
    store(
        [outcome.hit for outcome in outcomes if outcome.hit],
        [outcome.identification for outcome in outcomes if outcome.identification],
    )
