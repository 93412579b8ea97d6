"""`GET /api/websites/{uuid}/export`: rankings in a zip file, as Umami; with `format` all traffic as a file."""

from base64 import b64encode
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.request import Request
from rest_framework.response import Response

from ....domain.periods import Period
from ....domain.scope import Scope
from ....exceptions import InvalidInput
from ....moving.export import CONTENT_TYPES, Format, exported, file_name
from ....moving.rankings import ranking_files
from ....moving.stored import ALWAYS
from ....stats.exactness import knowing_pruned
from ...v1.params import moment
from .base import WebsiteRoute


@method_decorator(never_cache, name="dispatch")
class ExportViewSet(WebsiteRoute):
    """What was most, for whoever may see the website; every single hit, for accounts that may."""

    def retrieve(self, request: Request, website: str) -> Any:
        form = request.query_params.get("format")
        if form is None:
            return Response({"zip": self._rankings(request)})
        if form not in list(Format):
            raise InvalidInput("format", f"must be one of: {', '.join(Format)}")
        return self._file(request, Format(form))

    def _rankings(self, request: Request) -> str:
        """Only the period counts, as in Umami (v3 reference 2.4)."""
        query = request.query_params
        period = Period(moment(query, "startAt"), moment(query, "endAt"))
        website = self.visible_website()
        scope = knowing_pruned(Scope(website.pk, period, since=website.reset_at), timezone.now())
        return b64encode(ranking_files(scope)).decode()

    def _file(self, request: Request, form: Format) -> StreamingHttpResponse:
        query = request.query_params
        period = Period(
            moment(query, "startAt") if "startAt" in query else ALWAYS.start,
            moment(query, "endAt") if "endAt" in query else ALWAYS.end,
        )
        website = self.own_website()
        return StreamingHttpResponse(
            exported(website, form, period),
            content_type=CONTENT_TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{file_name(website, form)}"'},
        )
