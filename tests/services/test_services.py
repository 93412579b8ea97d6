"""Resetting, deleting, purging; salts; accounts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone

from tests.factories import make_account, make_admin, make_website
from tests.traffic import START, Traffic
from umami_django.domain.roles import Role
from umami_django.ingest import identity
from umami_django.ingest.identity import anonymous_session
from umami_django.models import (
    Account,
    EventData,
    EventDocument,
    LogImport,
    Salt,
    Session,
    StoredHit,
    Term,
    Website,
)
from umami_django.services import purge as purging
from umami_django.services import salts
from umami_django.services.accounts import LastAdmin, account_of, change_account, delete_account
from umami_django.services.websites import delete_website, reset_website

pytestmark = pytest.mark.django_db
TRAFFIC = (StoredHit, Session, EventData, EventDocument, LogImport)


def purge(**options: Any) -> int:
    """Purge, two minutes from now: by then every process knows of the mark."""
    return purging.purge(now=timezone.now() + timedelta(minutes=2), **options)


def fill(website: Website, at: datetime = START) -> Traffic:
    traffic = Traffic(website, at)
    traffic.visitor("ana").sees("/", "/a").does("buy", data={"price": 3})
    traffic.visitor("bob").sees("/")
    LogImport.objects.get_or_create(website_id=website.pk, first_line_digest="x", defaults={"digest": "y"})
    return traffic


def counts(website: Website) -> list[int]:
    return [model.objects.filter(website_id=website.pk).count() for model in TRAFFIC]  # type: ignore[attr-defined]


def test_a_deleted_website_is_removed_with_all_its_rows(website: Website) -> None:
    other = make_website()
    fill(website)
    fill(other)
    delete_website(website, timezone.now())
    assert purge() > 0
    assert counts(website) == [0] * 5
    assert not Term.objects.filter(website_id=website.pk).exists()
    assert not Website.objects.filter(pk=website.pk).exists()
    assert counts(other) == [4, 2, 1, 1, 1]


def test_a_reset_removes_what_was_before_and_nothing_else(website: Website) -> None:
    fill(website)
    reset_website(website, START + timedelta(hours=1))
    Traffic(website, START + timedelta(hours=2)).visitor("ana").sees("/later")
    purge()
    assert list(StoredHit.objects.values_list("url__text", flat=True)) == ["/later"]
    assert Session.objects.count() == 1  # ana came back; bob did not
    assert counts(website) == [1, 1, 0, 0, 0]
    website.refresh_from_db()
    assert website.reset_at is None


def test_a_newer_reset_is_not_lost(website: Website) -> None:
    reset_website(website, START)
    old = Website.objects.get(pk=website.pk)
    reset_website(website, START + timedelta(hours=1))
    purging.purge_website(old)
    website.refresh_from_db()
    assert website.reset_at == START + timedelta(hours=1)


def test_purging_goes_in_batches_and_may_be_interrupted(
    website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    Traffic(website).visitor("ana").sees(*(f"/{number}" for number in range(30)))
    delete_website(website, timezone.now())
    seen: list[int] = []

    def stop(removed: int) -> None:
        seen.append(removed)
        if removed >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(batch_rows=10, progress=stop)
    assert seen == [10, 20]
    assert StoredHit.objects.count() == 10
    purge(batch_rows=10)
    assert StoredHit.objects.count() == 0
    assert not Website.objects.exists()


def test_purging_loads_no_rows(website: Website, django_assert_max_num_queries: Any) -> None:
    Traffic(website).visitor("ana").sees(*(f"/{number}" for number in range(200)))
    delete_website(website, timezone.now())
    with django_assert_max_num_queries(40) as captured:
        purge(batch_rows=1000)
    assert not any('"text"' in query["sql"] for query in captured.captured_queries)


def test_the_command_tells_what_it_did(website: Website, capsys: pytest.CaptureFixture[str]) -> None:
    fill(website)
    delete_website(website, timezone.now() - timedelta(minutes=2))
    call_command("umami_purge")
    told = capsys.readouterr().out
    assert "rows and 0 salts removed" in told
    assert "Left" not in told


def test_what_other_processes_may_not_know_yet_is_left_for_the_next_run(
    website: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(website)
    reset_website(website, timezone.now())
    call_command("umami_purge")
    assert "Left for the next run: 1" in capsys.readouterr().out
    assert StoredHit.objects.count() == 4
    assert purge() > 0
    assert StoredHit.objects.count() == 0


def test_a_month_has_one_salt(django_assert_num_queries: Any) -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    first = salts.current_salt(now)
    with django_assert_num_queries(0):
        assert salts.current_salt(now + timedelta(days=5)) == first
    salts.forget()
    assert salts.current_salt(now) == first
    assert salts.current_salt(datetime(2026, 4, 1, tzinfo=UTC)) != first
    assert len(first) == 64


def test_salts_are_made_ahead_and_destroyed_after_their_month() -> None:
    salts.current_salt(datetime(2026, 2, 10, tzinfo=UTC))
    salts.rotate_salts(datetime(2026, 2, 25, tzinfo=UTC))
    months = [12 * 2026 + 1, 12 * 2026 + 2]
    assert list(Salt.objects.order_by("month").values_list("month", flat=True)) == months
    assert salts.rotate_salts(datetime(2026, 3, 2, 23, tzinfo=UTC)) == 0
    assert salts.rotate_salts(datetime(2026, 3, 3, 1, tzinfo=UTC)) == 1
    assert list(Salt.objects.values_list("month", flat=True)) == months[1:]


def test_the_next_months_salt_is_fetched_a_week_ahead(django_assert_num_queries: Any) -> None:
    salts.forget()
    salts.current_salt(datetime(2026, 2, 10, tzinfo=UTC))
    assert not Salt.objects.filter(month=2026 * 12 + 2).exists()
    this = salts.current_salt(datetime(2026, 2, 25, tzinfo=UTC))
    with django_assert_num_queries(0):
        assert salts.current_salt(datetime(2026, 3, 1, tzinfo=UTC)) != this
        assert salts.salt_for(datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)) == this


def test_a_salt_that_is_destroyed_stays_in_no_memory() -> None:
    salts.forget()
    old = salts.current_salt(datetime(2026, 2, 10, tzinfo=UTC))
    anonymous_session(uuid4(), "203.0.113.9", "Mozilla/5.0", old)
    assert salts.current_salt(datetime(2026, 3, 2, 23, tzinfo=UTC)) != old
    assert old in salts._known.values()  # for hits that come late
    new = salts.current_salt(datetime(2026, 3, 3, 1, tzinfo=UTC))
    assert (set(salts._known.values()), identity._visitors_of.cache_info().currsize) == ({new}, 0)


def test_the_month_is_that_of_utc_whatever_the_clock_says() -> None:
    salts.forget()
    kiritimati = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead
    march = salts.current_salt(datetime(2026, 3, 31, 9, tzinfo=UTC))
    assert salts.current_salt(datetime(2026, 4, 1, 1, tzinfo=kiritimati)) == march
    april = salts.current_salt(datetime(2026, 4, 1, 1, tzinfo=UTC))
    assert april != march
    assert salts.current_salt(datetime(2026, 4, 1, 13, tzinfo=kiritimati)) == march


def test_imports_use_this_months_salt_and_made_ones_for_others() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    assert salts.salt_for(now - timedelta(days=3), now) == salts.current_salt(now)
    past = salts.salt_for(now - timedelta(days=60), now)
    assert past == salts.salt_for(now - timedelta(days=61), now)
    assert past != salts.current_salt(now)
    assert Salt.objects.count() == 1
    just_before = datetime(2026, 2, 28, 23, tzinfo=UTC)
    just_after = datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert salts.salt_for(just_before, just_after) == salts.current_salt(just_before)


def test_who_has_an_account() -> None:
    users = get_user_model()._default_manager
    account = make_account("ann")
    assert account_of(account.user) == account
    assert account_of(AnonymousUser()) is None
    assert account_of(None) is None
    customer = users.create_user("customer")
    assert account_of(customer) is None
    root = users.create_superuser("root")
    created = account_of(root)
    assert created is not None
    assert created.is_admin
    assert account_of(root) == created
    account.user.is_active = False
    assert account_of(account.user) is None


def test_the_last_administrator_stays_one() -> None:
    boss = make_account("boss", role=Role.ADMIN)
    with pytest.raises(LastAdmin):
        delete_account(boss)
    with pytest.raises(LastAdmin):
        change_account(boss, role=Role.USER)
    make_admin("second")
    change_account(boss, role=Role.USER)
    assert not Account.objects.get(pk=boss.pk).is_admin
