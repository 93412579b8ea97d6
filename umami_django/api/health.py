"""`GET /api/health`, for load balancers: 200 or 503, a word for each part, and no figures."""

from dataclasses import asdict

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..services.health import health


@require_safe
@never_cache
@transaction.non_atomic_requests
def health_view(request: HttpRequest) -> HttpResponse:
    """Can this process do its work? Asks no more of the database than whether it is there."""
    found = health()
    words = {name: word for name, word in asdict(found).items() if word is not None}
    return JsonResponse({"ok": found.is_good, **words}, status=200 if found.is_good else 503)
