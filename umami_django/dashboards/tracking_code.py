"""How a website is tracked: what its owner pastes where, for each way there is; and whether anything has come yet."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from ..models import Share, Website


@dataclass(frozen=True, slots=True)
class Way:
    """One way to track: its name, where the text goes, the text."""

    key: str
    title: str
    hint: str
    code: str


def ways(request: HttpRequest, website: Website) -> list[Way]:
    """Every way to track *website*, with this server's address; none when the app's URLs are not included."""
    code = tracking_code(request, website)
    if code is None:
        return []
    picture = request.build_absolute_uri(reverse("umami:pixel", args=[website.uuid]))
    return [
        Way("script", _("Any page"), _("Paste this line into the head of each page:"), code),
        Way(
            "tag",
            _("Django template"),
            _("On this very site, in the template that all pages extend:"),
            f'{{% load umami %}}\n{{% umami_script "{website.uuid}" %}}',
        ),
        Way(
            "middleware",
            _("Middleware"),
            _("Without JavaScript, by this server itself; in the settings of this site:"),
            f'MIDDLEWARE += ["umami_django.middleware.UmamiMiddleware"]\nUMAMI = {{"WEBSITE": "{website.uuid}"}}',
        ),
        Way(
            "pixel",
            _("Picture"),
            _("Where no script runs, such as in emails and feeds:"),
            f'<img src="{picture}" alt="" width="1" height="1" referrerpolicy="no-referrer-when-downgrade">',
        ),
    ]


def tracking_code(request: HttpRequest, website: Website) -> str | None:
    """The script tag with this server's address; None when the app's URLs are not included anywhere."""
    try:
        script = request.build_absolute_uri(reverse("umami:tracker"))
    except NoReverseMatch:
        return None
    return f'<script async defer data-website-id="{website.uuid}" src="{script}"></script>'


def share_url(share: Share) -> str | None:
    """The path of the public page; None when the app's URLs are not included anywhere."""
    try:
        return reverse("umami:share-page", args=[share.slug])
    except NoReverseMatch:
        return None
