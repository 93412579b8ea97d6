"""A small site: pages of several kinds, and the app."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

PAGE = "<!DOCTYPE html><title>x</title>"


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE, status=404)


def data(request: HttpRequest) -> HttpResponse:
    return JsonResponse({})


urlpatterns = [
    path("", include("umami_django.urls")),
    path("page/", page),
    path("async/", async_page),
    path("broken/", broken),
    path("data/", data),
]
