"""The website that an export tells of, found or made anew."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ..logs.reader import Ruler
from ..models import Website
from ..services import directory
from .broken import Broken
from .files import Source
from .header import header_website, uuid_told
from .records import JSON_LINES, Lines

NAME_LENGTH = 100
DOMAIN_LENGTH = 500


def website_told_of(sources: Sequence[Source], *, create: bool) -> Website:
    """The website of the first file of JSON lines, made without an owner if it is not there and *create*.

    Raises Broken when no file tells of one.
    """
    for source in sources:
        if source.content != JSON_LINES:
            continue
        with source.opened() as file:
            first = next(Lines(file, Ruler()), "")
        if (uuid := uuid_told(first)) is not None:
            return _website(uuid, header_website(first), create=create)
    raise Broken(1, "", "only the header of JSON lines tells of a website that can be made; give --website")


def _website(uuid: UUID, about: dict[str, Any], *, create: bool) -> Website:
    found: Website | None = Website.objects.filter(uuid=uuid).first()
    if found is not None:
        if found.deleted_at is not None:
            raise Broken(1, "website", f"{uuid} was deleted here: run umami_purge, then it can be made again")
        return found
    name, domain = about.get("name"), about.get("domain")
    website = Website(
        uuid=uuid,
        name=str(name or uuid).replace("\x00", "")[:NAME_LENGTH],
        domain=str(domain).replace("\x00", "")[:DOMAIN_LENGTH] if domain else None,
    )
    if create:
        website.save()
        directory.forget()
    return website
