"""A question that takes too long is ended, and nothing of that stays on the connection."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tests.conftest import Api
from tests.traffic import Traffic
from umami_django.databases.patience import bounded
from umami_django.exceptions import TooSlow
from umami_django.models import Pageview, Website
from umami_django.stats.raw import overview as raw

SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000000) "
    "SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(20)",
    "mysql": "SELECT sleep(20) FROM (SELECT 1) AS one",
}


def ask_for_ages() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SLOW[connection.vendor])
        cursor.fetchall()


def limits() -> Any:
    """What the connection would do to somebody else's statement."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT current_setting('statement_timeout') || current_setting('jit')")
        elif connection.vendor == "mysql":
            cursor.execute("SELECT @@max_statement_time")
        else:
            cursor.execute("SELECT 0")
        return cursor.fetchone()[0]


@contextmanager
def ends_soon() -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(TooSlow):
        yield
    assert time.monotonic() - began < 5


@pytest.mark.django_db(transaction=True)
def test_a_slow_question_is_ended_and_the_connection_is_as_before() -> None:
    before = limits()
    with ends_soon(), bounded(0.2):
        ask_for_ages()
    assert limits() == before
    assert connection.execute_wrappers == []
    assert Pageview.objects.count() == 0


@pytest.mark.django_db
def test_a_transaction_of_the_caller_goes_on() -> None:
    before = limits()
    website = Website.objects.create(name="made before")
    with ends_soon(), bounded(0.2):
        ask_for_ages()
    assert Website.objects.get() == website
    assert limits() == before
    with bounded(5):
        assert Website.objects.count() == 1
    assert limits() == before


@pytest.mark.django_db(transaction=True)
def test_the_time_is_that_of_all_questions_together() -> None:
    with ends_soon(), bounded(0.3):
        for _ in range(100):
            assert Pageview.objects.count() == 0
            time.sleep(0.05)
            if connection.vendor == "sqlite":  # looks at the clock every so many steps only
                with connection.cursor() as cursor:
                    cursor.execute(SLOW["sqlite"].replace("200000000", "20000"))
                    cursor.fetchall()
            elif connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.02)")
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT sleep(0.02)")
                    if cursor.fetchone()[0] == 1:  # MariaDB: a sleep that was ended
                        raise TooSlow


@pytest.mark.django_db(transaction=True)
def test_the_outermost_block_counts() -> None:
    with ends_soon(), bounded(0.2), bounded(60):
        ask_for_ages()


@pytest.mark.django_db(transaction=True)
def test_rows_arrive_as_without_a_limit(website: Website, traffic: Traffic) -> None:
    traffic.visitor("ana").sees("/", "/pricing")
    with bounded(5), connection.cursor() as cursor:
        assert list(Pageview.objects.order_by("id").values_list("url__text", flat=True)) == ["/", "/pricing"]
        assert Website.objects.filter(name="100 %").count() == 0
        cursor.execute("SELECT count(*) FROM umami_django_website WHERE name <> %s", ["100 %"])
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL compiles questions")
def test_postgresql_does_not_compile_questions_and_shares_large_ones_only() -> None:
    with bounded(5), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('jit'), current_setting('parallel_setup_cost')")
        assert cursor.fetchone() == ("off", "10000")


@pytest.mark.django_db(transaction=True)
def test_what_else_goes_wrong_is_not_called_slow() -> None:
    with pytest.raises(DatabaseError), bounded(5), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


@pytest.mark.django_db(transaction=True)
def test_no_time_limit_is_no_limit(settings: Any) -> None:
    settings.UMAMI = {**settings.UMAMI, "STATISTICS_TIMEOUT": None}
    with bounded():
        assert connection.execute_wrappers == []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Every summary takes ages."""

    def summary(*_: Any) -> Any:
        ask_for_ages()

    settings.UMAMI = {**settings.UMAMI, "STATISTICS_TIMEOUT": 1}
    monkeypatch.setattr("umami_django.stats.overview.raw.summary", summary, raising=False)
    monkeypatch.setattr(raw, "summary", summary)


@pytest.mark.django_db(transaction=True)
def test_the_api_says_503_and_why(website: Website, owner_api: Api, slow: None) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    path = f"/api/website/{website.pk}/stats"
    answer = owner_api.get(path, {"start_at": now - 86_400_000, "end_at": now})
    assert answer.status_code == 503
    assert answer.content == b"The question took too long. Ask for a shorter period or fewer filters."
    assert owner_api.get(f"/api/website/{website.pk}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_overview_offers_shorter_ranges(admin_client: Any, website: Website, slow: None) -> None:
    answer = admin_client.get(f"/admin/umami_django/website/{website.pk}/overview/?range=30d")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "takes the database too long" in page
    assert "?range=24h" in page


@pytest.mark.django_db(transaction=True)
def test_the_list_of_websites_comes_without_numbers(
    admin_client: Any, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    def totals(*_: Any) -> Any:
        raise TooSlow

    monkeypatch.setattr("umami_django.admin.websites.totals", totals)
    page = admin_client.get("/admin/umami_django/website/").content.decode()
    assert website.name in page
    assert "take the database too long at the moment" in page
