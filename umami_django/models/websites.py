"""Websites that are tracked, and the links that share their statistics."""

import uuid

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets.websites import ShareQuerySet, WebsiteQuerySet
from .accounts import Account


class Website(models.Model):
    """A tracked website. Its integer key is v1's `website_id`, its uuid what trackers send."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="websites",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=100)
    domain = models.CharField(
        _("domain"), max_length=500, null=True, blank=True, help_text=_("For example: example.com")
    )
    keep_months = models.PositiveSmallIntegerField(
        _("keep hits for months"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(1200)],
        help_text=_("Empty: as the installation does (UMAMI['KEEP_MONTHS']). 0: for ever."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    reset_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Traffic before this moment is as good as gone.")
    )
    deleted_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Gone for every reader; the purger removes the traffic.")
    )

    objects = WebsiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("website")
        verbose_name_plural = _("websites")

    def __str__(self) -> str:
        return self.name


class Share(models.Model):
    """A public link that shows one website's statistics, read only. v1 knows one for each website."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    website = models.ForeignKey(
        Website, on_delete=models.CASCADE, related_name="shares", verbose_name=_("website")
    )
    slug = models.CharField(
        _("share id"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]+$", _("Use letters, digits, - and _ only."))],
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")

    def __str__(self) -> str:
        return self.slug
