"""Right now: who is there, the last thirty minutes, and hits as they come in."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ..domain.periods import from_micros
from ..domain.vocabulary import HitKind, Metric
from ..stats.realtime import FeedItem, Pulse, feed, minutes, pulse
from .asked import Asked, asked
from .dates import MINUTE, dated
from .door import Door
from .icons import Icon, icon_of
from .labels import shown_name
from .page import page_context
from .rows import bar

FEED = 40


@dataclass(frozen=True, slots=True)
class Minute:
    """A bar of one minute; `percent` of the highest."""

    label: str
    visitors: int
    pageviews: int
    x: int
    height: str
    y: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the feed."""

    at: datetime
    is_event: bool
    text: str
    title: str
    place: str
    referrer: str | None
    """Where a link was followed from; not the website itself."""
    icons: list[tuple[Icon, str]]
    href: str


@dataclass(frozen=True, slots=True)
class Live:
    """What is replaced as time goes on."""

    visitors: int
    minutes: list[Minute]
    items: list[Item]
    etag: str


@require_safe
def realtime_page(request: HttpRequest, door: Door) -> HttpResponse:
    """The page as it is now. Three queries."""
    question = asked(request, door)
    content = live(question, _pulse(question))
    context = page_context(question, "realtime", live=content, pulse_href=question.link(None, "pulse"))
    return TemplateResponse(request, "umami_django/dashboard/realtime.html", context)


@require_safe
def pulse_page(request: HttpRequest, door: Door) -> HttpResponse:
    """What has changed since: one cheap query, and two more only when something has."""
    question = asked(request, door)
    beat = _pulse(question)
    etag = _etag(question, beat)
    response: HttpResponse
    if etag in parse_etags(request.headers.get("if-none-match", "")):
        response = HttpResponseNotModified()
    else:
        response = render(request, "umami_django/dashboard/live.html", {"live": live(question, beat)})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def live(question: Asked, beat: Pulse) -> Live:
    """The changing part. Two queries."""
    website = question.website
    points = minutes(website.pk, question.now, tz=question.tz, since=website.reset_at)
    most = max((point.numbers.visitors for point in points), default=0)
    bars = []
    for position, point in enumerate(points):
        height = float(bar(point.numbers.visitors, most))
        label = dated(from_micros(point.start_us), MINUTE)
        numbers = point.numbers
        bars.append(
            Minute(
                label,
                numbers.visitors,
                numbers.pageviews,
                position * 10,
                f"{height:.1f}",
                f"{100 - height:.1f}",
            )
        )
    found = feed(website.pk, question.now, since=website.reset_at, limit=FEED)
    return Live(beat.visitors, bars, [_item(question, each) for each in found], _etag(question, beat))


def _pulse(question: Asked) -> Pulse:
    return pulse(question.website.pk, question.now, since=question.website.reset_at)


def _etag(question: Asked, beat: Pulse) -> str:
    """Also another one in another language or zone."""
    return f'"{beat.etag}-{get_language()}-{question.tz}"'


def _item(question: Asked, item: FeedItem) -> Item:
    icons = [
        (icon_of(Metric.COUNTRY, item.country), shown_name(Metric.COUNTRY, item.country)),
        (icon_of(Metric.DEVICE, item.device), shown_name(Metric.DEVICE, item.device)),
        (icon_of(Metric.BROWSER, item.browser), shown_name(Metric.BROWSER, item.browser)),
        (icon_of(Metric.OS, item.os), shown_name(Metric.OS, item.os)),
    ]
    country = shown_name(Metric.COUNTRY, item.country) if item.country else ""
    is_event = item.kind is HitKind.EVENT
    return Item(
        at=item.at.astimezone(question.tz),
        is_event=is_event,
        text=(item.event_name if is_event else item.path) or "/",
        title=(item.path if is_event else item.title) or "",
        place=", ".join(part for part in (item.city, country) if part),
        referrer=item.referrer_domain if item.referrer_domain != question.own_domain else "",
        icons=[(icon, label) for icon, label in icons if icon],
        href=question.link(None, "session", item.session_uuid) if item.session_uuid else "",
    )
