"""The management panel: everything of this app on any `AdminSite`.

On Django's own site it is registered by itself; `umami_django.admin.register(site)` puts it on another one.
"""

from django.contrib import admin
from django.contrib.admin import AdminSite

from ..models import Account, ApiKey, Event, Exclusion, Pageview, Session, Website
from .accounts import AccountAdmin
from .exclusions import ExclusionAdmin
from .field_names import name_fields
from .keys import ApiKeyAdmin
from .traffic import EventAdmin, PageviewAdmin, SessionAdmin
from .unfold import dressed
from .websites import WebsiteAdmin


def register(site: AdminSite) -> None:
    """Put websites, accounts and traffic on *site*. What is there already stays."""
    for model, model_admin in (
        (Website, WebsiteAdmin),
        (Account, AccountAdmin),
        (Session, SessionAdmin),
        (Pageview, PageviewAdmin),
        (Event, EventAdmin),
        (Exclusion, ExclusionAdmin),
        (ApiKey, ApiKeyAdmin),
    ):
        if not site.is_registered(model):
            site.register(model, dressed(site, model_admin))


name_fields(Account, Session, Pageview, Website)
register(admin.site)
