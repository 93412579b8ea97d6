"""The app below /analytics/, the host's own API at /api/."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def own_api(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the host's own")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("analytics/", include("umami_django.urls")),
    path("api/websites", own_api),
]
