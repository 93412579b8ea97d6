"""Aggregates over the data of events: the one route of v1.39 that v1.38 does not have (reference 6.1)."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from ....exceptions import NotPermitted
from ....models import Website
from ....stats.event_data import aggregates
from .. import params, shapes
from .answers import statistics
from .base import V1ViewSet


class EventDataViewSet(V1ViewSet):
    """For everybody who may read the website. The website is named by its uuid, as v1.39 does."""

    @statistics
    def create(self, request: Request, pk: str) -> Response:
        try:
            uuid = UUID(pk)
        except ValueError:
            raise NotPermitted from None
        website = Website.objects.visible_to(self.asker.viewer).filter(uuid=uuid).first()
        if website is None:
            raise NotPermitted
        question = params.event_data_question(params.fields(request.data), website)
        return Response(shapes.event_data(aggregates(*question)))
