"""The line that a website's owner pastes into their pages."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from ..models import Share, Website


def tracking_code(request: HttpRequest, website: Website) -> str | None:
    """The script tag with this server's address; None when the app's URLs are not included anywhere."""
    try:
        script = request.build_absolute_uri(reverse("umami:tracker"))
    except NoReverseMatch:
        return None
    return f'<script async defer data-website-id="{website.uuid}" src="{script}"></script>'


def share_url(request: HttpRequest, share: Share) -> str | None:
    """The address of the public page; None when the app's URLs are not included anywhere."""
    try:
        return request.build_absolute_uri(reverse("umami:share-page", args=[share.slug]))
    except NoReverseMatch:
        return None
