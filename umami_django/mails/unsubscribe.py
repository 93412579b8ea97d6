"""The way out of the reports, for whoever holds a mail: no login, no cookie. Looking at it changes nothing, since mail
scanners follow links; a POST ends them, also that of a mail program itself (RFC 8058, one click)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ..conf import default_language
from ..services.reports import unsubscribe
from .links import subscription_of

TEMPLATE = "umami_django/mail/unsubscribe.html"


@login_not_required
@csrf_exempt  # the signed address is the proof; mail programs send no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET, ends the subscription on POST. 404 for an address that we did not make. Two queries at most."""
    subscription = subscription_of(token)
    if subscription is None:
        raise Http404
    was_active = subscription.active
    if request.method == "POST" and was_active:
        unsubscribe(subscription)
    context = {
        "website": subscription.website,
        "period": subscription.period,
        "is_active": subscription.active,
        "is_done": was_active and not subscription.active,
    }
    with translation.override(subscription.language or default_language()):
        response = render(request, TEMPLATE, context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
