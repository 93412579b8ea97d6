"""The URLs of the plain host."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("stats/", include("umami_django.dashboard_urls")),
    path("", include("umami_django.urls")),
]
