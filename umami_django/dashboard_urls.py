"""The dashboards outside of the admin: `path("stats/", include("umami_django.dashboard_urls"))`."""

from .dashboards.owner_door import owner_urls

app_name = "umami-stats"

urlpatterns = owner_urls()
