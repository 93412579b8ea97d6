"""Whom a website does not count, and how many were not counted."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..domain.vocabulary import ExclusionKind
from ..ingest.exclusions import Meaningless, checked
from .websites import Website

KINDS = [
    (ExclusionKind.ADDRESS.value, _("address or network")),
    (ExclusionKind.HOSTNAME.value, _("hostname")),
    (ExclusionKind.ONLY_HOSTNAME.value, _("any hostname but this")),
    (ExclusionKind.PATH.value, _("path")),
    (ExclusionKind.SIGNAL.value, _("visitors who ask not to be tracked (DNT, GPC)")),
]


class Exclusion(models.Model):
    """A rule by which hits are not counted, of one website or of all."""

    website = models.ForeignKey(
        Website,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="exclusions",
        verbose_name=_("website"),
        help_text=_("Empty: on all websites."),
    )
    kind = models.CharField(_("what is left out"), max_length=20, choices=KINDS)
    value = models.CharField(
        _("value"),
        max_length=200,
        blank=True,
        help_text=_("192.0.2.0/24, staging.example.com or *.local, /admin/*; * stands for anything."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}".strip()

    def clean(self) -> None:
        """Bring the value into the form it is compared in."""
        if self.kind not in list(ExclusionKind):
            return
        try:
            self.value = checked(ExclusionKind(self.kind), self.value)
        except Meaningless as error:
            raise ValidationError({"value": gettext(error.text) % error.params}) from error


class RefusedDay(models.Model):
    """How many hits were not counted on one UTC day, and why; nothing else is known of them."""

    is_traffic = True

    website_id = models.IntegerField(help_text=_("0: no website that there is."))
    day = models.DateField()
    reason = models.CharField(max_length=32)
    count = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("filtered hits of a day")
        verbose_name_plural = _("filtered hits by day")
        constraints = [
            models.UniqueConstraint(fields=["website_id", "day", "reason"], name="umami_refused_day_unique")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}: {self.count}"
