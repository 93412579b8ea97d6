"""What a report says: the dashboard's own question about a week or month, and its answers as the reader's language
writes them. No number is worked out here."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..dashboards.asked import Asked, asked_of, zone_of
from ..dashboards.cards import Card, cards
from ..dashboards.dates import WEEKDAY, dated
from ..dashboards.door import Door
from ..dashboards.numbers import grouped, share_of_width
from ..dashboards.panels import tab_rows
from ..dashboards.rows import PanelRow, panel_rows
from ..dashboards.state import Compare, State
from ..dashboards.tabs import COUNTED, PANELS, TAB
from ..domain.answers import Row, Summary, TrafficPoint
from ..domain.periods import from_micros, zone
from ..domain.reports import Days, ReportPeriod, days_before
from ..domain.vocabulary import Counted, Unit
from ..models import Website
from ..stats.overview import life, summary
from ..stats.series import traffic_series

ROWS = 5
TABS = ("paths", "referrers", "channels", "countries", "types", "names")
"""The rankings of a report, in pairs, in the order in which they stand."""
NAMES = {"paths": "pages", "types": "devices", "names": "events"}
"""Those that are called as their panel is, since there are no tabs around them."""


@dataclass(frozen=True)
class Answers:
    """What the one engine says about a website's days; the same for every reader."""

    period: ReportPeriod
    days: Days
    question: Asked
    numbers: Summary
    before: Summary
    series: list[TrafficPoint]
    rankings: dict[str, list[Row]]
    has_traffic: bool
    """Whether anything ever came."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `percent` is the length of its bar, of the longest: 0 to 100."""

    label: str
    count: str
    percent: int


@dataclass(frozen=True, slots=True)
class Block:
    """One ranking."""

    title: str
    column: str
    counted: str
    rows: list[PanelRow]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the templates show, as texts."""

    website: str
    subject: str
    span: str
    """Which days it is about."""
    compared: str
    """What the changes are measured against."""
    quiet: list[str]
    """What there is to say instead of numbers, when nobody came; else nothing."""
    cards: list[Card]
    bars: list[Bar]
    blocks: list[Block]
    href: str
    """The dashboard of these days; empty where the reader has no way there."""


def zone_name(website: Website) -> str:
    """In which zone the website's days begin: its own, else the server's; never that of whoever is logged in."""
    try:
        return str(zone(website.time_zone))
    except KeyError:  # it has none, or one that a later release of the time zone data has dropped
        return timezone.get_default_timezone_name()


def report_zone(website: Website) -> tzinfo:
    return zone_of(_state_in(website), website)


def answers(website: Website, period: ReportPeriod, days: Days, now: datetime) -> Answers:
    """Nine questions to the engine; two more queries where nobody came."""
    nowhere = Door(website, base="", address=lambda *_: "", pages=frozenset())
    question = asked_of(_state(website, period, days), nowhere, now)
    assert question.compared is not None  # noqa: S101  the state says with what
    numbers = summary(question.scope)
    return Answers(
        period=period,
        days=days,
        question=question,
        numbers=numbers,
        before=summary(question.scope.within(question.compared)),
        series=traffic_series(question.scope, Unit.DAY, now, with_visits=False),
        rankings={key: tab_rows(question, TAB[key], limit=_limit(key)) for key in TABS},
        has_traffic=bool(numbers.pageviews) or life(website.pk, since=website.reset_at) is not None,
    )


def report(found: Answers, door: Door) -> Report:
    """The answers in the active language, with links through *door*. No query."""
    question = replace(found.question, door=door)
    website, span = one_line(door.website.name), _span(found.period, found.days)
    is_quiet = not found.numbers.pageviews and not found.rankings["names"]
    return Report(
        website=website,
        subject=_subject(website, found),
        span=span,
        compared=_("Compared with %s") % _span(found.period, days_before(found.period, found.days[0])),
        quiet=_quiet(website, found) if is_quiet else [],
        cards=cards(question, found.numbers, found.before),
        bars=_bars(found.series),
        blocks=[_block(question, key, found) for key in TABS if found.rankings[key]],
        href=question.link() if door.has("overview") else "",
    )


def one_line(text: str) -> str:
    """*text* without line breaks and other characters that steer something: it goes into headers."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _state(website: Website, period: ReportPeriod, days: Days) -> State:
    """Exactly these days, by the website's clocks, beside the week or month before: also where the link leads."""
    state = replace(_state_in(website), range="custom", edges=days, unit=Unit.DAY)
    if period is ReportPeriod.MONTHLY:  # months differ in length
        return replace(state, compare=Compare.CUSTOM, compare_edges=days_before(period, days[0]))
    return state


def _state_in(website: Website) -> State:
    return State(tz=zone_name(website))


def _limit(key: str) -> int | None:
    """All names of events, as the dashboard does: their sum is what shares are taken of."""
    return None if TAB[key].counted is Counted.EVENTS else ROWS


def _block(question: Asked, key: str, found: Answers) -> Block:
    tab, rows = TAB[key], found.rankings[key]
    total = sum(row.count for row in rows) if tab.counted is Counted.EVENTS else found.numbers.visitors
    title = str(PANELS[NAMES[key]] if key in NAMES else tab.title)
    return Block(
        title,
        str(tab.column),
        str(COUNTED[tab.counted]),
        panel_rows(question, tab.metric, rows[:ROWS], total),
    )


def _bars(series: list[TrafficPoint]) -> list[Bar]:
    most = max((point.numbers.visitors for point in series), default=0)
    return [
        Bar(
            label=dated(from_micros(point.start_us), WEEKDAY),
            count=grouped(point.numbers.visitors),
            percent=share_of_width(point.numbers.visitors, most),
        )
        for point in series
    ]


def _span(period: ReportPeriod, days: Days) -> str:
    if period is ReportPeriod.MONTHLY:
        return date_format(days[0], "YEAR_MONTH_FORMAT")
    first, last = (date_format(day, "DATE_FORMAT") for day in days)
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _subject(website: str, found: Answers) -> str:
    visitors = found.numbers.visitors
    values = {"website": website, "visitors": grouped(visitors), "month": _span(found.period, found.days)}
    if found.period is ReportPeriod.MONTHLY:
        return (
            ngettext(
                "%(website)s: %(visitors)s visitor in %(month)s",
                "%(website)s: %(visitors)s visitors in %(month)s",
                visitors,
            )
            % values
        )
    values["day"] = date_format(found.days[0], "DATE_FORMAT")
    return (
        ngettext(
            "%(website)s: %(visitors)s visitor in the week of %(day)s",
            "%(website)s: %(visitors)s visitors in the week of %(day)s",
            visitors,
        )
        % values
    )


def _quiet(website: str, found: Answers) -> list[str]:
    if not found.has_traffic:
        return [
            _("%s is waiting for its first visitor.") % website,
            _(
                "If you expected some: is the tracking code in its pages? It is in the settings of the website."
            ),
        ]
    is_week = found.period is ReportPeriod.WEEKLY
    said = [_("A quiet week: nobody came by.") if is_week else _("A quiet month: nobody came by.")]
    if before := found.before.visitors:
        text = ngettext("%s visitor came in the time before.", "%s visitors came in the time before.", before)
        said.append(text % grouped(before))
        said.append(_("If that surprises you, look whether the tracking code is still in the pages."))
    return said
