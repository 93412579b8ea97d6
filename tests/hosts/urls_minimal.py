"""The app and nothing else."""

from django.urls import include, path

urlpatterns = [path("", include("umami_django.urls"))]
