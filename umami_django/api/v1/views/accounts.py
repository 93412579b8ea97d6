"""Accounts: listed, made, changed, deleted (reference 2.3)."""

from collections.abc import Mapping
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ....domain.roles import Role
from ....exceptions import InvalidInput, NotFound, NotPermitted
from ....models import Account
from ....services import accounts
from .. import shapes
from ..params import fields, flag_field, id_field, password_field, path_id, text_field
from .base import Access, V1ViewSet

USERNAME_LENGTH = 255


class AccountListViewSet(V1ViewSet):
    """All accounts, administrators first."""

    access = Access.ADMIN

    def list(self, request: Request) -> Response:
        rows = Account.objects.select_related("user")
        return Response(
            [
                shapes.account(row)
                for row in sorted(rows, key=lambda row: (not row.is_admin, row.user.get_username()))
            ]
        )


class AccountViewSet(V1ViewSet):
    """One account. Administrators may do everything, others change their own password."""

    access = Access.ACCOUNT

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Permission is checked before the method (reference 2.3)."""
        super().initial(request, *args, **kwargs)
        if self.account.is_admin:
            return
        own = id_of(fields(request.data)) == self.account.pk
        if not own or "pk" in kwargs:
            raise NotPermitted

    def create(self, request: Request) -> Response:
        """Make an account, or with `user_id` change one. `is_admin` is not looked at when one is made."""
        data = fields(request.data)
        if id_of(data) is None:
            row = accounts.create_account(username=_username(data), password=_required(data, "password"))
            return Response(shapes.account(row))
        row = self._account(id_field(data, "user_id"))
        role, username = None, None
        if self.account.is_admin:
            username = _username(data) if data.get("username") else None
            role = _role(row, flag_field(data, "is_admin"))
        password = password_field(data, "password")
        accounts.change_account(row, username=username, password=password, role=role)
        return Response(shapes.account(row))

    @action(detail=False, methods=["post"])
    def password(self, request: Request) -> Response:
        """Change a password; the current one of the same account must be given, by administrators, too."""
        data = fields(request.data)
        row = self._account(id_field(data, "user_id") or _missing("user_id"))
        current, new = _required(data, "current_password"), _required(data, "new_password")
        return Response(shapes.account(accounts.change_password(row, current=current, new=new)))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(shapes.account(self._account(path_id(pk))))

    def destroy(self, request: Request, pk: str) -> Response:
        row = self._account(path_id(pk))
        if row.pk == self.account.pk:
            raise InvalidInput("id", "you cannot delete your own account")
        accounts.delete_account(row)
        return Response({})

    def _account(self, key: int | None) -> Account:
        row: Account | None = Account.objects.select_related("user").filter(pk=key or 0).first()
        if row is None:
            raise NotFound
        return row


def id_of(data: Mapping[str, Any]) -> int | None:
    """The account a request is about; 0, which no account has, for an id that cannot be one."""
    try:
        return id_field(data, "user_id")
    except (InvalidInput, NotFound):
        return 0


def _required(data: Mapping[str, Any], name: str) -> str:
    return password_field(data, name) or _missing(name)


def _username(data: Mapping[str, Any]) -> str:
    return text_field(data, "username", longest=USERNAME_LENGTH) or _missing("username")


def _missing(name: str) -> Any:
    raise InvalidInput(name, "is required")


def _role(row: Account, is_admin: bool | None) -> Role | None:
    """The role after `is_admin` was said; an administrator who stays one and others keep theirs."""
    if is_admin is None or is_admin == row.is_admin:
        return None
    return Role.ADMIN if is_admin else Role.USER
