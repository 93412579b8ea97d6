"""Words about accounts."""

from typing import Any, Self

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from ..domain.roles import Role


class AccountQuerySet(models.QuerySet[Any]):
    """Accounts, with the words this app uses for them."""

    def active(self) -> Self:
        """Accounts whose user may log in."""
        return self.filter(user__is_active=True)

    def admins(self) -> Self:
        """Accounts that may do everything: by role, or because the user is a superuser."""
        return self.filter(self.admin_q())

    def admin_q(self) -> Q:
        condition = Q(role=Role.ADMIN.value)
        if any(field.name == "is_superuser" for field in get_user_model()._meta.get_fields()):
            condition |= Q(user__is_superuser=True)
        return condition

    def with_username(self, username: str) -> Self:
        """The account of the user who logs in as *username*, in exactly this letter case."""
        field = get_user_model().USERNAME_FIELD
        return self.filter(**{f"user__{field}": username})
