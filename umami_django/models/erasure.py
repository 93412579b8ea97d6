"""What is on its way out: visitors who were erased, texts that nothing may use any more."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import MicrosField


class Erasure(models.Model):
    """A visitor who was erased, remembered for a week: what arrives late of the time before goes, too."""

    is_traffic = True

    session_id = models.BigIntegerField(primary_key=True)
    uuid = models.UUIDField()
    website_id = models.IntegerField()
    erased_at = MicrosField(_("time"))

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [models.Index(fields=["erased_at"], name="umami_erasure_time")]

    def __str__(self) -> str:
        return str(self.uuid)


class TermSweep(models.Model):
    """How far the search for a website's unused terms is."""

    is_traffic = True

    website_id = models.IntegerField(primary_key=True)
    dirty_at = MicrosField(null=True, help_text=_("When rows that used terms were deleted last."))
    retired_at = MicrosField(null=True, help_text=_("When terms without a use were put aside."))

    class Meta:
        verbose_name = _("search for unused terms")
        verbose_name_plural = _("searches for unused terms")

    def __str__(self) -> str:
        return str(self.website_id)
