"""npm's `@umami/node`, unmodified: track and identify."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from umami_django.models import Event, EventData, SessionData, StoredHit, Website

from .conftest import PERSON

pytestmark = [pytest.mark.clients, pytest.mark.django_db(transaction=True)]

PROGRAM = """
const { Umami } = require('@umami/node');
const { hostUrl, websiteId, userAgent, calls } = JSON.parse(process.argv[1]);
const umami = new Umami({ hostUrl, websiteId, userAgent });
(async () => {
  const answers = [];
  for (const [method, ...words] of calls) {
    const answer = await umami[method](...words);
    answers.push([answer.status, answer.headers.get('x-umami-dropped'), await answer.json()]);
  }
  console.log(JSON.stringify(answers));
})();
"""


def run(
    folder: Path, server: Any, website: Website, *calls: list[Any], user_agent: str | None = PERSON
) -> list[Any]:
    options = {
        "hostUrl": server.url,
        "websiteId": str(website.uuid),
        "userAgent": user_agent,
        "calls": calls,
    }
    command = ["node", "-e", PROGRAM, json.dumps(options)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_pageviews_and_events(node_packages: Path, live_server: Any, website: Website) -> None:
    view = {"url": "/home", "title": "Home", "hostname": "example.com", "language": "de", "screen": "800x600"}
    answers = run(
        node_packages,
        live_server,
        website,
        ["track", view],
        ["track", view | {"name": "signup", "data": {"plan": "pro", "price": 12.5}}],
    )
    assert [(status, dropped) for status, dropped, _ in answers] == [(200, None)] * 2
    assert set(answers[0][2]) == {"cache", "sessionId", "visitId"}
    assert StoredHit.objects.count() == 2
    event = Event.objects.get()
    assert (event.event_name.text, event.path.text, event.session.language.text) == ("signup", "/home", "de")
    assert dict(EventData.objects.values_list("key", "string_value")) == {"plan": "pro", "price": "12.5000"}


def test_an_event_by_its_name_alone(node_packages: Path, live_server: Any, website: Website) -> None:
    ((status, dropped, _),) = run(node_packages, live_server, website, ["track", "signup", {"a": 1}])
    assert (status, dropped) == (200, None)
    assert Event.objects.get().event_name.text == "signup"


def test_identify(node_packages: Path, live_server: Any, website: Website) -> None:
    ((status, dropped, _),) = run(node_packages, live_server, website, ["identify", {"plan": "pro"}])
    assert (status, dropped) == (200, None)
    assert SessionData.objects.get().string_value == "pro"


def test_its_own_user_agent_is_no_bots(node_packages: Path, live_server: Any, website: Website) -> None:
    ((_, dropped, _),) = run(node_packages, live_server, website, ["track", {"url": "/"}], user_agent=None)
    assert dropped is None
