"""Accounts in the admin: which users of the site may enter the analytics."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..domain.roles import Permission
from ..models import Account
from .rights import viewer_of


class AccountAdmin(admin.ModelAdmin):
    """A user of the site, and what they may do here.

    For administrators only, and they need Django's permission as well: whoever can change a role can see everything.
    """

    list_display = ["user", "role", "websites_owned", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
    fields = ["user", "role", "uuid", "created_at"]
    readonly_fields = ["uuid", "created_at"]
    ordering = ["pk"]

    def has_view_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return _manages_accounts(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _manages_accounts(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return _manages_accounts(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return _manages_accounts(request) and super().has_delete_permission(request, obj)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        from django.contrib.auth import get_user_model

        return [f"user__{get_user_model().USERNAME_FIELD}"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        counted = Count("websites", filter=Q(websites__deleted_at=None))
        accounts: QuerySet[Account] = super().get_queryset(request).annotate(websites_count=counted)
        return accounts

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        return [*self.readonly_fields, *(["user"] if obj else [])]

    @admin.display(description=_("websites"), ordering="websites_count")
    def websites_owned(self, account: Any) -> str:
        """How many, as a link to them."""
        websites = reverse("admin:umami_django_website_changelist", current_app=self.admin_site.name)
        return format_html(
            '<a href="{}?owner__id__exact={}">{}</a>', websites, account.pk, account.websites_count
        )


def _manages_accounts(request: HttpRequest) -> bool:
    return viewer_of(request).may(Permission.MANAGE_ACCOUNTS)
