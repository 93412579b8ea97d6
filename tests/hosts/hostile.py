"""REST framework settings that break whoever relies on them."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle


class NoAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> Any:
        raise AuthenticationFailed


class Nobody(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return False


class AlwaysThrottled(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        return False


class BrokenNegotiation(BaseContentNegotiation):
    def select_parser(self, request: Any, parsers: Any) -> Any:
        raise RuntimeError

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        raise RuntimeError


def broken_handler(error: Exception, context: Any) -> Any:
    raise RuntimeError
