"""Our admin classes as django-unfold dresses its own, on its sites and nowhere else; it need not be there."""

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import AdminSite


def dressed(site: AdminSite, ours: type) -> Any:
    """*ours*, a `ModelAdmin` or an inline, with unfold's widgets and templates if *site* is one of unfold's."""
    return _dressed(ours) if is_unfolds(site) else ours


def is_unfolds(site: AdminSite) -> bool:
    """Is *site* one of django-unfold's?"""
    if not apps.is_installed("unfold"):
        return False
    from unfold.sites import UnfoldAdminSite

    return isinstance(site, UnfoldAdminSite)


@lru_cache(maxsize=32)
def _dressed(ours: type) -> type:
    from unfold.admin import ModelAdmin, StackedInline, TabularInline

    dresses = {
        admin.ModelAdmin: ModelAdmin,
        admin.StackedInline: StackedInline,
        admin.TabularInline: TabularInline,
    }
    dress = next(theirs for plain, theirs in dresses.items() if issubclass(ours, plain))
    return type(ours.__name__, (ours, dress), {"__module__": ours.__module__})
