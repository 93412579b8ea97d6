"""`/api/me/api-keys`: the keys of whoever is logged in. Ours: today's Umami has none of its own when self-hosted."""

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.request import Request
from rest_framework.response import Response

from ....exceptions import InvalidInput, NotFound, NotPermitted
from ....models import ApiKey
from ....services.api_keys import create_api_key
from ...v1.params import fields
from ...v1.views.base import Access, V1ViewSet
from ..errors import error_body, invalid_body


@method_decorator(never_cache, name="dispatch")
class ApiKeyViewSet(V1ViewSet):
    """Listed, made, revoked. A key cannot make or revoke keys: whoever finds one cannot stay with another."""

    access = Access.ACCOUNT

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.asker.issued_at_s is None:
            raise NotPermitted("Log in with a password to manage API keys.")

    def list(self, request: Request) -> Response:
        """The newest first; nothing in it lets anybody in."""
        keys = ApiKey.objects.filter(account=self.account).order_by("-created_at", "-pk")
        return Response({"data": [_shape(key) for key in keys], "count": len(keys)})

    def create(self, request: Request) -> Response:
        """Make one from `name`. The answer is the only one that ever has the key."""
        name = fields(request.data).get("name")
        if not isinstance(name, str):
            raise InvalidInput("name", "must be a text")
        row, text = create_api_key(self.account, name)
        return Response({**_shape(row), "key": text})

    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke one's own key; it lets nobody in from now on."""
        deleted, _ = ApiKey.objects.filter(account=self.account, pk=int(pk)).delete()
        if not deleted:
            raise NotFound
        return Response({"ok": True})

    def handle_exception(self, exc: Exception) -> Any:
        match exc:
            case InvalidInput():
                return Response(invalid_body(exc, inside=()), status=400)
            case NotPermitted():
                status = 403 if self._is_known() else 401
                return Response(error_body(status, exc.message if status == 403 else None), status=status)
            case NotFound():
                return Response(error_body(404), status=404)
        return super().handle_exception(exc)

    def _is_known(self) -> bool:
        return getattr(self.request, "auth", None) is not None and self.asker.account is not None


def _shape(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "createdAt": key.created_at,
        "lastUsedAt": key.last_used_at,
    }
