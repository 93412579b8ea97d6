"""Websites in the admin: the list with today's numbers, tracking code, share link, reset, delete, overview."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..dashboards.filtered import filtered, with_unknown
from ..dashboards.tracking_code import share_url, ways
from ..dashboards.you import you
from ..databases.patience import bounded
from ..domain.answers import Summary
from ..domain.roles import Permission
from ..exceptions import TooSlow
from ..models import ApiKey, Website
from ..services import sharing
from ..services import websites as service
from ..services.accounts import account_of
from ..services.erasure import counted, erase
from ..services.policy import policy
from ..services.visitors import visitor_of
from ..stats.overview import life
from ..stats.totals import totals
from .dashboards import DashboardPages
from .erasure import ErasureForm
from .exclusions import ExclusionInline
from .export import ExportForm
from .filters import OwnerFilter, day_period
from .reports import ReportInline
from .rights import may_change, viewer_of
from .shares import ShareInline
from .unfold import dressed

MOST_VERDICTS = 20


class WebsiteForm(forms.ModelForm):
    """Name, domain and owner; the owner only for administrators."""

    class Meta:
        model = Website
        fields = ["name", "domain", "time_zone", "owner", "keep_months"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "vTextField"}),
            "domain": forms.TextInput(attrs={"class": "vTextField", "placeholder": "example.com"}),
        }

    def clean_domain(self) -> str | None:
        """Whoever pastes an address means the host in it."""
        domain: str = (self.cleaned_data["domain"] or "").strip().lower()
        host = domain.partition("://")[2].partition("/")[0] if "://" in domain else domain.rstrip("/")
        return host or None


class WebsiteAdmin(DashboardPages, admin.ModelAdmin):
    """A staff user with an account manages the websites they own, a superuser all of them."""

    form = WebsiteForm
    list_display = ["name", "overview_link", "visitors_today", "pageviews_today", "domain", "owner"]
    list_select_related = ["owner__user"]
    list_per_page = 50
    search_fields = ["name", "domain", "uuid"]
    ordering = ["name", "pk"]
    change_form_template = "admin/umami_django/website/change_form.html"

    # rights

    def get_queryset(self, request: HttpRequest) -> QuerySet[Website]:
        visible = Website.objects.visible_to(viewer_of(request))
        return visible.order_by(*self.get_ordering(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and viewer_of(request).may(Permission.CREATE_WEBSITES)

    def has_change_permission(self, request: HttpRequest, obj: Website | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_change(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Website | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or may_change(request, obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting several at once is for those who may delete any."""
        actions: dict[str, Any] = super().get_actions(request)
        if not viewer_of(request).may(Permission.CHANGE_OWN_WEBSITES):
            actions.pop("delete_selected", None)
        return actions

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [("owner", OwnerFilter)] if self._manages_all(request) else []

    def get_fields(self, request: HttpRequest, obj: Website | None = None) -> Any:
        owner = ["owner"] if self._manages_all(request) else []
        return ["name", "domain", "time_zone", *owner, "keep_months"]

    @staticmethod
    def _manages_all(request: HttpRequest) -> bool:
        return viewer_of(request).may(Permission.MANAGE_ALL_WEBSITES)

    def get_inlines(self, request: HttpRequest, obj: Website | None) -> list[Any]:
        """A website has to be there before it can be shared or somebody be left out of it. Who gets reports is for
        administrators to say; everybody chooses their own on a page of its own."""
        if obj is None:
            return []
        reports = [ReportInline] if self._manages_all(request) else []
        return [dressed(self.admin_site, inline) for inline in (ShareInline, ExclusionInline, *reports)]

    # the list

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with today's numbers of all its websites from one query; without them, if that takes too long."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        today = day_period("today", timezone.now())
        assert today is not None  # noqa: S101  a word it knows
        numbers: dict[int, Summary] = {}
        try:
            with bounded():
                numbers = totals({website.pk: website.reset_at for website in changelist.result_list}, today)
        except TooSlow:
            messages.warning(request, _("Today's numbers take the database too long at the moment."))
        for website in changelist.result_list:
            website.today = numbers.get(website.pk)
        return changelist

    @admin.display(description=_("visitors today"))
    def visitors_today(self, website: Any) -> int | None:
        today: Summary | None = website.today
        return today.visitors if today else None

    @admin.display(description=_("pageviews today"))
    def pageviews_today(self, website: Any) -> int | None:
        today: Summary | None = website.today
        return today.pageviews if today else None

    @admin.display(description=_("statistics"))
    def overview_link(self, website: Website) -> str:
        return format_html('<a href="{}">{}</a>', self._url("overview", website), gettext("Overview"))

    # writing

    def save_model(self, request: HttpRequest, obj: Website, form: Any, change: bool) -> None:
        """A new website belongs to whoever makes it, unless an administrator says otherwise."""
        if not change and obj.owner_id is None:
            obj.owner = account_of(request.user)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Website) -> None:
        service.delete_website(obj, timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Website]) -> None:
        for website in queryset:
            if not may_change(request, website):
                raise PermissionDenied
            service.delete_website(website, timezone.now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "owner":
            kwargs["queryset"] = db_field.related_model.objects.select_related("user")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # pages of our own

    def get_urls(self) -> list[Any]:
        def named(name: str, view: Any) -> Any:
            return path(
                f"<int:website_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"umami_django_website_{name}",
            )

        return [
            *self.dashboard_urls(),
            named("reset", self.reset_view),
            named("share", self.share_view),
            named("filtered", self.filtered_view),
            named("first", self.first_view),
            named("export", self.export_view),
            named("erase", self.erase_view),
            path(
                "filtered/",
                self.admin_site.admin_view(self.all_filtered_view),
                name="umami_django_website_all_filtered",
            ),
            path("you/", self.admin_site.admin_view(self.you_view), name="umami_django_website_you"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        website = self.get_object(request, object_id)
        context = self._tools(request, website) if website is not None else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def filtered_view(self, request: HttpRequest, website_id: int) -> HttpResponse:
        """What was not counted on one website. For everybody who may view it."""
        website = self._website(request, website_id)
        if not self.has_view_permission(request, website):
            raise PermissionDenied
        return self._filtered(request, [website_id], **self._tools(request, website))

    def all_filtered_view(self, request: HttpRequest) -> HttpResponse:
        """What was not counted on any website that the user may view; hits for no website only administrators see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        websites = list(self.get_queryset(request).values_list("pk", flat=True))
        return self._filtered(request, with_unknown(websites) if self._manages_all(request) else websites)

    def _filtered(self, request: HttpRequest, website_ids: list[int], **tools: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **tools,
            "title": gettext("What was filtered"),
            "opts": self.opts,
            "page": filtered(website_ids, timezone.now()),
            "you_url": self._page("you"),
            "all_url": self._page("all_filtered") if tools else None,
        }
        return TemplateResponse(request, "admin/umami_django/website/filtered.html", context)

    def you_view(self, request: HttpRequest) -> HttpResponse:
        """What collect makes of this very request, and whether it would count it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        websites = self.get_queryset(request)[:MOST_VERDICTS]
        in_force = policy()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What we see about you"),
            "opts": self.opts,
            "page": you(request, visitor_of(request.META, in_force), in_force.rules, websites),
        }
        return TemplateResponse(request, "admin/umami_django/website/you.html", context)

    def first_view(self, request: HttpRequest, website_id: int) -> HttpResponse:
        """Has anything come yet? For the light on the settings page that turns green by itself. Two queries."""
        website = self._website(request, website_id)
        if not self.has_view_permission(request, website):
            raise PermissionDenied
        answer = JsonResponse({"seen": life(website.pk, since=website.reset_at) is not None})
        answer["Cache-Control"] = "no-store"
        return answer

    def export_view(self, request: HttpRequest, website_id: int) -> HttpResponseBase:
        """The traffic as a file. For everybody who may view it."""
        website = self._website(request, website_id)
        if not self.has_view_permission(request, website):
            raise PermissionDenied
        form = ExportForm(request.GET) if request.GET else ExportForm()
        if form.is_bound and form.is_valid():
            return form.file(website)
        context = {
            **self.admin_site.each_context(request),
            **self._tools(request, website),
            "title": gettext("Export the traffic"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/umami_django/website/export.html", context)

    def erase_view(self, request: HttpRequest, website_id: int) -> HttpResponse:
        """Asks who, shows what there is, asks again, and erases a visitor."""
        website = self._changeable(request, website_id)
        form = ErasureForm(website, request.POST or request.GET or None)
        found = form.found() if form.is_bound and form.is_valid() else {}
        if found and request.method == "POST":
            erased = erase(website, found)
            # not who it was: that would be kept in the log for ever
            self.log_change(request, website, gettext("A visitor was erased."))
            text = ngettext(
                "The visitor and %(count)d hit were erased.",
                "The visitor and %(count)d hits were erased.",
                erased.hits,
            )
            messages.success(request, text % {"count": erased.hits})
            return HttpResponseRedirect(self._url("change", website))
        context = {
            **self.admin_site.each_context(request),
            **self._tools(request, website),
            "title": gettext("Erase a visitor"),
            "opts": self.opts,
            "form": form,
            "counted": counted(website, found) if found else None,
        }
        return TemplateResponse(request, "admin/umami_django/website/erase.html", context)

    def reset_view(self, request: HttpRequest, website_id: int) -> HttpResponse:
        """Asks, then makes all traffic up to now invisible."""
        website = self._changeable(request, website_id)
        if request.method == "POST":
            service.reset_website(website, timezone.now())
            self.log_change(request, website, gettext("Statistics reset."))
            messages.success(request, gettext("The statistics of “%s” were reset.") % website.name)
            return HttpResponseRedirect(self._url("change", website))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reset the statistics?"),
            "opts": self.opts,
            "website": website,
            "back": self._url("change", website),
        }
        return TemplateResponse(request, "admin/umami_django/website/reset.html", context)

    def share_view(self, request: HttpRequest, website_id: int) -> HttpResponse:
        """Switches the share link on or off (POST only)."""
        website = self._changeable(request, website_id)
        if request.method == "POST":
            if request.POST.get("shared") == "on":
                sharing.enable_sharing(website)
                self.log_change(request, website, gettext("Sharing switched on."))
            else:
                sharing.disable_sharing(website)
                self.log_change(request, website, gettext("Sharing switched off."))
        return HttpResponseRedirect(self._url("change", website))

    def _website(self, request: HttpRequest, website_id: int) -> Website:
        website: Website | None = self.get_queryset(request).filter(pk=website_id).first()
        if website is None:
            raise Http404
        return website

    def _changeable(self, request: HttpRequest, website_id: int) -> Website:
        website = self._website(request, website_id)
        if not self.has_change_permission(request, website):
            raise PermissionDenied
        return website

    def _tools(self, request: HttpRequest, website: Website) -> dict[str, Any]:
        """What the pages of one website offer beside their own content."""
        share = sharing.share_of(website)
        return {
            "website": website,
            "ways": ways(request, website),
            "share": share,
            "share_url": _absolute(request, share_url(share)) if share else None,
            "has_traffic": life(website.pk, since=website.reset_at) is not None,
            "may_change": self.has_change_permission(request, website),
            "keys_url": self._keys_url(request),
            "urls": {
                name: self._url(name, website)
                for name in (
                    *("overview", "filtered", "export", "erase", "reset", "share", "change", "delete"),
                    *("first", "reports"),
                )
            },
        }

    def _keys_url(self, request: HttpRequest) -> str | None:
        """The list of API keys, for those who may see it."""
        site = self.admin_site
        if not site.is_registered(ApiKey) or not site.get_model_admin(ApiKey).has_view_permission(request):
            return None
        return reverse("admin:umami_django_apikey_changelist", current_app=site.name)

    def _page(self, name: str) -> str:
        return reverse(f"admin:umami_django_website_{name}", current_app=self.admin_site.name)

    def _url(self, name: str, website: Website) -> str:
        return reverse(
            f"admin:umami_django_website_{name}",
            args=[website.pk],
            current_app=self.admin_site.name,
        )


def _absolute(request: HttpRequest, path: str | None) -> str | None:
    return request.build_absolute_uri(path) if path else None
