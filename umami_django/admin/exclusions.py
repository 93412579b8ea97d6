"""Who is not counted, in the admin: for each website by whoever may change it, for all of them by administrators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ..domain.roles import Permission
from ..models import Exclusion, Website
from .labels import LabelledFormSet
from .rights import may_change, viewer_of


class ExclusionInline(admin.TabularInline):
    """The exclusions of one website."""

    model = Exclusion
    formset = LabelledFormSet
    extra = 0
    fields = ["kind", "value", "note"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    @staticmethod
    def _may(request: HttpRequest, website: Website | None) -> bool:
        """Whoever may change the website; the page itself asks for Django's permission."""
        return website is None or may_change(request, website)


class ExclusionAdmin(admin.ModelAdmin):
    """All exclusions, also those that hold everywhere. For administrators with Django's permission."""

    list_display = ["kind", "value", "website", "note"]
    list_filter = ["kind"]
    list_select_related = ["website"]
    search_fields = ["value", "note", "website__name"]
    ordering = ["website__name", "kind", "value"]
    autocomplete_fields = ["website"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _manages_all(request) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return _manages_all(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _manages_all(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return _manages_all(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Exclusion | None = None) -> bool:
        return _manages_all(request) and super().has_delete_permission(request, obj)


def _manages_all(request: HttpRequest) -> bool:
    return viewer_of(request).may(Permission.MANAGE_ALL_WEBSITES)
