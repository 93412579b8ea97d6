"""Accounts: who may enter, and the users that our API makes and removes."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ..domain.roles import Role
from ..exceptions import InvalidInput, UmamiError
from ..models import Account


class AccountExists(UmamiError):
    """Account already exists"""


class WrongPassword(UmamiError):
    """Current password is incorrect"""


class LastAdmin(UmamiError):
    """The last administrator cannot be removed."""


def account_of(user: AbstractBaseUser | AnonymousUser | None) -> Account | None:
    """The account of *user*; None for everybody who may not enter.

    Superusers get theirs on first use; of other users only those with an account may enter.
    """
    if user is None or not user.is_active or not user.is_authenticated:
        return None
    account = Account.objects.select_related("user").filter(user_id=user.pk).first()
    if account is None and getattr(user, "is_superuser", False):
        account, _ = Account.objects.select_related("user").get_or_create(
            user_id=user.pk, defaults={"role": Role.ADMIN.value}
        )
    return account


def create_account(*, username: str, password: str, role: Role = Role.USER) -> Account:
    """A new user of the host site with an account. Raises AccountExists, InvalidInput (password, username).

    Works with user models whose other fields are optional.
    """
    users: Any = get_user_model()
    field = users.USERNAME_FIELD
    if users._default_manager.filter(**{field: username}).exists():
        raise AccountExists
    user = users(**{field: username})
    _check_password(password, user)
    user.set_password(password)
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise InvalidInput("username", " ".join(error.messages)) from None
    try:
        with transaction.atomic():
            user.save()
            return Account.objects.create(user=user, role=role.value, created_by_api=True)
    except IntegrityError:
        raise AccountExists from None


def change_account(
    account: Account, *, username: str | None = None, password: str | None = None, role: Role | None = None
) -> Account:
    """Change what is given. Raises AccountExists, InvalidInput, LastAdmin. Nothing changes when one is raised."""
    users: Any = get_user_model()
    user: Any = account.user
    if username is not None and username != user.get_username():
        if users._default_manager.filter(**{users.USERNAME_FIELD: username}).exclude(pk=user.pk).exists():
            raise AccountExists
        setattr(user, users.USERNAME_FIELD, username)
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError as error:
            raise InvalidInput("username", " ".join(error.messages)) from None
    if password:
        _check_password(password, user)
        user.set_password(password)
    if role is not None and role is not Role.ADMIN and account.is_admin and role.value != account.role:
        _require_another_admin(account)
    with transaction.atomic():
        user.save()
        if role is not None and role.value != account.role:
            account.role = role.value
            account.save(update_fields=["role", "updated_at"])
    return account


def change_password(account: Account, *, current: str, new: str) -> Account:
    """Set a new password when *current* is right. Raises WrongPassword, InvalidInput (new_password)."""
    user: Any = account.user
    if not user.check_password(current):
        raise WrongPassword
    _check_password(new, user, field="new_password")
    user.set_password(new)
    user.save(update_fields=["password"])
    return account


def delete_account(account: Account) -> None:
    """End the access. Its websites stay, without an owner; the user goes only if our API had made it.

    Raises LastAdmin. Source: design, section 3.
    """
    if account.is_admin:
        _require_another_admin(account)
    with transaction.atomic():
        user, made_by_us = account.user, account.created_by_api
        account.delete()
        if made_by_us:
            user.delete()


def _require_another_admin(account: Account) -> None:
    if not Account.objects.active().admins().exclude(pk=account.pk).exists():
        raise LastAdmin


def _check_password(password: str, user: AbstractBaseUser, *, field: str = "password") -> None:
    try:
        validate_password(password, user)  # type: ignore[arg-type]  # any user model will do
    except ValidationError as error:
        raise InvalidInput(field, " ".join(error.messages)) from None
