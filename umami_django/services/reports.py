"""Reports by e-mail: who gets them, and that each goes out once. What is in them and how it is sent lives in `mails/`.

A report is claimed by a row of its own, committed before anything is sent. Whoever dies after that has perhaps sent it:
so nobody else does.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from ..domain.reports import ReportPeriod
from ..exceptions import NotPermitted
from ..models import Account, ReportSubscription, SentReport, Website

MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=10)
"""Each further wait is four times as long: the fifth attempt is about 14 hours after the first."""
ERROR_LENGTH = 500


def choose(
    account: Account, website: Website, periods: Collection[ReportPeriod], language: str, now: datetime
) -> None:
    """*account* gets reports on *website* for these *periods* and no others. Raises NotPermitted."""
    if not may_see(account, website):
        raise NotPermitted
    with transaction.atomic():
        for period in ReportPeriod:
            mine = ReportSubscription.objects.filter(website=website, account=account, period=period.value)
            if period not in periods:
                mine.update(active=False)
                continue
            row, is_new = ReportSubscription.objects.get_or_create(
                website=website,
                account=account,
                period=period.value,
                defaults={"language": language, "active_since": now},
            )
            if not is_new:
                mine.update(language=language)
                if not row.active:
                    mine.update(active=True, active_since=now)


def chosen(account: Account, website: Website) -> dict[ReportPeriod, ReportSubscription]:
    """What *account* gets on *website* now. One query."""
    rows = ReportSubscription.objects.going_out().filter(website=website, account=account)
    return {ReportPeriod(row.period): row for row in rows}


def unsubscribe(subscription: ReportSubscription) -> None:
    """No further report goes out. The row stays, so that those who look after the website see why."""
    ReportSubscription.objects.filter(pk=subscription.pk).update(active=False)
    subscription.active = False


def may_see(account: Account, website: Website) -> bool:
    """May *account* read the statistics of *website* now? One query; none where the user may not log in."""
    return (
        account.user.is_active
        and Website.objects.visible_to(account.as_viewer()).filter(pk=website.pk).exists()
    )


def may_get(subscription: ReportSubscription) -> bool:
    """An account has to be able to see the website; an administrator has let a bare address have it."""
    return subscription.account is None or may_see(subscription.account, subscription.website)


def is_address(text: str) -> bool:
    """Can a mail be sent there? What a host keeps as a user's address may be anything."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def claimed(subscription: ReportSubscription, first_day: date, now: datetime) -> SentReport | None:
    """The report that begins on *first_day*, for this process alone to send; None if it is another's, went out, was
    given up, or nobody wants it any more.

    Committed when it returns: RuntimeError in a transaction of the caller's.
    """
    try:
        with transaction.atomic(durable=True):
            if not ReportSubscription.objects.going_out().filter(pk=subscription.pk).exists():
                return None
            return SentReport.objects.create(subscription=subscription, first_day=first_day, claimed_at=now)
    except IntegrityError:
        return _claimed_again(subscription, first_day, now)


def _claimed_again(subscription: ReportSubscription, first_day: date, now: datetime) -> SentReport | None:
    """The one that the mail server refused before, once it is time: of several processes, one changes the row."""
    sent = SentReport.objects.filter(
        subscription=subscription, first_day=first_day, retry_at__lte=now, sent_at=None
    ).first()
    if sent is None:
        return None
    taken = SentReport.objects.filter(pk=sent.pk, attempts=sent.attempts, retry_at=sent.retry_at).update(
        attempts=sent.attempts + 1, retry_at=None, claimed_at=now, error=""
    )
    sent.attempts += 1
    return sent if taken else None


def delivered(sent: SentReport, now: datetime) -> None:
    """The mail server has it."""
    SentReport.objects.filter(pk=sent.pk).update(sent_at=now)


def refused(sent: SentReport, error: str, now: datetime) -> bool:
    """It certainly did not go out. True if it is tried again."""
    wait = FIRST_WAIT * 4 ** (sent.attempts - 1)
    retry_at = now + wait if sent.attempts < MOST_ATTEMPTS else None
    SentReport.objects.filter(pk=sent.pk).update(retry_at=retry_at, error=error[:ERROR_LENGTH])
    return retry_at is not None


def left_alone(sent: SentReport, error: str) -> None:
    """It may have arrived: better none than two."""
    SentReport.objects.filter(pk=sent.pk).update(error=error[:ERROR_LENGTH])
