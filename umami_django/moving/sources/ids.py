"""Ids of a source as ours: uuids, integer keys, visits. Remembered, for a session comes up many times in a row."""

from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ...ingest.identity import session_key


@lru_cache(maxsize=16_384)
def known(uuid: UUID) -> int:
    """The integer key of a session or visit."""
    return session_key(uuid)


@lru_cache(maxsize=16_384)
def session(value: Any, website: UUID, number: Any) -> tuple[UUID, int]:
    """The uuid and key of a session; of one that lacks a uuid one that is the same each time."""
    uuid = as_uuid(value) or uuid5(NAMESPACE_URL, f"umami:{website}:session:{number}")
    return uuid, known(uuid)


def as_uuid(value: Any) -> UUID | None:
    """A uuid as databases give it; None when it is none."""
    if value is None or isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError:
        return None


def stored(value: Any) -> UUID:
    """A uuid from a column that always holds one."""
    return value if isinstance(value, UUID) else UUID(str(value))
