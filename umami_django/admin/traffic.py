"""Sessions, pageviews and events: what machines wrote, to be read only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..dashboards.labels import shown_name
from ..domain.vocabulary import Metric
from ..models import EventDocument, Session, StoredHit, Website
from .filters import DayFilter, WebsiteFilter
from .paging import BoundedPaginator, IndexedChangeList
from .rights import may_change, visible_reach


class ReadOnlyTrafficAdmin(admin.ModelAdmin):
    """Lists one day of the visible websites' rows, newest first; counts no more than it shows."""

    class Media:
        css = {"all": ["umami_django/dashboard/overview.css"]}

    actions = None
    list_display_links = ["time"]
    list_filter = [DayFilter, WebsiteFilter]
    list_per_page = 50
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    ordering = ["-created_at"]
    sortable_by = ["time"]
    readonly_fields = ["website", "time"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.within(visible_reach(request))
        return visible

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return IndexedChangeList

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with the name of each row's website: websites may live in another database."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        _name_websites(changelist.result_list)
        return changelist

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            _name_websites([row])
        return row

    @admin.display(description=_("time"), ordering="created_at")
    def time(self, row: Any) -> str:
        """In the current time zone, to the second."""
        return timezone.localtime(row.created_at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description=_("website"))
    def website(self, row: Any) -> str:
        name: str = row.website_name
        return name


def _name_websites(rows: list[Any]) -> None:
    keys = {row.website_id for row in rows}
    names = dict(Website.objects.filter(pk__in=keys).values_list("pk", "name"))
    for row in rows:
        row.website_name = names.get(row.website_id, f"#{row.website_id}")


class SessionAdmin(ReadOnlyTrafficAdmin):
    """Visitors as first seen."""

    change_form_template = "admin/umami_django/session/change_form.html"

    list_display = [
        "time",
        "website",
        "browser_name",
        "os_name",
        "device_name",
        "country_name",
        "language",
        "screen",
    ]
    list_select_related = ["browser", "os", "device", "country", "language", "screen"]
    fields = [
        "uuid",
        "website",
        "time",
        "hostname",
        "browser",
        "os",
        "device",
        "screen",
        "language",
        "country",
        "region",
        "city",
        "distinct_id",
    ]
    ordering = ["-created_at", "pk"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        session: Session | None = self.get_object(request, object_id)
        context = {"erase_url": self._erase_url(request, session)} if session is not None else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _erase_url(self, request: HttpRequest, session: Session) -> str | None:
        """Where the visitor can be erased; None for somebody who may not."""
        website = Website.objects.alive().filter(pk=session.website_id).first()
        permitted = request.user.has_perm("umami_django.change_website")
        if website is None or not permitted or not may_change(request, website):
            return None
        page = reverse(
            "admin:umami_django_website_erase", args=[website.pk], current_app=self.admin_site.name
        )
        return f"{page}?session={session.uuid}"

    @admin.display(description=_("first seen"), ordering="created_at")
    def time(self, row: Any) -> str:
        return super().time(row)

    @admin.display(description=_("browser"))
    def browser_name(self, row: Session) -> str | None:
        return _shown(row, Metric.BROWSER)

    @admin.display(description=_("operating system"))
    def os_name(self, row: Session) -> str | None:
        return _shown(row, Metric.OS)

    @admin.display(description=_("device"))
    def device_name(self, row: Session) -> str | None:
        return _shown(row, Metric.DEVICE)

    @admin.display(description=_("country"))
    def country_name(self, row: Session) -> str | None:
        return _shown(row, Metric.COUNTRY)


class HitAdmin(ReadOnlyTrafficAdmin):
    """What pageviews and events have in common."""

    ordering = ["-created_at", "-pk"]


class PageviewAdmin(HitAdmin):
    """Pages shown."""

    list_display = ["time", "website", "url", "referrer", "browser", "country"]
    list_select_related = ["url", "referrer", "session__browser", "session__country"]
    fields = [
        "website",
        "time",
        "session",
        "visit_id",
        "url",
        "title",
        "hostname",
        "referrer",
        "referrer_domain",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
        "utm_term",
    ]

    @admin.display(description=_("browser"))
    def browser(self, row: StoredHit) -> str | None:
        return _shown(row.session, Metric.BROWSER)

    @admin.display(description=_("country"))
    def country(self, row: StoredHit) -> str | None:
        return _shown(row.session, Metric.COUNTRY)


class EventAdmin(HitAdmin):
    """Named things that happened."""

    list_display = ["time", "website", "event_name", "url"]
    list_select_related = ["event_name", "url"]
    fields = ["website", "time", "session", "visit_id", "event_name", "url", "hostname", "data"]
    readonly_fields = ["website", "time", "data"]

    @admin.display(description=_("data"))
    def data(self, row: StoredHit) -> str | None:
        """The event's data as it was sent."""
        return EventDocument.objects.filter(pk=row.pk).values_list("document", flat=True).first()


def _shown(session: Session, metric: Metric) -> str | None:
    """An attribute of the session as the overview names it."""
    term = getattr(session, metric.value)
    return None if term is None else shown_name(metric, str(term))
