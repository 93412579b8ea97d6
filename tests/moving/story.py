"""A website with something of everything, and what every route of v1 says about it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from tests.conftest import Api
from tests.traffic import START, Traffic, hit, retold
from umami_django.domain.hits import Client, Hit, Identification
from umami_django.domain.vocabulary import TermKind
from umami_django.ingest.identity import session_key
from umami_django.ingest.properties import properties
from umami_django.models import EventData, EventDocument, Session, SessionData, StoredHit, Website
from umami_django.writers import write

ANA = Client("chrome", "Mac OS", "laptop", "1440x900", "en-US", "DE", "DE-BE", "Berlin")
MS = 1000


def fill(website: Website) -> None:
    """Pages, events with data, identified and silent visitors, texts that are hard to keep."""
    traffic = Traffic(website)
    traffic.visitor("bob").using(browser="firefox", country="NL").sees("/", "/a?x=1#h", "/a%20b", gap=30)
    traffic.visitor("eve").sees("/?utm_source=news&utm_medium=mail&gclid=abc", referrer="https://t.co/x?y=1")
    traffic.visitor("bob").at(START + timedelta(hours=3)).sees("/", referrer=None)
    write([_identified(website, "ana", "/pricing", 1), _identified(website, "ana", "=1+1", 2)])
    write(
        [
            retold(_identified(website, "ana", "/", 3), tag="b", title="'=HYPERLINK(1)")._replace(
                visit_id=2**63 - 1
            )
        ]
    )
    data = {
        "price": 3,
        "deep": {"er": [1, None]},
        "ok": True,
        "when": "2026-03-01T10:00:00.123Z",
        "n": -0.5,
        "a": "@x",
    }
    traffic.visitor("bob").does("buy", on="/shop", data=data).does("buy", data={"price": 12.25})
    traffic.visitor("bob").does("=cmd()")
    write([], [_told(website, "ana", {"plan": "pro", "seats": 5, "since": "2026-01-01T00:00:00"})])
    write([], [_told(website, "silent", {"=name": "x\ny"})])


def _identified(website: Website, name: str, url: str, micros: int) -> Hit:
    at = START + timedelta(minutes=1, microseconds=micros)
    return hit(website.pk, name, url, at=at, client=ANA)._replace(distinct_id=f"{name}@example.com")


def _told(website: Website, name: str, data: dict[str, Any]) -> Identification:
    uuid = uuid5(NAMESPACE_DNS, f"{website.pk}:{name}")
    return Identification(
        website.pk,
        session_key(uuid),
        uuid,
        START + timedelta(seconds=90, microseconds=7),
        ANA,
        "example.com",
        f"{name}@example.com",
        properties(data),
    )


def rows(website: Website) -> dict[str, list[Any]]:
    """Everything that is stored, without keys that another database gives anew; in an order of its own."""
    of = {"website_id": website.pk}
    hits = StoredHit.objects.filter(**of)
    of_hit = dict(hits.values_list("pk", "session__uuid"))
    leaf = ("key", "data_type", "string_value", "number_value", "date_value", "created_at")
    session = ("uuid", "created_at", "distinct_id", *_terms(Session))
    told = SessionData.objects.filter(**of).values_list("session__uuid", "key_digest", *leaf)
    return {
        "hits": _sorted(
            hits.values_list("created_at", "session__uuid", "visit_id", "kind", *_terms(StoredHit))
        ),
        "sessions": _sorted(Session.objects.filter(**of).values_list(*session)),
        "documents": _sorted(
            (of_hit[key], text)
            for key, text in EventDocument.objects.filter(**of).values_list("hit_id", "document")
        ),
        "leaves": _sorted(
            (of_hit[key], *rest) for key, *rest in EventData.objects.filter(**of).values_list("hit_id", *leaf)
        ),
        "told": _sorted(told),
    }


def _sorted(found: Any) -> list[Any]:
    return sorted(found, key=repr)


def _terms(model: Any) -> list[str]:
    names = {field.name for field in model._meta.get_fields()}
    return [f"{name.lower()}__text" for name in TermKind.__members__ if name.lower() in names]


def answers(api: Api, website: Website) -> dict[str, Any]:
    """What every route of v1 that tells of traffic answers."""
    when: dict[str, Any] = {
        "start_at": int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * MS,
        "end_at": int(datetime(2026, 4, 1, tzinfo=UTC).timestamp()) * MS,
    }
    site = f"/api/website/{website.pk}"
    found = {"stats": api.get(f"{site}/stats", when)}
    for unit in ("hour", "day", "month", "year"):
        for route in ("pageviews", "events"):
            found[f"{route} by {unit}"] = api.get(
                f"{site}/{route}", when | {"unit": unit, "tz": "Asia/Kathmandu"}
            )
    kinds = "url referrer browser os device country screen language event query".split()
    for kind in kinds:
        found[kind] = api.get(f"{site}/metrics", when | {"type": kind})
    for name, value in (("url", "/"), ("referrer", "t.co"), ("browser", "firefox"), ("country", "DE")):
        found[f"stats of {name}"] = api.get(f"{site}/stats", when | {name: value})
    found["event data"] = api.post(
        f"/api/websites/{website.uuid}/eventdata",
        when | {"event_name": "buy", "columns": {"price": "sum"}},
    )
    for name, answer in found.items():
        assert answer.status_code == 200, (name, answer.content)
    return {name: json.loads(answer.content) for name, answer in found.items()}
