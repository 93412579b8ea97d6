"""The door for people with an account who are no staff: the same pages, outside of the admin."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ..domain.roles import Viewer
from ..models import Website
from ..services.accounts import account_of
from .door import Door, Neighbour
from .routes import ALL, PAGES, answered
from .websites_page import websites_page

BASE = "umami_django/stats_base.html"
MOST_NEIGHBOURS = 50


def owner_urls() -> list[Any]:
    """The list of websites, and below it the pages of each."""
    pages = [
        path(f"<int:website_id>/{route}", owner_page(name), name=name)
        for name, (route, _view) in PAGES.items()
    ]
    return [path("", owner_websites, name="websites"), *pages]


def owner_page(page: str) -> Any:
    """The view of *page* for owners."""
    return owner_view(partial(answered, page))


def owner_view(shown: Callable[..., HttpResponse]) -> Any:
    """The view for owners of what *shown* makes of a request and a door."""

    def view(request: HttpRequest, website_id: int, **arguments: Any) -> HttpResponse:
        viewer = _viewer(request)
        if isinstance(viewer, HttpResponse):
            return viewer
        website = Website.objects.visible_to(viewer).filter(pk=website_id).first()
        if website is None:
            raise Http404
        return shown(request, _door(request, viewer, website), **arguments)

    return view


def owner_websites(request: HttpRequest) -> HttpResponse:
    """All websites that the reader may see."""
    viewer = _viewer(request)
    if isinstance(viewer, HttpResponse):
        return viewer
    address = _address(request)
    return websites_page(
        request,
        Website.objects.visible_to(viewer),
        base=BASE,
        context=_context(request),
        address=lambda page, pk: address(page, pk),
    )


def _viewer(request: HttpRequest) -> Viewer | HttpResponse:
    """Who asks; the way to the login for those who are not logged in. Customers without an account stay outside."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    account = account_of(request.user)
    if account is None:
        raise PermissionDenied
    return account.as_viewer()


def _door(request: HttpRequest, viewer: Viewer, website: Website) -> Door:
    address = _address(request)

    def neighbours() -> list[Neighbour]:
        rows = Website.objects.visible_to(viewer).order_by("name", "pk").values_list("pk", "name")
        return [
            Neighbour(name, address("overview", pk), pk == website.pk) for pk, name in rows[:MOST_NEIGHBOURS]
        ]

    return Door(
        website=website,
        base=BASE,
        address=lambda page, *args: address(page, website.pk, *args),
        pages=ALL,
        context=_context(request),
        neighbours=neighbours,
        links=((_("Reports by e-mail"), address("reports", website.pk)),),
    )


def _context(request: HttpRequest) -> dict[str, Any]:
    return {"websites_href": _address(request)("websites")}


def _address(request: HttpRequest) -> Any:
    """`address("overview", 7)`, under whatever prefix and namespace the host has put us."""
    namespace = request.resolver_match.namespace if request.resolver_match else None

    def address(page: str, *args: object) -> str:
        return reverse(f"umami-stats:{page}", args=args, current_app=namespace)

    return address
