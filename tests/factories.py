"""Rows for tests: users with accounts, websites."""

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from umami_django.domain.roles import Role
from umami_django.models import Account, Website
from umami_django.services.websites import create_website

PASSWORD = "correct horse 7"
_numbers = count(1)


def make_account(username: str | None = None, *, role: Role = Role.USER, **user: Any) -> Account:
    """A user who may log in with PASSWORD, and their account."""
    users: Any = get_user_model()
    name = username or f"user{next(_numbers)}"
    created = users._default_manager.create_user(name, password=PASSWORD, **user)
    return Account.objects.create(user=created, role=role.value)


def make_admin(username: str | None = None) -> Account:
    """A superuser with an account."""
    return make_account(username, role=Role.ADMIN, is_superuser=True, is_staff=True)


def make_website(owner: Account | None = None, *, name: str = "Example", **fields: Any) -> Website:
    """A website; of an account of its own unless an owner is given."""
    fields.setdefault("domain", "example.com")
    return create_website(owner=owner or make_account(), name=name, **fields)
