"""A page that carries the tracker."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from umami_django.models import Website

PAGES = ("pricing", "docs", "blog")


def tracked_page(request: HttpRequest, name: str = "") -> HttpResponse:
    """A page of the demo site; what one clicks here appears in the overview of its first website."""
    website = Website.objects.alive().order_by("pk").first()
    return render(request, "example_project/page.html", {"website": website, "name": name, "pages": PAGES})
