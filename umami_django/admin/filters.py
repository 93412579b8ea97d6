"""Filters of the traffic lists: one day or a few, one website."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..domain.periods import Period
from ..models import Website
from .rights import viewer_of

DAYS_BACK = {"today": (0, 0), "yesterday": (1, 1), "7days": (6, 0), "30days": (29, 0)}
"""How many local days ago each choice begins and ends."""
MOST_WEBSITES = 100


class DayFilter(admin.SimpleListFilter):
    """Today unless said otherwise; any day as `?day=2026-03-10`. Days are those of the current time zone."""

    title = _("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yesterday", _("Yesterday")), ("7days", _("Past 7 days")), ("30days", _("Past 30 days"))]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield choice | ({"display": _("Today")} if choice["selected"] == (self.value() is None) else {})
            break
        for value, title in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }
        if self.value() not in (None, *DAYS_BACK):
            yield {"selected": True, "query_string": changelist.get_query_string({}), "display": self.value()}

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
