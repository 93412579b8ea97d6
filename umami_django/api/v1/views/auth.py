"""Logging in, and who one is (reference 2.2)."""

from django.contrib.auth import authenticate
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from .... import conf
from ....exceptions import NotPermitted
from ....services.accounts import account_of
from ...authentication import login_token
from ...throttling import LoginPerAddress, LoginPerUsername
from .. import shapes
from ..params import BadRequest, fields, password_field, text_field
from .base import Access, V1ViewSet


class LoginViewSet(V1ViewSet):
    """Name and password for a token, through the host's own authentication backends."""

    throttle_classes = [LoginPerAddress, LoginPerUsername]

    def login(self, request: Request) -> Response:
        if not conf.umami_settings().API_LOGIN:
            raise NotPermitted
        data = fields(request.data)
        username, password = text_field(data, "username"), password_field(data, "password")
        if not username or not password:
            raise BadRequest("username" if not username else "password", "is required")
        account = account_of(authenticate(request._request, username=username, password=password))
        if account is None:
            raise NotPermitted
        token = login_token(account, timezone.now())
        return Response({"token": token, "user": shapes.user(account)})


class VerifyViewSet(V1ViewSet):
    """Who the token belongs to. Any method."""

    access = Access.ACCOUNT

    def verify(self, request: Request) -> Response:
        return Response(shapes.user(self.account) | {"iat": self.asker.issued_at_s})
