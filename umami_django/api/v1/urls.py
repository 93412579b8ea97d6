"""Where v1's routes are. With or without a slash at the end: Umami redirects, we answer (reference 1.1)."""

from django.urls import re_path
from rest_framework.routers import SimpleRouter

from .views.accounts import AccountListViewSet, AccountViewSet
from .views.auth import LoginViewSet, VerifyViewSet
from .views.base import ANY_METHOD
from .views.event_data import EventDataViewSet
from .views.realtime import RealtimeViewSet
from .views.server import ConfigViewSet, HeartbeatViewSet, telemetry
from .views.share import ShareViewSet
from .views.websites import WebsiteListViewSet, WebsiteViewSet

router = SimpleRouter()
router.trailing_slash = "/?"
router.register("account", AccountViewSet, basename="v1-account")
router.register("accounts", AccountListViewSet, basename="v1-accounts")
router.register("share", ShareViewSet, basename="v1-share")
router.register("website", WebsiteViewSet, basename="v1-website")
router.register("websites", WebsiteListViewSet, basename="v1-websites")

urlpatterns = [
    re_path(
        "^auth/login/?$",
        LoginViewSet.as_view(dict.fromkeys(ANY_METHOD, "login")),
        name="v1-login",
    ),
    re_path(
        "^auth/verify/?$",
        VerifyViewSet.as_view(dict.fromkeys(ANY_METHOD, "verify")),
        name="v1-verify",
    ),
    re_path("^config/?$", ConfigViewSet.as_view({"get": "retrieve"}), name="v1-config"),
    re_path(
        "^heartbeat/?$",
        HeartbeatViewSet.as_view(dict.fromkeys(ANY_METHOD, "beat")),
        name="v1-heartbeat",
    ),
    re_path(
        "^websites/(?P<pk>[^/]+)/eventdata/?$",
        EventDataViewSet.as_view({"post": "create"}),
        name="v1-event-data",
    ),
    re_path("^realtime/init/?$", RealtimeViewSet.as_view({"get": "init"}), name="v1-realtime-init"),
    re_path("^realtime/update/?$", RealtimeViewSet.as_view({"get": "update"}), name="v1-realtime-update"),
    re_path("^scripts/telemetry/?$", telemetry, name="v1-telemetry"),
    *router.urls,
]
