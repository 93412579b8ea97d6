"""What happens right now, for clients that poll (reference 2.6)."""

from datetime import datetime, timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from ....domain.periods import to_micros
from ....exceptions import NotPermitted
from ....models import Website
from ....stats.realtime import live
from ...authentication import realtime_token, share_token_in
from ...tokens import Purpose, claims_of
from .. import params, shapes
from .answers import statistics
from .base import Access, V1ViewSet

SHOWN_AT_FIRST = timedelta(minutes=30)


class RealtimeViewSet(V1ViewSet):
    """The asker's own websites, also for administrators."""

    access = Access.ACCOUNT

    @statistics
    def init(self, request: Request) -> Response:
        """Own websites, a token for polling, and the rows of the last half hour."""
        now = timezone.now()
        websites = list(
            Website.objects.owned_by(self.asker.viewer).prefetch_related("shares").order_by("name", "pk")
        )
        return Response(
            {
                "websites": [shapes.website(row) for row in websites],
                "token": realtime_token(websites, now),
                "data": _live(websites, now - SHOWN_AT_FIRST, now),
            }
        )

    @statistics
    def update(self, request: Request) -> Response:
        """Rows since `start_at` of the token's websites that are still the asker's own."""
        token = share_token_in(request._request)
        if token is None:
            raise params.BadRequest("x-umami-share-token", "is required")
        claims = claims_of(token, Purpose.REALTIME)
        if claims is None:
            raise NotPermitted
        since = params.moment(request.query_params, "start_at")
        websites = Website.objects.owned_by(self.asker.viewer).filter(pk__in=claims.get("websites", []))
        return Response(_live(list(websites), since, timezone.now()))


def _live(websites: list[Website], since: datetime, now: datetime) -> shapes.Json:
    rows = live({website.pk: website.reset_at for website in websites}, since)
    return shapes.live(rows, to_micros(now) // 1000)
