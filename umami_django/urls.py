"""What a host includes: `path("", include("umami_django.urls"))`, at the root or under any prefix."""

from django.urls import include, path, re_path

from .api.collect.views import collect_v1
from .api.v1.views.server import telemetry
from .tracker.views import script

app_name = "umami"

urlpatterns = [
    re_path("^api/collect/?$", collect_v1, name="collect"),
    path("api/", include("umami_django.api.v1.urls")),
    path("telemetry.js", telemetry, name="telemetry"),
    path("umami.js", script, name="tracker"),
    re_path(r"^(?P<name>[\w.-]+)\.js$", script, name="tracker-by-name"),
]
