"""The website that is pruned."""

from collections.abc import Iterator

import pytest

from tests.factories import make_account, make_website
from umami_django.writers import sessions

from .pruned import Pruning


@pytest.fixture
def world(db: None) -> Iterator[Pruning]:
    sessions.forget()
    yield Pruning(make_website(make_account("olga")))
