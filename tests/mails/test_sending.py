"""Each report goes out once: with two processes, after a crash, after failures; and to those who may have it."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_account, make_website
from tests.traffic import Traffic
from umami_django.domain.reports import ReportPeriod
from umami_django.domain.roles import Role
from umami_django.mails.sending import Outcome, Result, due_reports, send_reports
from umami_django.models import Account, ReportSubscription, SentReport, Website
from umami_django.services import reports as service
from umami_django.services.base_url import NoBaseUrl
from umami_django.services.websites import delete_website

from .conftest import MONDAY, Subscribe

pytestmark = pytest.mark.django_db


def run(now: datetime = MONDAY, **how: Any) -> list[Result]:
    return [outcome.result for outcome in outcomes(now, **how)]


def outcomes(now: datetime = MONDAY, **how: Any) -> list[Outcome]:
    return list(send_reports(due_reports(now), now, **how))


def recipients() -> list[str]:
    return [to for message in mail.outbox for to in message.to]


class Failing(EmailBackend):
    """A mail server in trouble: raises what a test has put in `errors`, one for each mail; None lets it through."""

    errors: list[Exception | None] = []
    opening: Exception | None = None

    def open(self) -> bool:
        if Failing.opening is not None:
            raise Failing.opening
        return True

    def send_messages(self, messages: Any) -> int:
        error = Failing.errors.pop(0) if Failing.errors else None
        if error is not None:
            raise error
        return super().send_messages(messages)


@pytest.fixture
def server(settings: Any) -> Any:
    settings.EMAIL_BACKEND = "tests.mails.test_sending.Failing"
    Failing.errors, Failing.opening = [], None
    return Failing


def test_each_report_goes_out_once(subscribe: Subscribe, traffic: Traffic) -> None:
    traffic.visitor("ana").sees("/")
    subscribe("ada@example.org")
    subscribe("ada@example.org", period=ReportPeriod.MONTHLY.value)
    assert run() == [Result.SENT, Result.SENT]
    assert [message.subject for message in mail.outbox] == [
        "Example: 0 visitors in February 2026",
        "Example: 1 visitor in the week of March 9, 2026",
    ]
    for later in (timedelta(), timedelta(minutes=5), timedelta(days=6)):
        assert run(MONDAY + later) == []
    assert run(MONDAY + timedelta(days=7)) == [Result.SENT]
    assert len(mail.outbox) == 3
    assert {row.sent_at is None for row in SentReport.objects.all()} == {False}


def test_only_the_last_week_is_sent_after_a_long_pause(subscribe: Subscribe) -> None:
    subscribe("ada@example.org")
    assert run(MONDAY + timedelta(days=70)) == [Result.SENT]


def test_what_was_over_before_somebody_subscribed_is_not_sent(subscribe: Subscribe) -> None:
    subscribe("new@example.org", active_since=MONDAY)
    subscribe("old@example.org", active_since=MONDAY - timedelta(days=1))
    run()
    assert recipients() == ["old@example.org"]
    run(MONDAY + timedelta(days=7))
    assert sorted(recipients()) == ["new@example.org", "old@example.org", "old@example.org"]


def test_two_processes_that_know_of_the_same_report(subscribe: Subscribe) -> None:
    subscribe("ada@example.org")
    mine, yours = due_reports(MONDAY), due_reports(MONDAY)
    assert [outcome.result for outcome in send_reports(mine, MONDAY)] == [Result.SENT]
    assert [outcome.result for outcome in send_reports(yours, MONDAY)] == [Result.TAKEN]
    assert recipients() == ["ada@example.org"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="a SQLite in memory belongs to one thread")
@pytest.mark.parametrize("is_retry", [False, True])
def test_two_processes_at_the_same_moment(subscribe: Subscribe, is_retry: bool) -> None:
    row = subscribe("ada@example.org")
    first_day = MONDAY.date() - timedelta(days=7)
    if is_retry:
        SentReport.objects.create(
            subscription=row, first_day=first_day, claimed_at=MONDAY, retry_at=MONDAY, error="x"
        )
    together, claims = Barrier(4), []

    def claim() -> None:
        together.wait()
        claims.append(service.claimed(row, first_day, MONDAY))
        connections.close_all()

    threads = [Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 4
    assert sum(claim is not None for claim in claims) == 1


def test_a_claim_is_committed_before_anything_is_sent(
    subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies while it sends leaves its claim: whether the mail arrived nobody knows, so no second goes."""
    subscribe("ada@example.org")

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        assert SentReport.objects.count() == 1
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", die)
        with pytest.raises(Killed):
            run()
    assert run(MONDAY + timedelta(days=1)) == []
    assert mail.outbox == []
    row = SentReport.objects.get()
    assert (row.sent_at, row.retry_at, row.error) == (None, None, "")
    assert run(MONDAY + timedelta(days=7)) == [Result.SENT]


def test_a_process_that_dies_before_it_claims_loses_nothing(
    subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe("ada@example.org")

    def broken(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("umami_django.mails.sending.answers", broken)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert run() == [Result.SENT]


@pytest.mark.django_db(transaction=True)
def test_a_claim_inside_a_transaction_is_refused(subscribe: Subscribe) -> None:
    """It could be rolled back after the mail went out."""
    subscribe("ada@example.org")
    with transaction.atomic(), pytest.raises(RuntimeError):
        run()
    assert mail.outbox == []


def test_a_failure_keeps_no_other_from_its_report(subscribe: Subscribe, server: Any) -> None:
    subscribe("ada@example.org")
    subscribe("bob@example.org")
    server.errors = [SMTPRecipientsRefused({"ada@example.org": (550, b"no such user")})]
    refused, sent = outcomes()
    assert (refused.result, sent.result) == (Result.REFUSED, Result.SENT)
    assert refused.error.startswith("SMTPRecipientsRefused")
    assert recipients() == ["bob@example.org"]
    row = SentReport.objects.get(sent_at=None)
    assert (row.retry_at, row.attempts) == (MONDAY + timedelta(minutes=10), 1)
    assert row.error.startswith("SMTPRecipientsRefused")
    assert run(MONDAY + timedelta(minutes=9)) == []
    assert run(MONDAY + timedelta(minutes=10)) == [Result.SENT]
    assert recipients() == ["bob@example.org", "ada@example.org"]
    assert run(MONDAY + timedelta(days=1)) == []
    row.refresh_from_db()
    assert (row.error, row.attempts) == ("", 2)


def test_it_is_tried_five_times(subscribe: Subscribe, server: Any) -> None:
    subscribe("ada@example.org")
    server.errors = [SMTPDataError(451, b"later") for _ in range(9)]
    found, moment = [], MONDAY
    for _ in range(4 * 24 * 4):
        found += run(moment)
        moment += timedelta(minutes=15)
    assert found == [Result.REFUSED] * 4 + [Result.GIVEN_UP]
    row = SentReport.objects.get()
    assert (row.attempts, row.retry_at, row.sent_at) == (5, None, None)
    assert row.error == "SMTPDataError: (451, b'later')"


@pytest.mark.parametrize(
    "error", [TimeoutError("timed out"), SMTPServerDisconnected("gone"), OSError("broken pipe")]
)
def test_what_may_have_arrived_is_not_sent_again(subscribe: Subscribe, server: Any, error: Exception) -> None:
    subscribe("ada@example.org")
    server.errors = [error]
    assert run() == [Result.UNCERTAIN]
    assert run(MONDAY + timedelta(days=1)) == []
    assert str(error) in SentReport.objects.get().error


def test_a_server_that_cannot_be_reached_ends_the_run(subscribe: Subscribe, server: Any) -> None:
    """Each further attempt might take minutes; those who were not tried are not claimed."""
    subscribe("ada@example.org")
    subscribe("bob@example.org")
    server.opening = ConnectionRefusedError("nobody there")
    assert run() == [Result.UNREACHABLE]
    assert SentReport.objects.count() == 1
    server.opening = None
    assert run(MONDAY + timedelta(hours=1)) == [Result.SENT, Result.SENT]
    assert sorted(recipients()) == ["ada@example.org", "bob@example.org"]


def test_trouble_after_the_mail_is_taken_changes_nothing(
    subscribe: Subscribe, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe("ada@example.org")

    def close(_: Any) -> None:
        raise SMTPServerDisconnected

    monkeypatch.setattr(server, "close", close)
    assert run() == [Result.SENT]


def test_reports_stop_when_an_account_may_not_see_the_website_any_more(
    subscribe: Subscribe, website: Website, owner: Account
) -> None:
    user = owner.user
    user.email = "olga@example.org"
    user.save()
    subscribe(owner)
    website.owner = make_account("new")
    website.save()
    assert run() == [Result.NO_ACCESS]
    website.owner = owner
    website.save()
    user.is_active = False
    user.save()
    assert run() == [Result.NO_ACCESS]
    user.is_active = True
    user.save()
    assert run() == [Result.SENT]
    assert recipients() == ["olga@example.org"]


def test_an_administrator_who_is_none_any_more(subscribe: Subscribe) -> None:
    account = make_account("adam", role=Role.ADMIN, email="adam@example.org")
    subscribe(account)
    account.role = Role.USER.value
    account.save()
    assert run() == [Result.NO_ACCESS]


def test_reports_end_with_the_account_and_with_the_website(
    subscribe: Subscribe, website: Website, owner: Account
) -> None:
    subscribe(make_account("adam", role=Role.ADMIN, email="adam@example.org"))
    subscribe("ada@example.org")
    Account.objects.get(user__username="adam").delete()
    assert list(ReportSubscription.objects.values_list("email", flat=True)) == ["ada@example.org"]
    delete_website(website, MONDAY)
    assert run() == []


def test_whoever_unsubscribes_in_the_last_moment_gets_none(subscribe: Subscribe) -> None:
    row = subscribe("ada@example.org")
    due = due_reports(MONDAY)
    service.unsubscribe(row)
    assert [outcome.result for outcome in send_reports(due, MONDAY)] == [Result.TAKEN]
    assert SentReport.objects.count() == 0
    assert run() == []


@pytest.mark.parametrize(
    "address", ["", "no address", "a@example.org,b@example.org", "a@example.org\nBcc: b@x.org"]
)
def test_a_user_without_a_usable_address(subscribe: Subscribe, owner: Account, address: str) -> None:
    owner.user.email = address
    owner.user.save()
    subscribe(owner)
    assert run() == [Result.NO_ADDRESS]
    assert SentReport.objects.count() == 0


def test_the_time_zone_of_the_website_says_when_a_week_is_over(
    subscribe: Subscribe, website: Website
) -> None:
    website.time_zone = "America/New_York"
    website.save()
    subscribe("ada@example.org")
    sunday_evening_there = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)
    run(sunday_evening_there)
    assert [row.first_day.isoformat() for row in SentReport.objects.all()] == ["2026-03-02"]
    run(sunday_evening_there + timedelta(hours=2))
    assert [row.first_day.isoformat() for row in SentReport.objects.order_by("pk")] == [
        "2026-03-02",
        "2026-03-09",
    ]


def test_without_an_address_of_the_installation_nothing_is_claimed(
    subscribe: Subscribe, settings: Any
) -> None:
    settings.UMAMI = {}
    subscribe("ada@example.org")
    with pytest.raises(NoBaseUrl):
        run()
    assert SentReport.objects.count() == 0


def test_at_most_so_many(subscribe: Subscribe, owner: Account) -> None:
    subscribe(owner)  # without an address: not one of them
    for name in ("ada", "bob", "eve"):
        subscribe(f"{name}@example.org")
    assert run(most=2) == [Result.NO_ADDRESS, Result.SENT, Result.SENT]
    assert run(most=2) == [Result.NO_ADDRESS, Result.SENT]


def test_a_website_is_asked_about_once_for_all_its_readers(
    subscribe: Subscribe, website: Website, django_assert_num_queries: Any
) -> None:
    other = make_website()
    for row in range(3):
        subscribe(f"{row}@example.org")
    subscribe("x@example.org", website=other)
    with django_assert_num_queries(2):
        due = due_reports(MONDAY)
    assert len(due) == 4
    asked: list[int] = []
    from umami_django.mails import sending

    original = sending.answers
    try:
        sending.answers = lambda site, *rest: asked.append(site.pk) or original(site, *rest)  # type: ignore
        list(send_reports(due, MONDAY))
    finally:
        sending.answers = original
    assert asked == [website.pk, other.pk]


def test_queries_a_mail(subscribe: Subscribe, website: Website) -> None:
    """However many have got theirs. A share link is looked for, and the claim asks whether it is still wanted."""

    def queries(*names: str) -> int:
        for name in names:
            subscribe(f"{name}@example.org")
        with CaptureQueriesContext(connection) as found:
            assert run() == [Result.SENT] * len(names)
        return len([query for query in found if "SAVEPOINT" not in query["sql"]])

    one = queries("ada")
    assert queries("bob") == one
    assert queries("cyd", "dan", "eve") == one + 2 * 4
