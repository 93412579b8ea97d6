"""What a host includes: `path("", include("umami_django.urls"))`, at the root or under any prefix."""

from django.urls import include, path, re_path, register_converter

from .api.collect.either import CollectPath, either
from .api.collect.pixel import pixel
from .api.collect.send import batch, send
from .api.collect.views import collect_v1
from .api.health import health_view
from .api.v1.views.server import telemetry
from .dashboards.share_door import share_urls
from .mails.unsubscribe import unsubscribe_page
from .tracker.views import ScriptName, modern_script, script

app_name = "umami"
register_converter(ScriptName, "umami_script")
register_converter(CollectPath, "umami_collect")

urlpatterns = [
    # no regular expressions where each hit comes by
    path("api/collect", collect_v1, name="collect"),
    path("api/send", send, name="send"),
    path("api/batch", batch, name="batch"),
    path("api/collect/", collect_v1),
    path("api/send/", send),
    path("api/batch/", batch),
    path("api/pixel/<uuid:website>.gif", pixel, name="pixel"),
    re_path("^api/health/?$", health_view, name="health"),
    path("api/", include("umami_django.api.v3.urls")),
    path("api/", include("umami_django.api.v1.urls")),
    *share_urls(),
    re_path(r"^reports/unsubscribe/(?P<token>[\w.-]{1,200})/?$", unsubscribe_page, name="unsubscribe"),
    path("telemetry.js", telemetry, name="telemetry"),
    path("umami.js", script, name="tracker"),
    path("script.js", modern_script, name="modern-tracker"),
    path("<umami_script:name>.js", script, name="tracker-by-name"),
    path("<umami_collect:path>", either, name="either"),
]
