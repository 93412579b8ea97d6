"""The public door: a share link, perhaps with a password, shows one website's numbers and nothing else."""

import re
from typing import Any

from django.contrib.auth.hashers import check_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_protect

from ..models import Share
from . import filter_keys
from .door import Door
from .routes import PAGES, SHARED, answered

BASE = "umami_django/share_base.html"
COOKIE_SECONDS = 12 * 3600
SLUG = re.compile(r"[A-Za-z0-9_-]{1,64}")


def share_page(request: HttpRequest, slug: str, name: str = "") -> HttpResponse:
    """The dashboard of the website that *slug* shares; *name* is for people only."""
    return _answer(request, slug, "overview", {})


def share_part(page: str) -> Any:
    """The view of another page behind a share link."""

    def view(request: HttpRequest, slug: str, **arguments: Any) -> HttpResponse:
        return _answer(request, slug, page, arguments)

    return view


def share_urls() -> list[Any]:
    """Where the pages of a share lie; `-` keeps them apart from the name that people may add to the link."""
    parts = [
        path(f"share/<slug:slug>/-/{PAGES[page][0]}", share_part(page), name=f"share-{page}")
        for page in sorted(SHARED - {"overview"})
    ]
    return [
        path("share/<slug:slug>", share_page, name="share-page"),
        path("share/<slug:slug>/", share_page),
        *parts,
        path("share/<slug:slug>/<path:name>", share_page),
    ]


@csrf_protect
def _protected(request: HttpRequest, share: Share, page: str, arguments: dict[str, Any]) -> HttpResponse:
    """Asks for the password, and remembers that it was right, for half a day or until it is changed."""
    name, salt = f"umami_share_{share.pk}", f"umami.share.{share.pk}.{share.password}"
    if request.get_signed_cookie(name, default="", salt=salt, max_age=COOKIE_SECONDS) == share.slug:
        return _shown(request, share, page, arguments)
    is_wrong = False
    if request.method == "POST":
        if check_password(request.POST.get("password", "")[:1000], share.password):
            response = HttpResponseRedirect(request.get_full_path())
            response.set_signed_cookie(
                name,
                share.slug,
                salt=salt,
                max_age=COOKIE_SECONDS,
                path=_address(request, share)("overview"),
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
            return response
        is_wrong = True
    context = {"is_wrong": is_wrong}
    return render(request, "umami_django/share_password.html", context, status=403 if is_wrong else 200)


def _answer(request: HttpRequest, slug: str, page: str, arguments: dict[str, Any]) -> HttpResponse:
    share = working_share(slug)
    if share is None:
        raise Http404
    if share.password:
        response = _protected(request, share, page, arguments)
        add_never_cache_headers(response)
    else:
        response = _shown(request, share, page, arguments)
    response["X-Robots-Tag"] = "noindex"
    # links that lead elsewhere must not tell the share's address; its own form needs to say where it comes from
    response["Referrer-Policy"] = "same-origin" if share.password else "no-referrer"
    if share.embeddable_by:
        response["Content-Security-Policy"] = f"frame-ancestors {share.embeddable_by}"
        response.xframe_options_exempt = True
    return response


def working_share(slug: str) -> Share | None:
    """The link with exactly this id; MariaDB compares without regard to letter case."""
    if not SLUG.fullmatch(slug):
        return None
    candidates = Share.objects.working(timezone.now()).select_related("website").filter(slug=slug)
    return next((row for row in candidates if row.slug == slug), None)


def _shown(request: HttpRequest, share: Share, page: str, arguments: dict[str, Any]) -> HttpResponse:
    fixed, _problems = filter_keys.read(dict(QueryDict(share.filters).lists()))
    door = Door(
        website=share.website,
        base=BASE,
        address=_address(request, share),
        pages=SHARED,
        context={"is_shared": True},
        fixed=fixed,
    )
    response: HttpResponse = answered(page, request, door, **arguments)
    return response


def _address(request: HttpRequest, share: Share) -> Any:
    namespace = request.resolver_match.namespace if request.resolver_match else None

    def address(page: str, *args: object) -> str:
        name = "share-page" if page == "overview" else f"share-{page}"
        return reverse(f"umami:{name}", args=[share.slug, *args], current_app=namespace)

    return address
