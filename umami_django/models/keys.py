"""Keys that let programs in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .accounts import Account


class ApiKey(models.Model):
    """A key that stands for an account. Only its digest is kept: the key itself is shown once."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("account")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("What it is for, for example: mobile app.")
    )
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name
