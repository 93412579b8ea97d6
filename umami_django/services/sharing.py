"""Share links: switched on and off. v1 knows one for each website."""

import secrets
import string

from django.utils import timezone

from ..models import Share, Website

SLUG_LENGTH = 8
_ALPHABET = string.ascii_letters + string.digits


def share_of(website: Website) -> Share | None:
    """The share link that v1 knows: the oldest that shows everything to everybody."""
    return min(filter(_is_open, website.shares.all()), key=lambda share: share.pk, default=None)


def enable_sharing(website: Website) -> Share:
    """The website's share link, made now if there is none. Drops what was prefetched."""
    share = website.shares.open_to_all(timezone.now()).order_by("pk").first()
    if share is None:
        share = Share.objects.create(website=website, slug=new_slug())
    _forget_prefetched(website)
    return share


def disable_sharing(website: Website) -> None:
    """Remove every share link; tokens given out for them stop working."""
    website.shares.all().delete()
    _forget_prefetched(website)


def _is_open(share: Share) -> bool:
    """As `open_to_all` says, for a row that is there already."""
    is_lasting = share.expires_at is None or share.expires_at > timezone.now()
    return is_lasting and not share.password and not share.filters


def _forget_prefetched(website: Website) -> None:
    getattr(website, "_prefetched_objects_cache", {}).pop("shares", None)


def new_slug() -> str:
    """An id that nobody guesses."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(SLUG_LENGTH))
