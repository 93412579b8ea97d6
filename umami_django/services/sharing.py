"""Share links: switched on and off. v1 knows one for each website."""

import secrets
import string

from ..models import Share, Website

SLUG_LENGTH = 8
_ALPHABET = string.ascii_letters + string.digits


def share_of(website: Website) -> Share | None:
    """The website's share link: the oldest, where there are several."""
    return min(website.shares.all(), key=lambda share: share.pk, default=None)


def enable_sharing(website: Website) -> Share:
    """The website's share link, made now if there is none. Drops what was prefetched."""
    share = website.shares.order_by("pk").first()
    if share is None:
        share = Share.objects.create(website=website, slug=_slug())
    _forget_prefetched(website)
    return share


def disable_sharing(website: Website) -> None:
    """Remove every share link; tokens given out for them stop working."""
    website.shares.all().delete()
    _forget_prefetched(website)


def _forget_prefetched(website: Website) -> None:
    getattr(website, "_prefetched_objects_cache", {}).pop("shares", None)


def _slug() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(SLUG_LENGTH))
