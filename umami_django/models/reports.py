"""Who gets reports by e-mail, and which ones went out."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..domain.reports import ReportPeriod
from ..querysets.reports import SubscriptionQuerySet
from .accounts import Account
from .websites import Website


class ReportSubscription(models.Model):
    """Somebody gets a report on a website each week or month: an account at its user's address, or a bare address."""

    website = models.ForeignKey(
        Website, on_delete=models.CASCADE, related_name="report_subscriptions", verbose_name=_("website")
    )
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="report_subscriptions",
        verbose_name=_("account"),
        help_text=_("Goes to the e-mail address of its user, for as long as they may see the website."),
    )
    email = models.EmailField(
        _("e-mail address"), null=True, blank=True, help_text=_("For somebody without an account.")
    )
    period = models.CharField(
        _("period"),
        max_length=8,
        choices=[(ReportPeriod.WEEKLY.value, _("weekly")), (ReportPeriod.MONTHLY.value, _("monthly"))],
        default=ReportPeriod.WEEKLY.value,
    )
    language = models.CharField(
        _("language"), max_length=16, blank=True, default="", help_text=_("Empty: the server's.")
    )
    active = models.BooleanField(_("active"), default=True)
    active_since = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("What was over before is not reported.")
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        constraints = [
            # neither has to be allowed: where constraints cannot wait (MariaDB), Django empties the account before it
            # deletes the row with it
            models.CheckConstraint(name="umami_report_to_one", condition=Q(account=None) | Q(email=None)),
        ]
        # no constraints: forms below a website's own look at these only
        unique_together = [("website", "account", "period"), ("website", "email", "period")]

    def __str__(self) -> str:
        return f"{self.website}: {self.recipient}, {self.get_period_display()}"

    def clean(self) -> None:
        if (self.account_id is None) is (self.email is None):
            raise ValidationError(_("Choose an account, or write an e-mail address."))

    @property
    def recipient(self) -> str:
        """The address, or the name of the account."""
        return self.email or str(self.account)

    def address(self) -> str:
        """Where reports go; empty where the account's user has no e-mail address."""
        if self.account is None:
            return self.email or ""
        user: Any = self.account.user
        return str(getattr(user, user.get_email_field_name(), "") or "")


class SentReport(models.Model):
    """One report to one reader: made, and so claimed, before anything is sent, once for each period.

    `sent_at`: it went out. `retry_at`: the mail server refused it, and it is tried again then. Neither, with an error:
    given up. Neither, without: a process is at it, or ended in the middle; it may have arrived and is left alone.
    """

    subscription = models.ForeignKey(
        ReportSubscription, on_delete=models.CASCADE, related_name="sent", verbose_name=_("report")
    )
    first_day = models.DateField(_("first day"))
    claimed_at = models.DateTimeField(_("claimed at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    retry_at = models.DateTimeField(_("tried again at"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("sent report")
        verbose_name_plural = _("sent reports")
        constraints = [
            models.UniqueConstraint(fields=["subscription", "first_day"], name="umami_report_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.first_day}"
