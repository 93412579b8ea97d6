"""A flood of invented texts stops at the day's limit; what is known goes on being counted as itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.traffic import hit
from umami_django.models import StoredHit, Term, TermDay, Website
from umami_django.services.websites import create_website
from umami_django.writers import store, term_budget, terms, write

LIMIT = {"RECORD": True, "NEW_TERMS_PER_DAY": 8}


def urls() -> list[str]:
    return list(StoredHit.objects.order_by("pk").values_list("url__text", flat=True))


@pytest.fixture(autouse=True)
def _limited() -> Any:
    with override_settings(UMAMI=LIMIT):
        yield


def flood(website: Website, *names: str) -> None:
    for name in names:
        store([hit(website.pk, "ana", name)])


def test_after_the_limit_texts_are_other(website: Website) -> None:
    # the first brings hostname twice (of hit and session) and a referrer, each further one url and path
    flood(website, "/a", "/b", "/c", "/d", "/e", "/f")
    stored = urls()
    assert stored[:2] == ["/a", "/b"]
    assert stored[-2:] == ["(other)", "(other)"]
    day = TermDay.objects.get()
    assert (day.added, day.website_id) == (8, website.pk)
    assert day.replaced == term_budget.replaced_on(website.pk, day.day) > 0
    terms.forget()
    flood(website, "/a", "/x")
    assert urls()[-2:] == ["/a", "(other)"]


def test_one_batch_stops_there_too(website: Website) -> None:
    store([hit(website.pk, "ana", f"/{number}") for number in range(50)])
    assert TermDay.objects.get().added == 8
    assert len(set(urls())) < 10
    assert Term.objects.filter(website_id=website.pk).count() <= 8 + 5  # and an "(other)" of each kind


def test_another_website_and_another_day_have_their_own(website: Website) -> None:
    flood(website, *(f"/{number}" for number in range(10)))
    other = create_website(owner=None, name="Other")
    flood(other, "/a")
    assert urls()[-1] == "/a"
    TermDay.objects.filter(website_id=website.pk).update(day=datetime.now(UTC).date() - timedelta(days=1))
    flood(website, "/tomorrow")
    assert urls()[-1] == "/tomorrow"


def test_imports_are_not_limited(website: Website) -> None:
    write([hit(website.pk, "ana", f"/{number}") for number in range(50)])
    assert len(set(urls())) == 50
    assert not TermDay.objects.exists()


def test_known_texts_cost_nothing(website: Website, django_assert_num_queries: Any) -> None:
    flood(website, "/a")
    before = TermDay.objects.get().added
    terms.forget()
    flood(website, "/a")
    assert TermDay.objects.get().added == before


def test_none_is_no_limit(website: Website) -> None:
    with override_settings(UMAMI=LIMIT | {"NEW_TERMS_PER_DAY": None}):
        flood(website, *(f"/{number}" for number in range(20)))
    assert len(set(urls())) == 20


def test_the_owner_is_told(admin_client: Client, website: Website) -> None:
    page = f"/admin/umami_django/website/{website.pk}/overview/"
    assert "(other)" not in admin_client.get(page).content.decode()
    flood(website, *(f"/{number}" for number in range(10)))
    assert "counted as “(other)”" in admin_client.get(page).content.decode()


def test_old_days_are_dropped(website: Website) -> None:
    flood(website, "/a")
    assert term_budget.drop_old(datetime.now(UTC) + timedelta(days=40)) == 1
