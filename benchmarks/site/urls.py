"""An empty Django view, an empty DRF view, the app, and its dashboards."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


class Empty(APIView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        return Response("ok")


urlpatterns = [
    path("empty", empty),
    path("drf", Empty.as_view()),
    path("", include("umami_django.urls")),  # what is asked most stands first
    path("stats/", include("umami_django.dashboard_urls")),
]
