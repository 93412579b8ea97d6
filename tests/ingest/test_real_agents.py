"""Some five hundred user agents of people and a hundred of programs, from real access logs and today's browsers.

`people.tsv`: browser, system, device without a screen, user agent; by the tables of v1 reference 5, looked through by
group. `programs.txt`: what must be refused.
"""

from pathlib import Path

import pytest

from umami_django.ingest.bots import bot_rule
from umami_django.ingest.useragent import agent, device

HERE = Path(__file__).parent
PEOPLE = [tuple(line.split("\t")) for line in (HERE / "people.tsv").read_text().splitlines()]
PROGRAMS = (HERE / "programs.txt").read_text().splitlines()


def test_there_are_enough_of_them() -> None:
    assert len({row[3] for row in PEOPLE}) >= 450
    assert len(set(PROGRAMS)) >= 100


@pytest.mark.parametrize(("browser", "os", "kind", "user_agent"), PEOPLE)
def test_people(browser: str, os: str, kind: str, user_agent: str) -> None:
    found = agent(user_agent)
    assert (found.browser or "", found.os or "", device(found.os, None, user_agent) or "") == (
        browser,
        os,
        kind,
    )
    assert bot_rule(user_agent) is None


@pytest.mark.parametrize("user_agent", PROGRAMS)
def test_programs(user_agent: str) -> None:
    assert bot_rule(user_agent) is not None
