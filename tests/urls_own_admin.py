"""A host with an AdminSite of its own and without Django's."""

from django.contrib.admin import AdminSite
from django.urls import include, path

from umami_django.admin import register

site = AdminSite("backstage")
register(site)

urlpatterns = [path("backstage/", site.urls), path("", include("umami_django.urls"))]
