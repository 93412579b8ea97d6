"""Accounts in the admin: which users of the site may enter the analytics."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Account


class AccountAdmin(admin.ModelAdmin):
    """A user of the site, and what they may do here."""

    list_display = ["user", "role", "websites_owned", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
    fields = ["user", "role", "uuid", "created_at"]
    readonly_fields = ["uuid", "created_at"]
    ordering = ["pk"]

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
    def websites_owned(self, account: Any) -> int:
        count: int = account.websites_count
        return count
