"""What the routes of one website share: its uuid in the path, errors in the words of today's API."""

from typing import Any
from uuid import UUID

from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.response import Response

from ....exceptions import InvalidInput, NotFound, NotPermitted
from ....models import Website
from ...v1.views.base import V1ViewSet
from ..errors import error_body, invalid_body

UUID_PATTERN = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


class WebsiteRoute(V1ViewSet):
    """Something about one website. Whoever may not see it, or when there is none: 401 (v3 reference 1.2)."""

    def visible_website(self) -> Website:
        """The website of the path, when the asker may read it. Raises NotPermitted."""
        return self._website(Website.objects.visible_to(self.asker.viewer))

    def own_website(self) -> Website:
        """The website of the path, when the asker's account may read it: a share link is not enough for every single
        hit. Raises NotPermitted."""
        return self._website(Website.objects.visible_to(self.account.as_viewer()))

    def changeable_website(self) -> Website:
        """The website of the path, when the asker may change it. Raises NotPermitted."""
        return self._website(Website.objects.changeable_by(self.asker.viewer))

    def _website(self, websites: Any) -> Website:
        website: Website | None = websites.filter(uuid=UUID(self.kwargs["website"])).first()
        if website is None:
            raise NotPermitted
        return website

    def handle_exception(self, exc: Exception) -> Any:
        match exc:
            case InvalidInput():
                return Response(invalid_body(exc, inside=()), status=400)
            case ParseError():
                return Response(error_body(400), status=400)
            case NotPermitted():
                return Response(error_body(401), status=401)
            case NotFound():
                return Response(error_body(404), status=404)
            case MethodNotAllowed():
                return Response(status=405, headers={"Allow": ", ".join(self.allowed_methods)})
        return super().handle_exception(exc)
