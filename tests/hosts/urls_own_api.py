"""The app at the root, with an address of the host's own beside ours."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def own_api(request: HttpRequest, rest: str = "") -> HttpResponse:
    return HttpResponse("the host's own")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("umami_django.urls")),
    path("api/orders/", own_api),
    path("service-worker.js", own_api),
]
