"""The full table behind "all…": sorted, searched, page by page, or as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_safe

from ..domain.answers import Summary, TableRow
from ..domain.vocabulary import Counted, Order
from ..stats.overview import summary
from ..stats.rankings import table
from .asked import Asked, asked
from .door import Door
from .icons import Icon, icon_of
from .labels import shown_name
from .numbers import TITLES, share, value_of, written
from .page import page_context
from .panels import left_out
from .rows import bar, row_link
from .state import TABS
from .tabs import PANELS, TAB, Tab

ROWS = 50
MOST_CSV_ROWS = 100_000
COLUMNS: dict[str, Order] = {
    "visitors": Order.VISITORS,
    "visits": Order.VISITS,
    "pageviews": Order.PAGEVIEWS,
    "bounce_rate": Order.BOUNCE_RATE,
    "visit_duration": Order.VISIT_SECONDS,
}
EVENT_COLUMNS: dict[str, Any] = {"pageviews": gettext_lazy("Events"), "visitors": TITLES["visitors"]}
"""Of events bounces and durations say nothing."""
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    href: str
    direction: str
    """`ascending`, `descending` or empty: as `aria-sort` has it."""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    icon: Icon | None
    href: str
    share: str
    percent: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    panel: str
    title: str
    name_column: Column
    columns: list[Column]
    rows: list[Row]
    total: int
    search: str
    page: int
    pages: int
    previous_href: str
    next_href: str
    csv_href: str
    back_href: str
    kept: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the address says beside the state."""

    order: str
    descending: bool
    search: str
    page: int


@require_safe
def table_page(request: HttpRequest, door: Door, tab_key: str) -> HttpResponse:
    """One page of the table, or all of it as CSV. Two queries."""
    if tab_key not in TAB or tab_key == "map":
        raise Http404
    question, tab = asked(request, door), TAB[tab_key]
    choice = _choice(request, tab)
    if request.GET.get("format") == "csv":
        return _csv(question, tab, choice)
    context = page_context(question, "table", page=_table(question, tab, choice))
    return TemplateResponse(request, "umami_django/dashboard/table.html", context)


def _choice(request: HttpRequest, tab: Tab) -> _Choice:
    first = (
        "pageviews"
        if tab.counted is Counted.EVENTS
        else "visits"
        if tab.counted is Counted.VISITS
        else "visitors"
    )
    order, number = request.GET.get("order", ""), request.GET.get("page", "")
    order = order if order == "name" or order in COLUMNS else first
    is_number = number.isascii() and number.isdecimal() and len(number) < 7
    return _Choice(
        order=order,
        descending=request.GET.get("direction", "asc" if order == "name" else "desc") != "asc",
        search=request.GET.get("q", "").replace("\0", "")[:200],
        page=max(1, min(MOST_PAGES, int(number))) if is_number else 1,
    )


def _asked_rows(question: Asked, tab: Tab, choice: _Choice, *, limit: int, offset: int) -> Any:
    return table(
        question.scope,
        tab.metric,
        order=Order.NAME if choice.order == "name" else COLUMNS[choice.order],
        descending=choice.descending,
        search=choice.search,
        without=left_out(question, tab),
        limit=limit,
        offset=offset,
    )


def _columns(tab: Tab) -> dict[str, Any]:
    return EVENT_COLUMNS if tab.counted is Counted.EVENTS else {key: TITLES[key] for key in COLUMNS}


def _table(question: Asked, tab: Tab, choice: _Choice) -> Table:
    found = _asked_rows(question, tab, choice, limit=ROWS, offset=(choice.page - 1) * ROWS)
    whole = summary(question.scope)
    most = max((row.numbers.visitors for row in found.rows), default=0)
    pages = max(1, -(-found.total // ROWS))

    def link(**more: object) -> str:
        current = {
            "order": choice.order,
            "direction": "desc" if choice.descending else "asc",
            "q": choice.search,
        }
        return question.link(question.state, "table", tab.key, **(current | more))

    def column(key: str, title: Any) -> Column:
        is_chosen = key == choice.order
        descending = not choice.descending if is_chosen else key != "name"
        href = link(order=key, direction="desc" if descending else "asc")
        return Column(
            key, str(title), href, ("descending" if choice.descending else "ascending") if is_chosen else ""
        )

    columns = _columns(tab)
    panel = next(panel for panel, tabs in TABS.items() if tab.key in tabs)
    return Table(
        key=tab.key,
        panel=panel,
        title=f"{PANELS[panel]}: {tab.title}",
        name_column=column("name", tab.column),
        columns=[column(key, title) for key, title in columns.items()],
        rows=[_row(question, tab, row, columns, whole, most) for row in found.rows],
        total=found.total,
        search=choice.search,
        page=choice.page,
        pages=pages,
        previous_href=link(page=choice.page - 1) if choice.page > 1 else "",
        next_href=link(page=choice.page + 1) if choice.page < pages else "",
        csv_href=link(format="csv"),
        back_href=question.link(question.state.with_tab(panel, tab.key)) + f"#umami-{panel}",
        kept=question.state.pairs(),
    )


def _row(question: Asked, tab: Tab, row: TableRow, columns: dict[str, Any], whole: Summary, most: int) -> Row:
    return Row(
        label=shown_name(tab.metric, row.name),
        icon=icon_of(tab.metric, row.name, row.country),
        href=row_link(question, tab.metric, row.name, row.country),
        share=share(row.numbers.visitors, whole.visitors),
        percent=bar(row.numbers.visitors, most),
        cells=[written(key, value_of(key, row.numbers)) for key in columns],
    )


def _csv(question: Asked, tab: Tab, choice: _Choice) -> HttpResponse:
    """Names as stored, numbers without grouping and headings in English, for programs; a name that a spreadsheet would
    run is quoted."""
    found = _asked_rows(question, tab, choice, limit=MOST_CSV_ROWS, offset=0)
    with override("en"):  # programs look for these
        heading = [str(tab.column), *(str(title) for title in _columns(tab).values())]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{slugify(question.website.name) or 'website'}-{tab.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(heading)
    writer.writerows(_csv_rows(found.rows, _columns(tab)))
    return response


def _csv_rows(rows: list[TableRow], columns: dict[str, Any]) -> Iterator[list[object]]:
    for row in rows:
        values = (value_of(key, row.numbers) for key in columns)
        name = "Unknown" if row.name is None else row.name
        yield [f"'{name}" if name[:1] in "=+-@\t\r" and name else name, *(_plain(value) for value in values)]


def _plain(value: float | None) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int) else round(value, 2)
