"""Every recorded request of a real Umami 1.38, asked of us: same status, same body, same headers that matter.

Deliberate differences are in `differences.toml`, each with its reason; one that no longer differs fails, too.
"""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from umami_django.services.sharing import disable_sharing
from umami_django.services.websites import change_website

from .world import RECORDS, STATISTICS, World, store_traffic

pytestmark = pytest.mark.django_db

DIFFERENCES = {
    row["n"]: row
    for row in tomllib.loads((Path(__file__).parent / "differences.toml").read_text("utf-8"))["difference"]
}
VOLATILE = {"token", "created_at", "updated_at", "iat", "timestamp", "data"}
IDS = {"website_id", "websiteId", "user_id"}
HEADERS = (
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "content-type",
)


def already_active(world: World) -> None:
    """Three visitors of the last five minutes, as the recorded server had them."""
    from tests.traffic import Traffic

    for name in ("ana", "bob", "cid"):
        Traffic(world.websites[1], timezone.now()).visitor(name).sees("/")


def bob_renamed(world: World) -> None:
    website = world.websites[2]
    change_website(website, name="Bob renamed", domain="bob.net")
    website.shares.create(slug="LPv8VaCN")


CREATED = {25, 47, 235}
NEW_IDS = {"user_id", "website_id", "website_uuid", "share_id"}
CUT = "[cut]"

BEFORE: dict[int, Callable[[World], Any]] = {
    25: lambda world: world.accounts.pop(2).user.delete(),
    31: lambda world: world.accounts.pop(3).user.delete(),
    39: lambda world: world.accounts.pop(3).user.delete(),
    233: bob_renamed,
    235: lambda world: _erin(),
    245: already_active,
    251: lambda world: disable_sharing(world.websites[1]),
}
"""What had happened on the recorded server by requests that are not among the records."""


def _erin() -> None:
    from tests.factories import make_account

    erin = make_account("erin")
    erin.user.set_password("ee")
    erin.user.save()


@pytest.mark.parametrize(
    "record", RECORDS, ids=lambda record: f"{record['n']}-{record['label']}".replace(" ", "-")
)
def test_recorded(client: Client, record: dict[str, Any]) -> None:
    world = World()
    number = record["n"]
    if number in STATISTICS:
        store_traffic(world.websites[1])
    if number in BEFORE:
        BEFORE[number](world)
    compared(client, world, record)


def compared(client: Client, world: World, record: dict[str, Any]) -> None:
    """Ask, and hold our answer against the recorded one and the deliberate differences."""
    number = record["n"]
    answer = ask(client, world, record["request"])
    seen = (
        answer.status_code,
        shown(world, answer.content.decode("utf-8", "replace"), answer.get("content-type", "")),
    )
    theirs = recorded_answer(record["response"])
    if number in CREATED:
        seen, theirs = ((status, as_new(body)) for status, body in (seen, theirs))
    if isinstance(theirs[1], str) and theirs[1].endswith(CUT):
        seen = seen[0], seen[1]["websites"]
        theirs = theirs[0], beginning(theirs[1])
    same = seen == theirs and headers_agree(record["response"], answer)
    difference = DIFFERENCES.get(number)
    if difference is None:
        assert seen == theirs
        assert headers_agree(record["response"], answer), dict(answer.headers)
        return
    assert not same, f"record {number} no longer differs: take it out of differences.toml"
    assert seen[0] == difference["status"]
    if "body" in difference:
        assert seen[1] == shown(None, difference["body"], "application/json")


def as_new(body: Any) -> Any:
    """An answer about a row made just now: its ids are the next free ones."""
    if not isinstance(body, dict):
        return body
    return {key: as_new(value) if key not in NEW_IDS else "(new)" for key, value in body.items()}


def beginning(cut: str) -> Any:
    """The websites in a recorded answer that was cut."""
    websites, _ = json.JSONDecoder().raw_decode(cut, cut.index("["))
    return _shown_json(None, websites)


def ask(client: Client, world: World, request: dict[str, Any]) -> Any:
    headers = dict(request["headers"])
    if "authorization" in headers:
        scheme, _, token = headers["authorization"].partition(" ")
        headers["authorization"] = f"{scheme} {world.token(token)}"
    if "x-umami-share-token" in headers:
        headers["x-umami-share-token"] = world.share_header(headers["x-umami-share-token"])
    return client.generic(
        request["method"],
        our_path(world, request["path"]),
        our_body(world, request["body"]),
        content_type=headers.pop("content-type", ""),
        headers=headers,
    )


def our_path(world: World, path: str) -> str:
    path = re.sub(
        r"(?<=/website/)\d+(?=[/?]|$)", lambda found: str(world.our_id("website_id", int(found[0]))), path
    )
    path = re.sub(r"(?<=/account/)\d+$", lambda found: str(world.our_id("user_id", int(found[0]))), path)
    return re.sub(r"(?<=user_id=)\d+", lambda found: str(world.our_id("user_id", int(found[0]))), path)


def our_body(world: World, body: str | None) -> str:
    """The body with our ids; a text that is no JSON object goes as it is."""
    try:
        fields = json.loads(body or "")
    except ValueError:
        return body or ""
    for key in ("user_id", "website_id", "owner"):
        value = fields.get(key)
        if value is not None:
            number = world.our_id(key, int(value))
            fields[key] = str(number) if isinstance(value, str) else number
    return json.dumps(fields)


def recorded_answer(response: dict[str, Any]) -> tuple[int | None, Any]:
    body = response.get("body", "")
    return response.get("status"), shown(None, body, response.get("headers", {}).get("content-type", ""))


def shown(world: World | None, body: str, content_type: str) -> Any:
    """A body as far as it is compared: tokens, times and new ids stand for themselves."""
    if content_type.startswith("text/html") or body.startswith("<!DOCTYPE"):
        return "(a page)"
    if "javascript" in content_type:
        return "(a script)"
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]*", body):
        return "(a token)"
    try:
        return _shown_json(world, json.loads(body))
    except ValueError:
        return body.split("\n")[0] if "prisma" not in body else "(an error)"


def _shown_json(world: World | None, value: Any) -> Any:
    if isinstance(value, list):
        return [_shown_json(world, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _shown_value(world, key, item) for key, item in value.items()}


def _shown_value(world: World | None, key: str, value: Any) -> Any:
    if key in VOLATILE:
        return "(volatile)"
    if key in IDS and world is not None:
        return world.their_id(key, value)
    return _shown_json(world, value)


def headers_agree(recorded: dict[str, Any], answer: Any) -> bool:
    """The headers that matter; ours add a content type to errors (reference 7.1, 43)."""
    wanted = recorded.get("headers", {})
    for name in HEADERS:
        ours = answer.get(name)
        if name == "content-type":
            theirs = wanted.get(name)
            if theirs and not theirs.startswith(("text/html", "application/javascript")) and ours != theirs:
                return False
        elif wanted.get(name) != ours:
            return False
    return True


def test_every_difference_is_of_a_record() -> None:
    assert set(DIFFERENCES) <= {record["n"] for record in RECORDS}
    assert all(row["reason"] for row in DIFFERENCES.values())
