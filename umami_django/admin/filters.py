"""Filters of the lists: one day or a few, one website, an owner."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..domain.periods import Period
from ..models import Account, Website
from .rights import viewer_of

DAYS_BACK = {"today": (0, 0), "yesterday": (1, 1), "7days": (6, 0), "30days": (29, 0)}
"""How many local days ago each choice begins and ends."""
MOST_WEBSITES = 100


class DayFilter(admin.SimpleListFilter):
    """Today unless said otherwise; any day as `?day=2026-03-10`. Days are those of the current time zone."""

    title = _("day")
    parameter_name = "day"
    template = "admin/umami_django/day_filter.html"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.chosen_day = self.value() if self.value() not in (None, *DAYS_BACK) else ""
        self.kept = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (self.parameter_name, "p", "e")
        ]
        """What else is in the address; the form that asks for a day keeps it."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yesterday", _("Yesterday")), ("7days", _("Past 7 days")), ("30days", _("Past 30 days"))]

    def choices(self, changelist: Any) -> Any:
        for value, title in [("today", _("Today")), *self.lookup_choices]:
            yield {
                "selected": (self.value() or "today") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        period = day_period(self.value() or "today", timezone.now())
        if period is None:
            return queryset.none()
        return queryset.filter(created_at__gte=period.start, created_at__lte=period.end)


def day_period(choice: str, now: datetime) -> Period | None:
    """The local days that *choice* names, a word or a date; None for anything else."""
    today = timezone.localdate(now)
    if choice in DAYS_BACK:
        first, last = (today - timedelta(days=days) for days in DAYS_BACK[choice])
    else:
        try:
            first = last = date.fromisoformat(choice)
        except ValueError:
            return None
    try:
        after_last = _midnight(last + timedelta(days=1))
        return Period(_midnight(first), after_last - timedelta(microseconds=1))
    except OverflowError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


class WebsiteFilter(admin.SimpleListFilter):
    """One of the websites that the staff user may see."""

    title = _("website")
    parameter_name = "website"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        websites = Website.objects.visible_to(viewer_of(request)).order_by("name")
        return [(str(pk), name) for pk, name in websites.values_list("pk", "name")[:MOST_WEBSITES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(website_id=int(value)) if value.isdecimal() else queryset.none()


class OwnerFilter(admin.RelatedFieldListFilter):
    """Accounts that own a website; one query, where Django's own asks for each account's user."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        owners = Account.objects.filter(pk__in=Website.objects.alive().values("owner_id"))
        names = [(account.pk, str(account)) for account in owners.select_related("user")]
        return sorted(names, key=lambda choice: choice[1].lower())
