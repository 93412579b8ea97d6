"""Columns of numbers survive packing, whatever their size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umami_django.rollups.packing import pack, unpack

numbers = st.one_of(
    st.integers(0, 255),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(-(2**63), 2**63 - 1),
)


@given(st.lists(st.lists(numbers), min_size=1, max_size=8))
def test_what_is_packed_comes_back(columns: list[list[int]]) -> None:
    assert [list(column) for column in unpack(pack(*columns), len(columns))] == columns


@pytest.mark.parametrize(("most", "size"), [(255, 1), (256, 2), (65_536, 4), (2**32, 8)])
def test_a_column_takes_the_bytes_that_its_largest_number_needs(most: int, size: int) -> None:
    assert len(pack([most] * 10)) == 1 + 5 + 10 * size


def test_nothing_takes_nothing() -> None:
    assert pack([], []) == b""
    assert [list(column) for column in unpack(memoryview(b""), 2)] == [[], []]
