"""The dashboards outside of the admin: `path("stats/", include("umami_django.dashboard_urls"))`."""

from django.urls import path

from .dashboards.owner_door import owner_urls, owner_view
from .mails.page import reports_page

app_name = "umami-stats"

urlpatterns = [
    *owner_urls(),
    path("<int:website_id>/reports/", owner_view(reports_page), name="reports"),
]
