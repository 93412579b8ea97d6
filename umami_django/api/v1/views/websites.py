"""Websites and their statistics (reference 2.4, 2.5)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ....domain.filters import FilterSet
from ....domain.roles import Permission
from ....domain.scope import Scope
from ....domain.vocabulary import Metric, VisitKey
from ....exceptions import InvalidInput, NotPermitted
from ....models import Account, Website
from ....services import websites as service
from ....stats.overview import comparison
from ....stats.rankings import languages, ranking, referrers, urls_with_query
from ....stats.realtime import active_visitors
from ....stats.series import event_series, pageview_series
from .. import params, shapes
from ..errors import standard_answer
from .answers import statistics, tagged
from .base import Access, OpenViewSet, V1ViewSet

NAME_LENGTH = 100
DOMAIN_LENGTH = 500


class WebsiteListViewSet(V1ViewSet):
    """The asker's websites; for administrators also those of others, or all."""

    access = Access.ACCOUNT

    def list(self, request: Request) -> Response:
        websites = Website.objects.alive().prefetch_related("shares")
        if request.query_params.get("include_all") and self.account.is_admin:
            everything = websites.select_related("owner__user").order_by("owner_id", "name", "pk")
            return Response([shapes.website_with_owner(row) for row in everything])
        owner = params.path_id(request.query_params.get("user_id", "")) or self.account.pk
        if owner != self.account.pk and not self.account.is_admin:
            raise NotPermitted
        return Response(
            [shapes.website(row) for row in websites.filter(owner_id=owner).order_by("name", "pk")]
        )


class WebsiteViewSet(OpenViewSet):
    """One website: made, changed, read, reset, deleted, and what it has seen."""

    def create(self, request: Request) -> Response:
        """Make a website, or with `website_id` change one."""
        data = params.fields(request.data)
        account = self.account
        if data.get("website_id") is None:
            if not self.asker.viewer.may(Permission.CREATE_WEBSITES):
                raise NotPermitted
            website = service.create_website(
                owner=self._owner(data) or account,
                name=params.text_field(data, "name", longest=NAME_LENGTH) or _missing("name"),
                domain=params.text_field(data, "domain", longest=DOMAIN_LENGTH),
                shared=bool(params.flag_field(data, "enable_share_url")),
            )
            return Response(shapes.website(website))
        website = self._named_by(data)
        service.change_website(
            website,
            name=params.text_field(data, "name", longest=NAME_LENGTH) or None,
            domain=params.text_field(data, "domain", longest=DOMAIN_LENGTH),
            owner=self._owner(data),
            shared=params.flag_field(data, "enable_share_url"),
        )
        return Response({})

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(shapes.website(self.visible_website()))

    def destroy(self, request: Request, pk: str) -> Response:
        service.delete_website(self.changeable_website(), timezone.now())
        return Response({})

    @action(detail=True, methods=["post"])
    def reset(self, request: Request, pk: str) -> Response:
        service.reset_website(self.changeable_website(), timezone.now())
        return Response({})

    @action(detail=True)
    @tagged
    @statistics
    def stats(self, request: Request, pk: str) -> Response:
        query = request.query_params
        filters = params.page_filters(query) + params.session_filters(query)
        scope = self._scope(self.visible_website(), filters)
        return Response(shapes.stats(comparison(scope, VisitKey.HOUR)))

    @action(detail=True)
    @tagged
    @statistics
    def pageviews(self, request: Request, pk: str) -> Response:
        website, query = self.visible_website(), request.query_params
        unit = params.unit(query)
        filters = params.page_filters(query) + params.session_filters(query)
        scope = self._scope(website, filters, with_zone=True)
        return Response(shapes.pageviews(pageview_series(scope, unit), unit))

    @action(detail=True)
    @tagged
    @statistics
    def events(self, request: Request, pk: str) -> Response:
        website, query = self.visible_website(), request.query_params
        unit = params.unit(query)
        scope = self._scope(website, params.event_filters(query), with_zone=True)
        return Response(shapes.events(event_series(scope, unit), unit))

    @action(detail=True)
    @tagged
    @statistics
    def metrics(self, request: Request, pk: str) -> Any:
        website, query = self.visible_website(), request.query_params
        of_session = params.session_filters(query)
        of_url, of_referrer = params.url_filter(query), params.referrer_filter(query)
        match query.get("type"):
            case "url":
                rows = ranking(self._scope(website, of_referrer + of_session), Metric.URL)
            case "referrer":
                rows = referrers(self._scope(website, of_url + of_session), website.domain)
            case "query":
                rows = urls_with_query(self._scope(website, of_url + of_referrer + of_session))
            case "event":
                rows = ranking(self._scope(website, of_url + of_session), Metric.EVENT)
            case "language":
                rows = languages(self._scope(website, of_session))
            case "browser" | "os" | "device" | "screen" | "country" as attribute:
                # quirk: attributes of sessions ignore the filters on url and referrer (reference 7.1, 31)
                rows = ranking(self._scope(website, of_session), Metric(attribute))
            case _:
                return standard_answer(405)  # quirk: reference 7.1, 27
        return Response(shapes.ranking(rows))

    @action(detail=True)
    @statistics
    def active(self, request: Request, pk: str) -> Response:
        website = self.visible_website()
        visitors = active_visitors(website.pk, timezone.now(), since=website.reset_at)
        return Response([{"x": visitors}])

    def _scope(self, website: Website, filters: FilterSet, *, with_zone: bool = False) -> Scope:
        """What is asked; the answer's headers tell where it is not exact."""
        self.asked_about = params.scope(self.request.query_params, website, filters, with_zone=with_zone)
        return self.asked_about

    def _named_by(self, data: Mapping[str, Any]) -> Website:
        key = params.id_field(data, "website_id")
        website: Website | None = Website.objects.changeable_by(self.asker.viewer).filter(pk=key or 0).first()
        if website is None:
            raise NotPermitted
        return website

    def _owner(self, data: Mapping[str, Any]) -> Account | None:
        """Who is to own the website: oneself, or for administrators anybody (reference 7.1, 4)."""
        key = params.id_field(data, "owner")
        if key is None:
            return None
        if key != self.account.pk and not self.account.is_admin:
            raise NotPermitted
        owner: Account | None = Account.objects.filter(pk=key).first()
        if owner is None:
            raise InvalidInput("owner", "there is no such account")
        return owner


def _missing(name: str) -> Any:
    raise InvalidInput(name, "is required")
