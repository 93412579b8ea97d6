"""The docs name every setting, check and command; the README's lines run as they stand."""

import os
import re
import shutil
import subprocess
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_admin
from umami_django.conf import Settings
from umami_django.models import Event, Pageview, Website
from umami_django.services.doctor.examination import CHECKS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def default_text(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"timedelta(days={value.days})"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return repr(value).replace("'", '"')


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", page, re.MULTILINE))
    assert rows == {setting.name: default_text(setting.default) for setting in fields(Settings)}


def test_every_check_is_documented() -> None:
    source = (ROOT / "umami_django/checks.py").read_text()
    page = (ROOT / "docs/reference/checks.md").read_text()
    ids = set(re.findall(r'id="(umami\.[EW]\d+)"', source))
    assert ids == set(re.findall(r"`(umami\.[EW]\d{3})` \|", page))
    assert len(ids) >= 15


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text()
    for path in (ROOT / "umami_django/management/commands").glob("umami_*.py"):
        assert f"`{path.stem}" in page


def test_every_option_of_the_import_is_documented() -> None:
    source = (ROOT / "umami_django/management/commands/umami_import_log.py").read_text()
    page = (ROOT / "docs/how-to/import-access-logs.md").read_text()
    for option in re.findall(r'add_argument\("(--[\w-]+)"', source):
        assert option in page, option


@pytest.mark.parametrize(
    ("command", "page"),
    [
        ("umami_export", "export-and-import"),
        ("umami_import_csv", "export-and-import"),
        ("umami_erase", "erase-a-visitor"),
        ("umami_prune", "keep-less"),
        ("umami_doctor", "keep-an-eye-on-it"),
        ("umami_send_reports", "send-reports-by-email"),
    ],
)
def test_every_option_is_documented(command: str, page: str) -> None:
    source = (ROOT / f"umami_django/management/commands/{command}.py").read_text()
    text = (ROOT / f"docs/how-to/{page}.md").read_text()
    options = re.findall(r'add_argument\(\s*"(--[\w-]+)"', source)
    assert options
    for option in options:
        assert option in text, option


def test_every_concern_of_the_doctor_is_documented() -> None:
    text = (ROOT / "docs/how-to/keep-an-eye-on-it.md").read_text()
    for check in CHECKS:
        assert f"| `{check.__name__}` |" in text


def test_every_option_of_moving_in_is_documented() -> None:
    source = (ROOT / "umami_django/management/commands/umami_import.py").read_text()
    page = (ROOT / "docs/how-to/move-from-umami.md").read_text()
    options = set(re.findall(r'"(--[\w-]+)"', source))
    assert len(options) == 4
    for option in options:
        assert f"| `{option}" in page, option


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:30]
    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e '.[demo]' && .venv/bin/python manage.py demo"
        in first
    )
    assert "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox" in first


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed on this machine")
@pytest.mark.django_db(transaction=True)
def test_the_readmes_curl_lines_run_as_they_stand(live_server: Any) -> None:
    make_admin("admin")
    user = Website._meta.get_field("owner").related_model.objects.get().user
    user.set_password("umami")
    user.save()
    section = README.split("## The API with curl")[1].split("\n## ")[0]
    login, create, pageview, event, statistics = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    environment = os.environ | {"UMAMI": live_server.url}

    def run(script: str, **extra: str) -> list[str]:
        done = subprocess.run(
            ["sh", "-ec", script],
            env=environment | extra,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return [line for line in done.stdout.splitlines() if line]

    token = run(login + '\necho "$TOKEN"')[0]
    created = run(create, TOKEN=token)[0]
    website = Website.objects.get()
    assert f'"website_uuid":"{website.uuid}"' in created
    for script in (pageview, event):
        assert run(script, WEBSITE=str(website.uuid))[0].count(".") == 2
    assert (Pageview.objects.count(), Event.objects.count()) == (1, 1)
    answers = run(
        re.sub("$", "\necho", statistics.replace("/1/", f"/{website.pk}/").rstrip(), flags=re.MULTILINE),
        TOKEN=token,
    )
    assert answers[0].startswith('{"pageviews":{"value":1')
    assert '"y":1' in answers[1]
    assert answers[2] == '[{"x":"/","y":1}]'
    assert '"x":"signup-button"' in answers[3]


def test_definitions_read_the_same_on_hover_and_on_paper() -> None:
    from umami_django.dashboards.definitions import DEFINITIONS

    page = " ".join((ROOT / "docs/metrics.md").read_text().split()).lower()
    missing = [key for key, text in DEFINITIONS.items() if str(text).lower() not in page]
    assert missing == []
