"""Where the routes of today's API are that v1 does not have."""

from django.urls import re_path

from .views.api_keys import ApiKeyViewSet

urlpatterns = [
    re_path("^me/api-keys/?$", ApiKeyViewSet.as_view({"get": "list", "post": "create"}), name="v3-api-keys"),
    re_path(
        r"^me/api-keys/(?P<pk>\d{1,9})/?$", ApiKeyViewSet.as_view({"delete": "destroy"}), name="v3-api-key"
    ),
]
