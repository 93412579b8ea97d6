"""Hits of some sessions are looked up by session, on SQLite too, whose planner knows no numbers of rows."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from umami_django.domain.vocabulary import TermKind
from umami_django.models import StoredHit, Website
from umami_django.rollups import arrays, rows
from umami_django.writers import write

from .world import month_of_traffic

pytestmark = pytest.mark.django_db

ASKED = {
    "active": lambda pk, of: rows.active_sessions(pk, of, 0, 2**60, "default"),
    "seen with a page": lambda pk, of: rows.seen_with(pk, TermKind.PATH, of, (0, 2**60), "default"),
    "seen with a browser": lambda pk, of: rows.seen_with(pk, TermKind.BROWSER, of, (0, 2**60), "default"),
    "visits": lambda pk, of: rows.views_of_visits(pk, [(key, 1) for key in of], 2**60, "default"),
    "earlier": lambda pk, of: list(rows._earlier(pk, of, 2**60, "default")),
    "before": lambda pk, of: arrays._before(pk, arrays.np.array(of), 2**60, "default"),
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL and MariaDB plan by numbers of rows")
@pytest.mark.parametrize("asked", ASKED)
def test_hits_are_looked_up_by_session(website: Website, asked: str) -> None:
    hits = month_of_traffic(website.pk)
    write(hits)
    of: Any = sorted({hit.session_id for hit in hits})
    with CaptureQueriesContext(connection) as captured:
        ASKED[asked](website.pk, of)
    statements = [query["sql"] for query in captured.captured_queries if "storedhit" in query["sql"]]
    assert statements
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
            assert "umami_hit_session" in plan, plan


def test_postgresql_keeps_each_session_once() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, StoredHit._meta.db_table)
    columns = found["umami_hit_session"]["columns"]
    assert columns == (["session_id"] if connection.vendor == "postgresql" else ["session_id", "created_at"])
