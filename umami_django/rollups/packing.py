"""Columns of whole numbers as bytes, and back: what every summary is stored as. What they mean is not known here."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from struct import Struct

TYPES = ("B", "H", "I", "b", "h", "i", "q")
"""Unsigned and signed whole numbers of 1, 2, 4 and 8 bytes; each column takes the smallest that holds it."""
_RANGES = tuple(
    (code, 0, 2 ** (8 * array(code).itemsize) - 1)
    if code.isupper()
    else (code, -(2 ** (8 * array(code).itemsize - 1)), 2 ** (8 * array(code).itemsize - 1) - 1)
    for code in TYPES
)
HEADER = Struct("<cI")

Column = Sequence[int]


def pack(*columns: Column) -> bytes:
    """The *columns* one after the other, little-endian; nothing at all when every one is empty."""
    if not any(len(column) for column in columns):
        return b""
    parts = [bytes([len(columns)])]
    bodies = []
    for column in columns:
        code = _smallest(column)
        numbers = array(code, column)
        if sys.byteorder == "big":
            numbers.byteswap()
        parts.append(HEADER.pack(code.encode(), len(numbers)))
        bodies.append(numbers.tobytes())
    return b"".join(parts + bodies)


def unpack(data: bytes | memoryview, columns: int) -> list[array[int]]:
    """The *columns* columns that `pack` made of; empty ones of nothing at all."""
    if not data:
        return [array("B") for _ in range(columns)]
    view = memoryview(data)
    place = 1 + view[0] * HEADER.size
    found = []
    for number in range(view[0]):
        code, length = HEADER.unpack_from(view, 1 + number * HEADER.size)
        numbers = array(code.decode())
        end = place + length * numbers.itemsize
        numbers.frombytes(view[place:end])
        place = end
        if sys.byteorder == "big":
            numbers.byteswap()
        found.append(numbers)
    return found


def _smallest(column: Column) -> str:
    if not len(column):
        return "B"
    least, most = min(column), max(column)
    return next(code for code, low, high in _RANGES if low <= least and most <= high)
