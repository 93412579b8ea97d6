"""API keys in the admin: made, shown once, revoked."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..domain.roles import Permission
from ..models import ApiKey
from ..services.accounts import account_of
from ..services.api_keys import fill
from .rights import viewer_of


class ApiKeyAdmin(admin.ModelAdmin):
    """Everybody makes keys of their own; administrators see, and may revoke, those of all accounts."""

    list_display = ["name", "beginning", "account", "created_at", "last_used_at"]
    list_select_related = ["account__user"]
    fields = ["name", "beginning", "account", "created_at", "last_used_at"]
    ordering = ["-created_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        keys: QuerySet[ApiKey] = super().get_queryset(request)
        viewer = viewer_of(request)
        return keys if viewer.may(Permission.MANAGE_ACCOUNTS) else keys.filter(account=viewer.account_id or 0)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return super().get_fields(request, obj) if obj else ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and viewer_of(request).is_account

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is what it is."""
        return False

    @admin.display(description=_("key"))
    def beginning(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        account = account_of(request.user)
        assert account is not None  # noqa: S101  has_add_permission has asked
        obj.account = account
        obj.text = fill(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The one page that ever shows the key; it is kept in no message and in no session."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Your new API key"),
            "opts": self.opts,
            "key": obj,
            "list_url": reverse("admin:umami_django_apikey_changelist", current_app=self.admin_site.name),
        }
        response = TemplateResponse(request, "admin/umami_django/apikey/made.html", context)
        add_never_cache_headers(response)
        return response
