"""A superuser's client, an owner who is no staff, and the three doors to the same website."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.factories import make_admin
from umami_django.models import Account, Website

DOORS = ("admin", "owner", "share")


@dataclass
class Visitor:
    """A client that stands at one of the doors."""

    client: Client
    start: str
    parts: str
    """Where the pages below the dashboard begin."""
    door: str

    def get(self, page: str = "", query: Any = None, **more: Any) -> Any:
        address = f"{self.parts}{page}" if page else self.start
        return self.client.get(address, query or {}, **more)


@pytest.fixture
def boss(client: Client, db: None) -> Client:
    client.force_login(make_admin("boss").user)
    return client


@pytest.fixture
def at_door(website: Website, owner: Account) -> Callable[[str], Visitor]:
    """`at_door("share")`."""

    def stand(door: str) -> Visitor:
        client = Client()
        if door == "admin":
            client.force_login(make_admin("boss").user)
            start = f"/admin/umami_django/website/{website.pk}/overview/"
            return Visitor(client, start, start, door)
        if door == "owner":
            client.force_login(owner.user)
            return Visitor(client, f"/stats/{website.pk}/", f"/stats/{website.pk}/", door)
        share = website.shares.create(slug="AbCdEfGh")
        return Visitor(client, f"/share/{share.slug}", f"/share/{share.slug}/-/", door)

    return stand


@pytest.fixture(params=DOORS)
def visitor(request: Any, at_door: Callable[[str], Visitor]) -> Visitor:
    """Each door in turn."""
    return at_door(request.param)


@pytest.fixture
def german() -> Any:
    with override_settings(USE_THOUSAND_SEPARATOR=True, LANGUAGE_CODE="de"):
        yield
