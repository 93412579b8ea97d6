"""What Umami needs to know of a user, beside the host's own user model."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..domain.roles import Role, Viewer
from ..querysets.accounts import AccountQuerySet


class Account(models.Model):
    """Admits a user of the site to the analytics. Superusers get theirs on first use."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="umami_account",
        verbose_name=_("user"),
    )
    role = models.CharField(
        _("role"),
        max_length=16,
        choices=[
            (Role.ADMIN.value, _("administrator")),
            (Role.USER.value, _("user")),
            (Role.VIEW_ONLY.value, _("view only")),
        ],
        default=Role.USER.value,
    )
    created_by_api = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("The user was created through the API, and goes when the API deletes the account."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.user.get_username()

    @property
    def is_admin(self) -> bool:
        """Superusers are always administrators."""
        return self.role == Role.ADMIN.value or bool(getattr(self.user, "is_superuser", False))

    def as_viewer(self) -> Viewer:
        """The account as the one who asks."""
        return Viewer(account_id=self.pk, role=Role.ADMIN if self.is_admin else Role(self.role))
