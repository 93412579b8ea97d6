"""`{% umami_script %}`: the tracking code in a template."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..exceptions import NotFound
from ..ingest.pipeline import Tracked
from ..middleware import is_skipped_staff
from ..tracking import website_of

register = template.Library()


@register.simple_tag(takes_context=True)
def umami_script(
    context: template.Context, website: str | None = None, *, noscript: bool = False, **options: Any
) -> str:
    """The script tag of a website, named by uuid, domain or name, else by `UMAMI["WEBSITE"]`.

    With `noscript=True` a picture follows that counts visits without JavaScript (in the body only: HTML allows no
    picture in the head). Other options become `data-` attributes: `{% umami_script do_not_track="true" %}`. Carries
    the CSP nonce of Django or of django-csp. Nothing for staff with `UMAMI["SKIP_STAFF"]`, for an unknown website, or
    where our URLs are not included: a page must not suffer.
    """
    request = context.get("request")
    if request is not None and is_skipped_staff(request):
        return ""
    try:
        tracked, source = website_of(website), reverse("umami:tracker")
    except (NotFound, NoReverseMatch):
        return ""
    nonce = context.get("csp_nonce") or getattr(request, "csp_nonce", None)
    attributes = [("data-website-id", str(tracked.uuid)), ("src", source)]
    attributes += [(f"data-{name.replace('_', '-')}", str(value)) for name, value in options.items()]
    if nonce:
        attributes.append(("nonce", str(nonce)))
    text = SafeString("").join(format_html(' {}="{}"', name, value) for name, value in attributes)
    script = format_html("<script async defer{}></script>", SafeString(text))
    return script + _picture(tracked) if noscript else script


def _picture(tracked: Tracked) -> SafeString:
    """The page names itself in the referrer, whatever the policy for others is."""
    return format_html(
        '<noscript><img src="{}" alt="" width="1" height="1" referrerpolicy="no-referrer-when-downgrade"></noscript>',
        reverse("umami:pixel", args=[tracked.uuid]),
    )
