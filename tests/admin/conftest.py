"""Staff users of the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.factories import make_account, make_admin
from umami_django.models import Account


@pytest.fixture
def boss(client: Client, db: None) -> Client:
    """A superuser, logged in."""
    client.force_login(make_admin("boss").user)
    return client


def staff(username: str) -> Account:
    """A staff user with an account and every Django permission on this app."""
    account = make_account(username, is_staff=True)
    account.user.user_permissions.set(Permission.objects.filter(content_type__app_label="umami_django"))
    return account
