"""The pure stages of collect: location, identity, properties, receipt, pipeline."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import jwt
import pytest

from umami_django.domain.hits import Hit, Property
from umami_django.domain.periods import to_micros
from umami_django.domain.vocabulary import DataType, HitKind
from umami_django.exceptions import InvalidInput
from umami_django.ingest import receipt
from umami_django.ingest.address import networks
from umami_django.ingest.geo import Place
from umami_django.ingest.identity import (
    anonymous_session,
    imported_salt,
    key_of_session,
    month_number,
    session_key,
    visit_by_hour,
)
from umami_django.ingest.location import location
from umami_django.ingest.modern import sent_message
from umami_django.ingest.payload import (
    LONGEST_REPEATED,
    NoPayload,
    NotJson,
    Payload,
    clean,
    decoded,
    parsed,
    sent,
)
from umami_django.ingest.pipeline import Reason, Rules, Tracked, Visitor, collect, refusal
from umami_django.ingest.properties import properties
from umami_django.ingest.receipt import Receipt

SITE = UUID("154facc9-5ca2-4d13-ace5-4794cd576d8d")
NOW = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
KEY = "k" * 64


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        ("/", "/", None),
        ("/a?b=1", "/a", "b=1"),
        ("/a?", "/a", ""),
        ("/a?b=1#top", "/a#top", "b=1"),
        ("/#/route?x=1", "/#/route?x=1", None),
        ("https://example.com/a?b", "/a", "b"),
        ("https://example.com", "/", None),
        ("/caf%C3%A9", "/café", None),
        ("/a%2Fb%3Fc", "/a%2Fb%3Fc", None),
        ("/broken%zz", "/broken%zz", None),
        ("/broken%ff", "/broken%ff", None),
        ("?page=2", "/", "page=2"),
        ("", "", None),
    ],
)
def test_paths_and_queries(url: str, path: str, query: str | None) -> None:
    found = location(url, None, None)
    assert (found.url, found.path, found.query) == (url, path, query)


@pytest.mark.parametrize(
    ("referrer", "domain"),
    [
        (None, None),
        ("", None),
        ("https://www.Google.com/search?q=x", "google.com"),
        ("https://t.co:443/x", "t.co"),
        ("android-app://com.slack/", "com.slack"),
        ("/inside", "example.com"),
        ("//cdn.example/x", "cdn.example"),
        ("http://[broken", None),
        ("javascript:void(0)", "example.com"),
    ],
)
def test_referrer_domains(referrer: str | None, domain: str | None) -> None:
    assert location("/", referrer, "www.example.com").referrer_domain == domain


def test_campaigns_and_click_ids() -> None:
    found = location(
        "/?utm_source=news%20letter&utm_medium=mail&utm_medium=x&utm_term=&gclid=secret", None, None
    )
    assert (found.utm_source, found.utm_medium, found.utm_campaign) == ("news letter", "mail", None)
    assert found.click_id == "gclid"


@pytest.mark.parametrize(("url", "stored"), [("/a/", "/a"), ("/", "/"), ("/a/?x", "/a/?x"), ("", "")])
def test_final_slashes_are_removed_when_asked_for(url: str, stored: str) -> None:
    assert location(url, None, None, remove_trailing_slash=True).url == stored


def test_identities_are_the_same_for_ever() -> None:
    session = anonymous_session(SITE, "203.0.113.9", "Mozilla/5.0", "salt")
    assert session == anonymous_session(SITE, "203.0.113.9", "Mozilla/5.0", "salt")
    uuid = UUID(session)
    assert (uuid.version, uuid.hex) == (5, session)
    assert session_key(UUID("da5aafa8-3045-5aa9-bc0e-ac9b40415be5")) == session_key(
        UUID("da5aafa8-3045-5aa9-bc0e-ac9b40415be5")
    )
    assert 0 <= session_key(uuid) == key_of_session(session) < 2**63
    others = {
        anonymous_session(UUID(int=5), "203.0.113.9", "Mozilla/5.0", "salt"),
        anonymous_session(SITE, "203.0.113.8", "Mozilla/5.0", "salt"),
        anonymous_session(SITE, "203.0.113.9", "Mozilla/5.1", "salt"),
        anonymous_session(SITE, "203.0.113.9", "Mozilla/5.0", "pepper"),
        anonymous_session(SITE, "203.0.113", ".9Mozilla/5.0", "salt"),
        anonymous_session(SITE, None, "Mozilla/5.0", "salt"),
    }
    assert len(others | {session}) == 7


def test_months_and_imported_salts() -> None:
    assert month_number(datetime(2026, 1, 1, tzinfo=UTC)) == 12 * 2026
    assert imported_salt("secret", 5) == imported_salt("secret", 5)
    assert len({imported_salt("secret", 5), imported_salt("secret", 6), imported_salt("other", 5)}) == 3


def test_visits_by_the_clock_hour() -> None:
    first = visit_by_hour(7, NOW)
    assert visit_by_hour(7, NOW.replace(minute=59)) == first
    assert visit_by_hour(7, NOW + timedelta(hours=1)) != first
    assert visit_by_hour(8, NOW) != first


LEAVES: list[tuple[Any, Property]] = [
    ("pro", Property("k", DataType.STRING, "pro")),
    (3, Property("k", DataType.NUMBER, "3.0000", Decimal("3.0000"))),
    (0.00005, Property("k", DataType.NUMBER, "0.0001", Decimal("0.0001"))),
    (10**15, Property("k", DataType.NUMBER, "1000000000000000")),
    (-1.5, Property("k", DataType.NUMBER, "-1.5000", Decimal("-1.5000"))),
    (True, Property("k", DataType.BOOLEAN, "true")),
    (None, Property("k", DataType.ARRAY, "null")),
    (["a", 1], Property("k", DataType.ARRAY, '["a",1]')),
    ("2026-03-01T10:00:00Z", Property("k", DataType.STRING, "2026-03-01T10:00:00Z")),
    (
        "2026-03-01T10:00:00.000+02:00",
        Property("k", DataType.DATE, "2026-03-01T08:00:00.000Z", None, datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ),
    (
        "2026-03-01T10:00:00",
        Property("k", DataType.DATE, "2026-03-01T10:00:00.000Z", None, datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ),
    ("2026-99-01T10:00:00", Property("k", DataType.STRING, "2026-99-01T10:00:00")),
    ("x" * 600, Property("k", DataType.STRING, "x" * 500)),
]


@pytest.mark.parametrize(("value", "leaf"), LEAVES, ids=[str(row[0])[:30] for row in LEAVES])
def test_leaves_of_event_data(value: Any, leaf: Property) -> None:
    assert properties({"k": value}) == (leaf,)


def test_nested_keys_are_joined() -> None:
    found = properties({"a": {"b": {"c": 1}, "d": {}}, "e": "x"})
    assert [leaf.key for leaf in found] == ["a.b.c", "e"]


@pytest.mark.parametrize("data", ["text", [1], 5, None, {}])
def test_what_is_no_object_has_no_properties(data: Any) -> None:
    assert properties(data) == ()


def test_properties_are_bounded() -> None:
    assert len(properties({str(number): number for number in range(2000)})) == 500
    deep: Any = 1
    for _ in range(100):
        deep = {"d": deep}
    (leaf,) = properties(deep)
    assert leaf.data_type is DataType.ARRAY


def example(**fields: Any) -> Receipt:
    return Receipt(
        **(
            {"website_id": 1, "session": SITE.hex, "session_id": session_key(SITE), "visit_id": 5}
            | {"visit_started_at": to_micros(NOW)}
            | fields
        )
    )


def test_a_receipt_survives_the_journey() -> None:
    assert receipt.read(receipt.written(example(), KEY), KEY, website_id=1, now=NOW) == example()


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "garbage",
        "x" * 5000,
        receipt.written(example(), "other" * 20),
        receipt.written(example(website_id=2), KEY),
        receipt.written(example(visit_started_at=to_micros(NOW - timedelta(days=20))), KEY),
        receipt.written(example(visit_started_at=to_micros(NOW + timedelta(hours=1))), KEY),
        jwt.encode({"website_id": 1, "iat": 1, "aud": "umami:collect"}, KEY, algorithm="HS256"),
        jwt.encode(
            {"website_id": 1, "session_uuid": str(SITE), "visit_id": "5", "iat": "x", "aud": "umami:collect"},
            KEY,
        ),
        jwt.encode(
            {"website_id": 1, "session_uuid": str(SITE), "visit_id": "5", "aud": "umami:collect"}, KEY
        ),
    ],
)
def test_any_other_receipt_is_ignored(token: str | None) -> None:
    assert receipt.read(token, KEY, website_id=1, now=NOW) is None


def taken_in(
    payload: Payload, now: datetime = NOW, earlier: Receipt | None = None, **visitor: Any
) -> tuple[Hit, Receipt]:
    who = Visitor(**({"address": "203.0.113.9", "user_agent": FIREFOX} | visitor))
    return collect(payload, who, Tracked(1, SITE), now, "salt", Rules(), earlier)


VIEW = Payload(SITE, HitKind.PAGEVIEW, "/", referrer="", screen="1920x1080", language="de")


def test_a_visit_goes_on_for_half_an_hour_from_its_start() -> None:
    first, receipt_of_first = taken_in(VIEW)
    later, receipt_of_later = taken_in(
        VIEW, NOW + timedelta(minutes=30), receipt_of_first, address="198.51.100.1"
    )
    assert (later.session_id, later.visit_id) == (first.session_id, first.visit_id)
    assert receipt_of_later == receipt_of_first
    after = NOW + timedelta(minutes=30, seconds=1)
    third, receipt_of_third = taken_in(VIEW, after, receipt_of_later)
    assert third.session_id == first.session_id
    assert third.visit_id == visit_by_hour(first.session_id, after)
    # the same clock hour, and so the same visit as before; the half hour runs anew
    assert third.visit_id == first.visit_id
    assert receipt_of_third.visit_started_at == to_micros(after)


def test_the_next_clock_hour_is_another_visit_without_a_receipt() -> None:
    (hit, _), (later, _) = taken_in(VIEW), taken_in(VIEW, NOW + timedelta(minutes=40))
    assert hit.visit_id != later.visit_id


def test_a_hit_has_all_that_was_known() -> None:
    hit, _ = taken_in(VIEW, place=Place("NL", "NL-NH", "Amsterdam"))
    assert (hit.client.browser, hit.client.os, hit.client.device) == ("firefox", "Linux", "desktop")
    assert (hit.client.country, hit.client.region, hit.client.city) == ("NL", "NL-NH", "Amsterdam")
    assert (hit.client.screen, hit.client.language, hit.created_at) == ("1920x1080", "de", NOW)


def test_equal_messages_share_what_was_seen() -> None:
    body = b'{"type": "pageview", "payload": {"website": "%s", "url": "/a/"}}' % str(SITE).encode()
    first, again = sent(body).payload, sent(bytes(bytearray(body))).payload
    (one, _), (other, _) = taken_in(first), taken_in(again, user_agent="Mozilla/5.1")
    assert one.content is other.content and one.session != other.session
    trimmed, _ = collect(
        first, Visitor(None, FIREFOX), Tracked(1, SITE), NOW, "salt", Rules(remove_trailing_slash=True)
    )
    assert (one.content.location.url, trimmed.content.location.url) == ("/a/", "/a")


def test_a_message_of_today_is_read_once_unless_it_is_long() -> None:
    body = b'{"type": "event", "payload": {"website": "%s", "url": "/a"}}' % str(SITE).encode()
    assert sent_message(body) is sent_message(bytes(bytearray(body)))
    long = body[:-2] + b', "title": "%s"}}' % (b"x" * LONGEST_REPEATED)
    assert sent_message(long) == sent_message(long) and sent_message(long) is not sent_message(long)
    for _ in range(2):
        with pytest.raises(NotJson):
            sent_message(b"{")


@pytest.mark.parametrize(
    ("visitor", "rules", "reason"),
    [
        (Visitor("::1", FIREFOX), Rules(), None),
        (Visitor("::1", "curl/8.0"), Rules(), Reason.BOT),
        (Visitor("::1", "curl/8.0"), Rules(refuse_bots=False), None),
        (Visitor("::1", ""), Rules(), Reason.NO_USER_AGENT),
        (Visitor("::1", ""), Rules(require_user_agent=False), None),
        (Visitor("::1", FIREFOX), Rules(blocked=networks(["::1"])), Reason.BLOCKED_ADDRESS),
        (Visitor(None, FIREFOX), Rules(blocked=networks(["::1"])), None),
    ],
)
def test_refusals(visitor: Visitor, rules: Rules, reason: Reason | None) -> None:
    assert refusal(visitor, rules) == reason


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(NotJson):
        decoded(body)


@pytest.mark.parametrize("body", [None, [], "x", {}, {"payload": 5}])
def test_no_payload(body: Any) -> None:
    with pytest.raises(NoPayload):
        parsed(body)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"website": "x"}, "website"),
        ({"website": None}, "website"),
        ({"website": "154facc95ca24d13ace54794cd576d8d"}, "website"),
        ({"url": 5}, "url"),
        ({"hostname": {}}, "hostname"),
        ({"language": 5}, "language"),
    ],
)
def test_the_wrong_field_is_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed({"type": "pageview", "payload": {"website": str(SITE), "url": "/"} | fields})
    assert caught.value.field == field


def test_texts_are_cleaned_and_cut() -> None:
    assert clean("a\x00b\ud800c\n" + "d" * 10, 6) == "abcddd"
