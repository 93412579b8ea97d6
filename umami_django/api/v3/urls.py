"""Where the routes of today's API are that v1 does not have."""

from django.urls import re_path

from .views.api_keys import ApiKeyViewSet
from .views.base import UUID_PATTERN
from .views.erasure import ErasureViewSet
from .views.export import ExportViewSet

WEBSITE = f"^websites/(?P<website>{UUID_PATTERN})"

urlpatterns = [
    re_path("^me/api-keys/?$", ApiKeyViewSet.as_view({"get": "list", "post": "create"}), name="v3-api-keys"),
    re_path(
        r"^me/api-keys/(?P<pk>\d{1,9})/?$", ApiKeyViewSet.as_view({"delete": "destroy"}), name="v3-api-key"
    ),
    re_path(rf"{WEBSITE}/export/?$", ExportViewSet.as_view({"get": "retrieve"}), name="v3-export"),
    re_path(
        rf"{WEBSITE}/sessions/(?P<session>{UUID_PATTERN})/?$",
        ErasureViewSet.as_view({"delete": "destroy_session"}),
        name="v3-session",
    ),
    re_path(
        rf"{WEBSITE}/visitors/?$", ErasureViewSet.as_view({"delete": "destroy_visitor"}), name="v3-visitors"
    ),
]
