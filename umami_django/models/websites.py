"""Websites that are tracked, and the links that share their statistics."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..domain.periods import zone
from ..querysets.websites import ShareQuerySet, WebsiteQuerySet
from .accounts import Account


def validate_zone(name: str) -> None:
    """Refuse what is no name of a time zone."""
    try:
        zone(name)
    except KeyError:
        raise ValidationError(
            _("“%(name)s” is not the name of a time zone. One would be Europe/Berlin."), params={"name": name}
        ) from None


def validate_sources(text: str) -> None:
    """Refuse what would break out of a `frame-ancestors` directive."""
    if not re.fullmatch(r"[A-Za-z0-9*.:/\[\]_-]+( [A-Za-z0-9*.:/\[\]_-]+)*", text):
        raise ValidationError(_("Write origins with spaces between them, such as https://example.com."))


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
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        default="",
        validators=[validate_zone],
        help_text=_("In which days begin on the dashboard, such as Europe/Berlin. Empty: the server's."),
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
    """A public link that shows one website's statistics, read only.

    v1 knows one for each website: the oldest without a password and without filters.
    """

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
    note = models.CharField(
        _("note"), max_length=100, blank=True, default="", help_text=_("For whom it is; shown to you only.")
    )
    password = models.CharField(_("password"), max_length=128, blank=True, default="", editable=False)
    """Hashed as users' passwords are; empty: anybody with the link may look."""
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    filters = models.TextField(
        _("fixed filters"),
        blank=True,
        default="",
        help_text=_("As they stand in the dashboard's address, such as country=DE&path__contains=/blog."),
    )
    embeddable_by = models.CharField(
        _("embeddable by"),
        max_length=500,
        blank=True,
        default="",
        validators=[validate_sources],
        help_text=_(
            "Origins whose pages may show it in a frame, such as https://example.com. Empty: none; * is any."
        ),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")

    def __str__(self) -> str:
        return self.slug
