"""Routes about the server itself (reference 2.1)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from .... import conf
from .base import V1ViewSet


class HeartbeatViewSet(V1ViewSet):
    """Is the server there? Any method."""

    def beat(self, request: Request) -> Response:
        return Response({})


class ConfigViewSet(V1ViewSet):
    """What the user interface of v1 needs to know."""

    def retrieve(self, request: Request) -> Response:
        heartbeat = (
            reverse(f"{request.resolver_match.namespace}:v1-heartbeat") if request.resolver_match else ""
        )
        config: dict[str, Any] = {"basePath": heartbeat.removesuffix("/api/heartbeat")}
        if names := conf.umami_settings().TRACKER_SCRIPT_NAME:
            config["trackerScriptName"] = ",".join(names)
        return Response(config | {"updatesDisabled": True, "telemetryDisabled": True})


def telemetry(request: HttpRequest) -> HttpResponse:
    """The script with which Umami reports installations: ours reports nothing."""
    return HttpResponse("/* telemetry disabled */", content_type="text/javascript; charset=utf-8")
