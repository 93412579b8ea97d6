"""A journal of the test's own, and its loader."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from umami_django.writers import journal
from umami_django.writers.load import Loader, loading


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A journal's directory; this process writes to it."""
    where = tmp_path / "journal"
    umami = {"RECORD": True, "COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": str(where)}
    with override_settings(UMAMI=umami):
        yield where
        journal.close()


@pytest.fixture
def loader(directory: Path) -> Iterator[Loader]:
    with loading(directory) as loader:
        yield loader
