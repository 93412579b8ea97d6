"""The first line of JSON lines: which website they are of."""

import json
from typing import Any
from uuid import UUID


def header_website(first_line: str) -> dict[str, Any]:
    """What the header of JSON lines tells of the website; empty when that is nothing."""
    try:
        header = json.loads(first_line)
    except (ValueError, RecursionError):
        return {}
    about = header.get("website") if isinstance(header, dict) else None
    return about if isinstance(about, dict) else {}


def uuid_told(first_line: str) -> UUID | None:
    """The uuid of the website in the header of JSON lines."""
    try:
        return UUID(str(header_website(first_line).get("uuid")))
    except ValueError:
        return None
