"""Visitors are erased: `DELETE /api/websites/{uuid}/sessions/{uuid}`, `DELETE …/visitors?distinctId=`. Ours."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from ....exceptions import InvalidInput, NotFound
from ....models import Website
from ....services.erasure import erase, visitors
from .base import WebsiteRoute


class ErasureViewSet(WebsiteRoute):
    """For whoever may change the website. It is done when the answer comes, and cannot be undone."""

    def destroy_session(self, request: Request, website: str, session: str) -> Response:
        """The visitor of one session."""
        of = self.changeable_website()
        return _erased(of, visitors(of, session=UUID(session)))

    def destroy_visitor(self, request: Request, website: str) -> Response:
        """The visitor whom the website calls `distinctId`, with all their sessions."""
        distinct_id = request.query_params.get("distinctId")
        if not distinct_id:
            raise InvalidInput("distinctId", "is required")
        of = self.changeable_website()
        return _erased(of, visitors(of, distinct_id=distinct_id))


def _erased(website: Website, found: dict[int, UUID]) -> Response:
    if not found:
        raise NotFound
    erased = erase(website, found)
    return Response(
        {
            "ok": True,
            "sessions": erased.sessions,
            "hits": erased.hits,
            "eventData": erased.event_properties,
            "sessionData": erased.session_properties,
            "stillInTotals": erased.in_totals,
        }
    )
