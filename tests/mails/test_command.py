"""`umami_send_reports`: for cron, and by hand; and the worker's turn."""

from datetime import datetime
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from tests.factories import make_website
from umami_django.management.commands.umami_worker import _send_reports
from umami_django.models import Account, SentReport, Website

from .conftest import Subscribe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def told(*options: str) -> list[str]:
    out = StringIO()
    call_command("umami_send_reports", *options, stdout=out)
    return out.getvalue().splitlines()


def test_it_sends_and_tells(subscribe: Subscribe, owner: Account) -> None:
    subscribe("ada@example.org")
    subscribe(owner)
    assert told() == [
        "1/2 Example, weekly of 2026-03-09, ada@example.org: sent",
        "2/2 Example, weekly of 2026-03-09, olga: not sent: there is no e-mail address that mails can be sent to",
        "1 reports sent.",
    ]
    assert told()[-1] == "Nothing was sent."
    assert len(mail.outbox) == 1


def test_a_dry_run_sends_and_claims_nothing(subscribe: Subscribe) -> None:
    subscribe("ada@example.org")
    assert told("--dry-run") == [
        "1/1 Example, weekly of 2026-03-09, ada@example.org: would be sent",
        "Nothing was sent.",
    ]
    assert (mail.outbox, SentReport.objects.count()) == ([], 0)


def test_one_website_and_one_period(subscribe: Subscribe, website: Website) -> None:
    subscribe("ada@example.org")
    subscribe("ada@example.org", period="monthly")
    subscribe("bob@example.org", website=make_website(name="Other"))
    assert len(told("--website", str(website.uuid), "--period", "monthly")) == 2
    assert [message.subject for message in mail.outbox] == ["Example: 0 visitors in February 2026"]
    assert len(told("--period", "weekly")) == 3
    with pytest.raises(CommandError, match="--website: 'x' is not a uuid"):
        told("--website", "x")


def test_the_exit_code_tells_of_failures(subscribe: Subscribe, settings: Any) -> None:
    subscribe("ada@example.org")
    settings.EMAIL_BACKEND = "no.such.Backend"
    with pytest.raises(CommandError, match="1 reports could not be sent"):
        told()
    settings.UMAMI = {}
    SentReport.objects.all().delete()
    with pytest.raises(CommandError, match="BASE_URL"):
        told()


def test_the_worker_sends_them_too(subscribe: Subscribe, settings: Any, caplog: Any, now: datetime) -> None:
    subscribe("ada@example.org")
    base = settings.UMAMI
    settings.UMAMI = {}
    _send_reports(Event())
    assert "Reports could not be sent" in caplog.text
    settings.UMAMI = base
    for _ in range(2):
        _send_reports(Event())
    assert len(mail.outbox) == 1
