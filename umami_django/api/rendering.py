"""Bodies in and out for DRF views, whatever the host's own DRF settings are."""

from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, FormParser, JSONParser
from rest_framework.renderers import JSONRenderer


class CompactJSON(JSONRenderer):
    """Compact JSON in UTF-8, and the header says so (v1 reference 1.1)."""

    charset = "utf-8"
    compact = True
    ensure_ascii = False
    strict = True


class StrictJSON(JSONParser):
    """JSON; NaN and Infinity are errors."""

    strict = True
    renderer_class = CompactJSON


class LinkedDataJSON(StrictJSON):
    """JSON under its other name."""

    media_type = "application/ld+json"


class NoFields(BaseParser):
    """Any other kind of body: no field is seen in it (v1 reference 1.2)."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class AlwaysJSON(BaseContentNegotiation):
    """The answer is JSON, whatever the request accepts."""

    def select_parser(self, request: HttpRequest, parsers: Any) -> Any:
        kind = (getattr(request, "content_type", None) or "").split(";")[0].strip().lower()
        return next(
            (parser for parser in parsers if parser.media_type == kind),
            next(parser for parser in parsers if parser.media_type == "*/*"),
        )

    def select_renderer(self, request: HttpRequest, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


PARSERS = [StrictJSON, LinkedDataJSON, FormParser, NoFields]
