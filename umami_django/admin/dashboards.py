"""The door to the dashboards through the admin, on any site and under any prefix."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ..dashboards.door import Door, Neighbour
from ..dashboards.routes import ALL, PAGES, answered
from ..dashboards.websites_page import websites_page
from ..mails.page import reports_page
from ..models import Website

BASE = "admin/umami_django/website/dashboard.html"
MOST_NEIGHBOURS = 50


class DashboardPages:
    """What `WebsiteAdmin` gets beside its forms: the pages of each website, and the one of all."""

    admin_site: Any
    opts: Any

    def dashboard_urls(self) -> list[Any]:
        """`<id>/overview/` and what lies below it; `all/`."""
        shown: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            name: (route, partial(answered, name)) for name, (route, _view) in PAGES.items()
        }
        shown["reports"] = ("reports/", reports_page)
        pages = [
            path(
                f"<int:website_id>/overview/{route}",
                self.admin_site.admin_view(self._page_view(view)),
                name=f"umami_django_website_{name}",
            )
            for name, (route, view) in shown.items()
        ]
        everything = path("all/", self.admin_site.admin_view(self.all_view), name="umami_django_website_all")
        return [everything, *pages]

    def all_view(self, request: HttpRequest) -> HttpResponse:
        """All websites that the staff user may see."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        response: HttpResponse = websites_page(
            request,
            self._websites(request),
            base=BASE,
            context=self._around(request),
            address=lambda page, pk: self._dashboard(page, pk),
        )
        return response

    def _page_view(self, shown: Callable[..., HttpResponse]) -> Any:
        def view(request: HttpRequest, website_id: int, **arguments: Any) -> HttpResponse:
            website = self._websites(request).filter(pk=website_id).first()
            if website is None:
                raise Http404
            if not self.has_view_permission(request, website):  # type: ignore[attr-defined]
                raise PermissionDenied
            return shown(request, self._door(request, website), **arguments)

        return view

    def _door(self, request: HttpRequest, website: Website) -> Door:
        def neighbours() -> list[Neighbour]:
            rows = self._websites(request).order_by("name", "pk").values_list("pk", "name")[:MOST_NEIGHBOURS]
            return [Neighbour(name, self._dashboard("overview", pk), pk == website.pk) for pk, name in rows]

        links = [
            (_("Export"), self._dashboard("export", website.pk)),
            (_("Reports by e-mail"), self._dashboard("reports", website.pk)),
            (_("What was filtered"), self._dashboard("filtered", website.pk)),
        ]
        if self.has_view_permission(request, website):  # type: ignore[attr-defined]
            links.insert(0, (_("Settings"), self._dashboard("change", website.pk)))
        return Door(
            website=website,
            base=BASE,
            address=lambda page, *args: self._dashboard(page, website.pk, *args),
            pages=ALL,
            context=self._around(request),
            neighbours=neighbours,
            links=tuple(links),
        )

    def _around(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "websites_href": self._dashboard("all"),
        }

    def _websites(self, request: HttpRequest) -> QuerySet[Website]:
        """Those that the staff user may see, in no order."""
        websites: QuerySet[Website] = self.get_queryset(request).order_by()  # type: ignore[attr-defined]
        return websites

    def _dashboard(self, page: str, *args: object) -> str:
        return reverse(f"admin:umami_django_website_{page}", args=args, current_app=self.admin_site.name)
