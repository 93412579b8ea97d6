"""The public page behind a share link: the same overview, read only, without the admin around it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..models import Share
from .pages import asked_overview


@require_safe
def share_page(request: HttpRequest, slug: str, name: str = "") -> HttpResponse:
    """The overview of the website that *slug* shares; *name* is for people only."""
    candidates = Share.objects.working().select_related("website").filter(slug=slug)
    share = next((row for row in candidates if row.slug == slug), None)
    if share is None:
        raise Http404
    content, status = asked_overview(request, share.website)
    response = render(
        request, "umami_django/share_page.html", {**content, "website": share.website}, status=status
    )
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
