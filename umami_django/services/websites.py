"""Websites: made, changed, reset, deleted. Resetting and deleting are immediate for readers; the purger removes
the traffic later, in batches."""

from datetime import datetime

from django.db import transaction

from ..models import Account, Website
from . import directory
from .sharing import disable_sharing, enable_sharing


@transaction.atomic
def create_website(
    *, owner: Account | None, name: str, domain: str | None = None, shared: bool = False
) -> Website:
    """A new website, with a share link if *shared*."""
    website = Website.objects.create(owner=owner, name=name, domain=domain)
    if shared:
        enable_sharing(website)
    directory.forget()
    return website


@transaction.atomic
def change_website(
    website: Website,
    *,
    name: str | None = None,
    domain: str | None = None,
    owner: Account | None = None,
    shared: bool | None = None,
) -> Website:
    """Change what is given; None keeps what is there. A share link that exists is kept when *shared*."""
    if name is not None:
        website.name = name
    if domain is not None:
        website.domain = domain
    if owner is not None:
        website.owner = owner
    website.save(update_fields=["name", "domain", "owner", "updated_at"])
    if shared is True:
        enable_sharing(website)
    elif shared is False:
        disable_sharing(website)
    directory.forget()
    return website


def reset_website(website: Website, now: datetime) -> None:
    """From now on nobody sees the traffic up to *now*. One statement, however many rows there are."""
    Website.objects.filter(pk=website.pk).update(reset_at=now, updated_at=now)
    website.reset_at = now


def delete_website(website: Website, now: datetime) -> None:
    """From now on the website does not exist for anybody, and its hits are dropped. Share links go at once."""
    with transaction.atomic():
        disable_sharing(website)
        Website.objects.filter(pk=website.pk).update(deleted_at=now, updated_at=now)
    website.deleted_at = now
    directory.forget()
