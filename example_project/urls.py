"""The app at the root, so that the API is at /api/… as Umami's documentation has it; the admin; a tracked page."""

from django.contrib import admin
from django.urls import include, path

from .views import tracked_page

urlpatterns = [
    path("admin/", admin.site.urls),
    path("stats/", include("umami_django.dashboard_urls")),
    path("", tracked_page, name="home"),
    path("page/<slug:name>/", tracked_page, name="page"),
    path("", include("umami_django.urls")),
]
