"""The full table: sorted, searched, page by page, as CSV."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.admin.markup import inline_code
from tests.conftest import BOUNDED
from tests.traffic import Traffic

from .conftest import Visitor
from .test_website_page import labels


@pytest.fixture
def read(traffic: Traffic) -> Traffic:
    """`/a` is read by three, `/b` by two, `=evil` by one."""
    now = timezone.now() - timedelta(minutes=1)
    for name, paths in {"ana": ["/a", "/b"], "bob": ["/a", "/b"], "eve": ["/a", "/=1"]}.items():
        traffic.visitor(name).using(country="DE").at(now).sees(*paths)
    return traffic


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["/a", "/b", "/=1"]),
        ({"direction": "asc"}, ["/=1", "/b", "/a"]),
        ({"order": "name"}, ["/=1", "/a", "/b"]),
        ({"order": "name", "direction": "desc"}, ["/b", "/a", "/=1"]),
        ({"q": "B"}, ["/b"]),
        ({"q": "nothing"}, []),
        ({"order": "junk", "page": "x"}, ["/a", "/b", "/=1"]),
        ({"country": "FR"}, []),
    ],
)
def test_sorting_and_search(
    visitor: Visitor, read: Traffic, query: dict[str, str], expected: list[str]
) -> None:
    html = visitor.get("table/paths/", query).content.decode()
    assert labels(html) == expected
    assert inline_code(html) == []


def test_the_sorted_column_says_so(visitor: Visitor, read: Traffic) -> None:
    html = visitor.get("table/paths/").content.decode()
    assert html.count('aria-sort="descending"') == 1
    assert "order=visitors&amp;direction=asc" in html


def test_pages_of_fifty(visitor: Visitor, traffic: Traffic) -> None:
    traffic.visitor("ana").at(timezone.now() - timedelta(minutes=1)).sees(*(f"/{n:03}" for n in range(120)))
    query = {"order": "name"}
    first = visitor.get("table/paths/", query).content.decode()
    assert (labels(first)[0], len(labels(first)), "Page 1 of 3" in first) == ("/000", 50, True)
    last = visitor.get("table/paths/", query | {"page": "3"}).content.decode()
    assert (labels(last)[-1], len(labels(last)), 'rel="next"' in last) == ("/119", 20, False)
    assert labels(visitor.get("table/paths/", query | {"page": "9999999"}).content.decode())


def test_csv_has_all_rows_and_no_formulas(visitor: Visitor, traffic: Traffic) -> None:
    now = timezone.now() - timedelta(minutes=1)
    traffic.visitor("ana").at(now).sees("/a?=cmd()", "/a?=cmd()", gap=10)
    answer = visitor.get("table/queries/", {"format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="example-queries.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows == [
        ["Query", "Visitors", "Visits", "Pageviews", "Bounce rate", "Visit duration"],
        ["'=cmd()", "1", "1", "2", "0.0", "10.0"],
    ]


def test_events_have_columns_of_their_own(visitor: Visitor, read: Traffic) -> None:
    read.visitor("ana").at(timezone.now() - timedelta(seconds=30)).does("buy").does("buy")
    answer = visitor.get("table/names/", {"format": "csv"}).content.decode()
    assert answer.splitlines() == ["Event,Events,Visitors", "buy,2,1"]


@pytest.mark.parametrize("tab", ["map", "properties", "nothing"])
def test_what_is_no_table_is_404(visitor: Visitor, read: Traffic, tab: str) -> None:
    assert visitor.get(f"table/{tab}/").status_code == 404


@pytest.mark.parametrize("count", [1, 40])
def test_query_count_is_constant(
    at_door: Any, traffic: Traffic, django_assert_max_num_queries: Any, count: int
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    traffic.visitor("ana").at(now).sees(*(f"/{n}" for n in range(count)))
    visitor = at_door("share")
    with django_assert_max_num_queries(
        6 + BOUNDED
    ):  # the share, rows, summary, and whether there are summaries
        visitor.get("table/paths/")
