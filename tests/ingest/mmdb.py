"""Writes a tiny MaxMind-format file: one record for one IPv4 network."""

from pathlib import Path
from typing import Any

RECORD_BITS = 24


class Uint16(int):
    """A number of the format's 16-bit type."""


class Uint64(int):
    """A number of the format's 64-bit type."""


def write_mmdb(path: Path, prefix: str, record: dict[str, Any]) -> None:
    """A database in which *prefix* (a string of bits of an IPv4 address) leads to *record*."""
    nodes = len(prefix)
    tree = b""
    for position, bit in enumerate(prefix):
        following = position + 1 if position + 1 < nodes else nodes + 16
        left, right = (following, nodes) if bit == "0" else (nodes, following)
        tree += left.to_bytes(3) + right.to_bytes(3)
    metadata = {
        "binary_format_major_version": Uint16(2),
        "binary_format_minor_version": Uint16(0),
        "build_epoch": Uint64(1_700_000_000),
        "database_type": "Test",
        "description": {"en": "test"},
        "ip_version": Uint16(4),
        "languages": ["en"],
        "node_count": nodes,
        "record_size": Uint16(RECORD_BITS),
    }
    path.write_bytes(tree + bytes(16) + _encoded(record) + b"\xab\xcd\xefMaxMind.com" + _encoded(metadata))


def _encoded(value: Any) -> bytes:
    match value:
        case str():
            text = value.encode()
            return bytes([2 << 5 | len(text)]) + text
        case int():
            data = value.to_bytes(8).lstrip(b"\0")
            if isinstance(value, Uint64):
                return bytes([len(data), 2]) + data
            return bytes([(5 if isinstance(value, Uint16) else 6) << 5 | len(data)]) + data
        case dict():
            pairs = b"".join(_encoded(key) + _encoded(item) for key, item in value.items())
            return bytes([7 << 5 | len(value)]) + pairs
        case list():
            return bytes([len(value), 4]) + b"".join(map(_encoded, value))
    raise TypeError(value)
