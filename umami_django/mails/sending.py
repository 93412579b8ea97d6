"""Which reports are due, and sending them: each claimed first, so that no reader gets one twice."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from ..domain.reports import Days, ReportPeriod, finished_days
from ..exceptions import UmamiError
from ..models import Account, ReportSubscription, SentReport, Website
from ..services import reports as service
from .content import Answers, answers, report_zone
from .message import Reader, message

REFUSALS = (SMTPResponseException, SMTPRecipientsRefused, SMTPNotSupportedError, ValueError)
"""After these a mail certainly did not go out: the server said no, or there was no mail that could be sent. A
connection that breaks or a time that runs out leaves it open."""


class Result(StrEnum):
    """What became of a report."""

    SENT = "sent"
    WOULD_BE_SENT = "would be sent"
    TAKEN = "another process has it, or nobody wants it any more"
    NO_ACCESS = "not sent: the account may not see the website any more"
    NO_ADDRESS = "not sent: there is no e-mail address that mails can be sent to"
    REFUSED = "failed, and is tried again"
    UNREACHABLE = "failed, and is tried again: the mail server cannot be reached"
    GIVEN_UP = "failed too often: given up"
    UNCERTAIN = "failed on the way: it may have arrived, and is not sent again"


FAILURES = frozenset({Result.REFUSED, Result.UNREACHABLE, Result.GIVEN_UP, Result.UNCERTAIN})


class NotSent(UmamiError):
    """The mail could not be sent."""


@dataclass(frozen=True)
class Due:
    """A report that has not gone out yet."""

    subscription: ReportSubscription
    days: Days

    @property
    def period(self) -> ReportPeriod:
        return ReportPeriod(self.subscription.period)


@dataclass(frozen=True)
class Outcome:
    due: Due
    result: Result
    error: str = ""


def due_reports(
    now: datetime, website: Website | None = None, period: ReportPeriod | None = None
) -> list[Due]:
    """The reports on the last week and month of every website that nobody has claimed or that are to be tried again,
    website by website. Two queries."""
    wanted = ReportSubscription.objects.going_out().with_readers().order_by("website_id", "period", "pk")
    if website is not None:
        wanted = wanted.filter(website=website)
    if period is not None:
        wanted = wanted.filter(period=period.value)
    found = []
    for subscription in wanted:
        zone = report_zone(subscription.website)
        days = finished_days(ReportPeriod(subscription.period), now, zone)
        if subscription.active_since.astimezone(zone).date() <= days[1]:
            found.append(Due(subscription, days))
    if not found:
        return []
    earliest = min(due.days[0] for due in found)
    claims = SentReport.objects.filter(subscription__in=wanted.order_by(), first_day__gte=earliest)
    retries = {(row.subscription_id, row.first_day): row.retry_at for row in claims}
    return [due for due in found if _is_open(retries, due, now)]


def send_reports(
    reports: Sequence[Due], now: datetime, *, most: int | None = None, dry_run: bool = False
) -> Iterator[Outcome]:
    """Send these reports, at most *most* mails; what became of each as it happens.

    Ends at once when the mail server cannot be reached. Raises NoBaseUrl. Not to be called in a transaction.
    """
    known: dict[tuple[int, ReportPeriod], Answers] = {}
    tried = 0
    for due in reports:
        if most is not None and tried >= most:
            return
        outcome = _dealt_with(due, known, now, dry_run)
        yield outcome
        tried += outcome.result not in (Result.NO_ACCESS, Result.NO_ADDRESS)
        if outcome.result is Result.UNREACHABLE:
            return


def send_test(website: Website, account: Account, period: ReportPeriod, language: str, now: datetime) -> str:
    """Send *account* the last report of *period* now, claimed or not; the address it went to.

    None is left out because of it. Raises NotSent, NoBaseUrl.
    """
    address = ReportSubscription(account=account).address()
    if not service.is_address(address):
        raise NotSent(_("Your account has no e-mail address that mails can be sent to."))
    days = finished_days(period, now, report_zone(website))
    mail = message(answers(website, period, days, now), Reader(address, language, account))
    try:
        get_connection().send_messages([mail])
    except Exception as error:  # a mail backend may raise anything
        raise NotSent(_told(error)) from error
    return address


def _is_open(retries: dict[tuple[int, date], datetime | None], due: Due, now: datetime) -> bool:
    key = (due.subscription.pk, due.days[0])
    if key not in retries:
        return True
    retry_at = retries[key]
    return retry_at is not None and retry_at <= now


def _dealt_with(
    due: Due, known: dict[tuple[int, ReportPeriod], Answers], now: datetime, dry_run: bool
) -> Outcome:
    subscription = due.subscription
    if not service.may_get(subscription):
        return Outcome(due, Result.NO_ACCESS)
    if not service.is_address(subscription.address()):
        return Outcome(due, Result.NO_ADDRESS)
    if dry_run:
        return Outcome(due, Result.WOULD_BE_SENT)
    key = (subscription.website_id, due.period)
    if key not in known:
        known.clear()  # they come website by website
        known[key] = answers(subscription.website, due.period, due.days, now)
    reader = Reader(subscription.address(), subscription.language, subscription.account, subscription)
    mail = message(known[key], reader)
    # from here on it is this process's alone, whatever becomes of it
    claim = service.claimed(subscription, due.days[0], now)
    if claim is None:
        return Outcome(due, Result.TAKEN)
    return _sent(due, claim, mail, now)


def _sent(due: Due, claim: SentReport, mail: EmailMessage, now: datetime) -> Outcome:
    """A connection for each mail: where it cannot be opened, nothing was sent, for certain."""
    is_connected = False
    try:
        connection = get_connection()
        connection.open()
        is_connected = True
        try:
            connection.send_messages([mail])
        finally:
            _close(connection)
    except Exception as error:  # a mail backend may raise anything, and no reader's report hangs on another's
        told = _told(error)
        if is_connected and not isinstance(error, REFUSALS):
            service.left_alone(claim, told)
            return Outcome(due, Result.UNCERTAIN, told)
        if not service.refused(claim, told, now):
            return Outcome(due, Result.GIVEN_UP, told)
        return Outcome(due, Result.REFUSED if is_connected else Result.UNREACHABLE, told)
    service.delivered(claim, now)
    return Outcome(due, Result.SENT)


def _close(connection: Any) -> None:
    """What goes wrong after the mail is taken changes nothing about it."""
    with suppress(Exception):
        connection.close()


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
