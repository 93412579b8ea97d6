"""Sessions: a list with the dashboard's range and filters, and what one visitor did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ..domain.vocabulary import HitKind, Metric
from ..stats.sessions import DataRow, Moment, SessionRow, one_session, session_data, session_list, timeline
from .asked import Asked, asked
from .dates import DATE_MINUTE, DAY_MINUTE, LONG_DATE, dated
from .door import Door
from .icons import Icon, icon_of
from .labels import shown_name
from .numbers import duration
from .page import page_context

ROWS = 30
MOMENTS = 200
MOST_PAGES = 100_000
ATTRIBUTES: list[tuple[str, Metric, Any]] = [
    ("country", Metric.COUNTRY, gettext_lazy("Country")),
    ("region", Metric.REGION, gettext_lazy("Region")),
    ("city", Metric.CITY, gettext_lazy("City")),
    ("language", Metric.LANGUAGE, gettext_lazy("Language")),
    ("browser", Metric.BROWSER, gettext_lazy("Browser")),
    ("os", Metric.OS, gettext_lazy("System")),
    ("device", Metric.DEVICE, gettext_lazy("Device")),
    ("screen", Metric.SCREEN, gettext_lazy("Screen")),
    ("hostname", Metric.HOSTNAME, gettext_lazy("Hostname")),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One session of the list."""

    name: str
    href: str
    place: str
    flag: Icon | None
    icons: list[tuple[Icon, str]]
    last_at: str
    lasted: str
    row: SessionRow


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a visitor did; `day` is given at the first of each day."""

    day: str
    at: datetime
    is_event: bool
    begins_visit: bool
    text: str
    title: str
    referrer: str | None
    data: tuple[DataRow, ...]


@require_safe
def sessions_page(request: HttpRequest, door: Door) -> HttpResponse:
    """Last seen first; searched and page by page. Three queries."""
    question = asked(request, door)
    search = request.GET.get("q", "").replace("\0", "")[:200]
    number = _page_number(request)
    found = session_list(question.scope, search=search, limit=ROWS, offset=(number - 1) * ROWS)
    pages = max(1, -(-found.total // ROWS))
    context = page_context(
        question,
        "sessions",
        lines=[_line(question, row) for row in found.rows],
        total=found.total,
        search=search,
        page_number=number,
        page_count=pages,
        kept=question.state.pairs(),
        previous_href=question.link(None, "sessions", q=search, page=number - 1) if number > 1 else "",
        next_href=question.link(None, "sessions", q=search, page=number + 1) if number < pages else "",
    )
    return TemplateResponse(request, "umami_django/dashboard/sessions.html", context)


@require_safe
def session_page(request: HttpRequest, door: Door, session: UUID) -> HttpResponse:
    """All that one visitor ever did, newest first. Seven queries."""
    question = asked(request, door)
    website, since = question.website, question.website.reset_at
    row = one_session(website.pk, session, since=since)
    if row is None:
        raise Http404
    number = _page_number(request)
    moments = timeline(
        website.pk, row.id, since=since, newest_first=True, limit=MOMENTS, offset=(number - 1) * MOMENTS
    )
    pages = max(1, -(-moments.total // MOMENTS))
    context = page_context(
        question,
        "session",
        line=_line(question, row, DATE_MINUTE),
        facts=_facts(row),
        data=session_data(website.pk, row.id, since=since),
        steps=list(_steps(question, moments.rows)),
        first_at=dated(row.first_at.astimezone(question.tz), DATE_MINUTE),
        back_href=question.link(None, "sessions"),
        previous_href=question.link(None, "session", session, page=number - 1) if number > 1 else "",
        next_href=question.link(None, "session", session, page=number + 1) if number < pages else "",
        page_number=number,
        page_count=pages,
    )
    return TemplateResponse(request, "umami_django/dashboard/session.html", context)


def _page_number(request: HttpRequest) -> int:
    number = request.GET.get("page", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 7
    return max(1, min(MOST_PAGES, int(number))) if is_number else 1


def _line(question: Asked, row: SessionRow, form: Promise = DAY_MINUTE) -> Line:
    who = row.who
    pictures = [
        (icon_of(metric, value), shown_name(metric, value))
        for metric, value in ((Metric.DEVICE, who.device), (Metric.BROWSER, who.browser), (Metric.OS, who.os))
    ]
    country = shown_name(Metric.COUNTRY, who.country) if who.country else ""
    return Line(
        name=who.distinct_id or str(row.uuid)[:8],
        href=question.link(None, "session", row.uuid),
        place=", ".join(part for part in (who.city, country) if part) or _("Unknown"),
        flag=icon_of(Metric.COUNTRY, who.country),
        icons=[(icon, label) for icon, label in pictures if icon],
        last_at=dated(row.last_at.astimezone(question.tz), form),
        lasted=duration((row.last_at - row.first_at).total_seconds()),
        row=row,
    )


def _facts(row: SessionRow) -> list[tuple[str, str, Icon | None]]:
    facts = [
        (str(label), shown_name(metric, getattr(row.who, name)), icon_of(metric, getattr(row.who, name)))
        for name, metric, label in ATTRIBUTES
        if getattr(row.who, name)
    ]
    own = [(_("Own id"), row.who.distinct_id, None)] if row.who.distinct_id else []
    return [*own, *facts, (_("Session"), str(row.uuid), None)]


def _steps(question: Asked, moments: list[Moment]) -> Iterator[Step]:
    day = ""
    for position, moment in enumerate(moments):
        at = moment.at.astimezone(question.tz)
        its_day = dated(at, LONG_DATE)
        earlier = moments[position + 1] if position + 1 < len(moments) else None
        is_event = moment.kind is HitKind.EVENT
        address = f"{moment.path or '/'}{'?' + moment.query if moment.query else ''}"
        yield Step(
            day=its_day if its_day != day else "",
            at=at,
            is_event=is_event,
            begins_visit=earlier is None or earlier.visit_id != moment.visit_id,
            text=(moment.event_name or "") if is_event else address,
            title=address if is_event else moment.title or "",
            referrer=moment.referrer_domain if moment.referrer_domain != question.own_domain else "",
            data=moment.data,
        )
        day = its_day
