"""Numbers in a statement are numbers."""

import pytest

from umami_django.querysets.literals import listed


def test_numbers_are_written_as_they_are() -> None:
    assert listed([3, -1, 2**62]) == "3, -1, 4611686018427387904"


def test_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match="'d'"):
        listed(["1) OR (1 = 1"])  # type: ignore[list-item]
