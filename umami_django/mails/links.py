"""Where the links in a mail lead: to the dashboard as this reader may see it, and out of the list."""

from typing import Any

from django.core import signing
from django.urls import NoReverseMatch, reverse

from .. import conf
from ..dashboards.door import Door
from ..models import Account, ReportSubscription, Website
from ..services.base_url import NoBaseUrl, absolute
from ..services.sharing import share_of

SEPARATOR = "."
"""One that no address has to escape."""


def door_for(website: Website, account: Account | None) -> Door:
    """The way to the dashboard: through the admin for staff, else through the pages for owners; for a bare address a
    share link without conditions, if there is one. Without pages where there is no way. Raises NoBaseUrl.
    """
    for name, argument in _places(website, account):
        try:
            path = reverse(name, args=[argument])
        except NoReverseMatch:
            continue
        return _door(website, absolute(path))
    return _door(website, "")


def _door(website: Website, address: str) -> Door:
    return Door(
        website, base="", address=lambda *_: address, pages=frozenset({"overview"} if address else ())
    )


def _places(website: Website, account: Account | None) -> list[tuple[str, Any]]:
    if account is None:
        share = share_of(website)
        return [("umami:share-page", share.slug)] if share else []
    admin = ("admin:umami_django_website_overview", website.pk)
    return [*([admin] if _sees_the_admin(account) else []), ("umami-stats:overview", website.pk)]


def _sees_the_admin(account: Account) -> bool:
    user: Any = account.user
    rights = ("umami_django.view_website", "umami_django.change_website")
    return bool(getattr(user, "is_staff", False)) and any(user.has_perm(right) for right in rights)


def unsubscribe_link(subscription: ReportSubscription) -> str:
    """The address that ends *subscription*, without a login. Raises NoBaseUrl."""
    try:
        return absolute(reverse("umami:unsubscribe", args=[token(subscription)]))
    except NoReverseMatch:
        raise NoBaseUrl("Readers could not unsubscribe: include umami_django.urls in your URLs.") from None


def token(subscription: ReportSubscription) -> str:
    """Names *subscription* and cannot be made by others. Good for ever: mails are kept for long."""
    return _signer().sign(str(subscription.pk))


def subscription_of(text: str) -> ReportSubscription | None:
    """Whom the token *text* was made for; None when it is forged or the subscription is gone. One query."""
    try:
        key = _signer().unsign(text)
    except signing.BadSignature:
        return None
    row: ReportSubscription | None = (
        ReportSubscription.objects.with_readers().filter(pk=int(key), website__deleted_at=None).first()
    )
    return row


def _signer() -> signing.Signer:
    return signing.Signer(key=conf.secret(), sep=SEPARATOR, salt="umami_django.mails.unsubscribe")
