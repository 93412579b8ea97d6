"""From a public share id to a token that reads one website (reference 2.7)."""

from django.core.validators import slug_re
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from ....exceptions import NotFound
from ....models import Share
from ...authentication import share_token
from .base import V1ViewSet


class ShareViewSet(V1ViewSet):
    """A share link, for anybody who knows it."""

    def retrieve(self, request: Request, pk: str) -> Response:
        # MariaDB compares without regard to letter case: the slug must be the very same text
        now = timezone.now()
        candidates = Share.objects.open_to_all(now).filter(slug=pk) if slug_re.fullmatch(pk) else ()
        share = next((row for row in candidates if row.slug == pk), None)
        if share is None:
            raise NotFound
        return Response({"websiteId": share.website_id, "token": share_token(share, now)})
