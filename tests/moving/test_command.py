"""What the command says, and what it refuses."""

from collections.abc import Callable
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError
from django.test import override_settings
from django.utils import timezone

from tests.factories import make_account
from umami_django.domain.periods import HOUR_US, from_micros, to_micros
from umami_django.domain.roles import Role
from umami_django.models import Account, EventDocument, Move, Session, StoredHit, Term, Website
from umami_django.moving.sources.connection import reading
from umami_django.services.pruning import prune_website
from umami_django.writers import sessions

from . import schemas
from .conftest import SourceDatabase, moved
from .stories import LARGE, SMALL, make_v1
from .test_v1 import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def database(new_database: Callable[[str], SourceDatabase]) -> SourceDatabase:
    made = new_database("sqlite")
    made.create(schemas.V1_LATE)
    make_v1(made, told(made, rows=40))
    return made


def test_a_dry_run_counts_and_writes_nothing(database: SourceDatabase) -> None:
    report = moved(database, "--dry-run")
    assert "account bob: would be made" in report
    views = sum(row.event is None for row in told(database, rows=40).rows)
    assert f"Large ({LARGE}): 12 sessions, {views} pageviews, {40 - views} events" in report
    for model in (Website, Account, Session, StoredHit, Term, Move, get_user_model()):
        assert not model._default_manager.exists()


def test_the_report_counts_both_sides_by_website_and_table(database: SourceDatabase) -> None:
    lines = [line.split() for line in moved(database).splitlines()]
    assert ["Large", "sessions", "12", "12"] in lines
    assert ["Small", "sessions", "1", "1"] in lines


def test_one_website_comes_with_its_owner_only_and_the_other_may_follow(database: SourceDatabase) -> None:
    moved(database, "--website", str(SMALL))
    assert [str(account) for account in Account.objects.all()] == ["admin"]
    assert [website.uuid for website in Website.objects.all()] == [SMALL]
    assert set(StoredHit.objects.values_list("website_id", flat=True)) == {9}
    assert "All counts agree." in moved(database)
    assert StoredHit.objects.filter(website_id=7).count() == 40
    assert str(Website.objects.get(uuid=LARGE).owner) == "bob"


REFUSED: list[tuple[list[str], str]] = [
    (["--website", "x"], "--website: 'x' is not a uuid."),
    (["--website", str(LARGE)[:-1] + "0"], "--website: the source has no website"),
    (["--since", "yesterday"], "--since: 'yesterday' is neither a date nor a moment"),
    (["--since", "2026-02-31"], "--since: '2026-02-31' is neither a date nor a moment"),
    (["--map-user", "bob"], "--map-user: 'bob' is not OLD=NEW."),
    (["--map-user", "eve=bob"], "--map-user: the source has no account eve."),
]


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_options_that_make_no_sense_are_named(
    database: SourceDatabase, options: list[str], message: str
) -> None:
    with pytest.raises(CommandError) as refused:
        moved(database, *options)
    assert message in str(refused.value)
    assert not Website.objects.exists()


def test_a_user_who_has_access_already_is_taken_for_the_same_person(database: SourceDatabase) -> None:
    here = make_account("bob", role=Role.VIEW_ONLY)
    report = moved(database)
    assert "account bob: is here already and keeps its password" in report
    here.refresh_from_db()
    assert here.role == "view-only"
    assert here.user.password.startswith("md5$")
    assert Website.objects.get(uuid=LARGE).owner == here


def test_a_customer_of_the_same_name_gets_no_access(database: SourceDatabase) -> None:
    customer = get_user_model().objects.create_user("bob", password="x")
    with pytest.raises(CommandError, match="There is a user bob here who has no access to the statistics"):
        moved(database)
    assert not Website.objects.exists()
    assert not Account.objects.exists()
    moved(database, "--map-user", "bob=bobby")
    assert not Account.objects.filter(user=customer).exists()
    assert str(Website.objects.get(uuid=LARGE).owner) == "bobby"


def test_a_mapped_user_gets_the_websites_and_keeps_the_password(database: SourceDatabase) -> None:
    olga = get_user_model().objects.create_user("olga", password="x")
    moved(database, "--map-user", "bob=olga")
    account = Account.objects.get(user=olga)
    assert (account.role, account.created_by_api) == ("user", False)
    assert Website.objects.get(uuid=LARGE).owner == account
    assert not get_user_model().objects.filter(username="bob").exists()


def test_the_days_limit_of_new_texts_is_not_for_what_is_brought(database: SourceDatabase) -> None:
    with override_settings(UMAMI={"RECORD": True, "NEW_TERMS_PER_DAY": 1}):
        moved(database)
    assert not Term.objects.filter(text="(other)").exists()


def test_two_accounts_may_become_one_person(database: SourceDatabase) -> None:
    moved(database, "--map-user", "bob=olga", "--map-user", "admin=olga")
    assert {str(website.owner) for website in Website.objects.all()} == {"olga"}
    assert Account.objects.count() == 1


def test_a_database_that_fails_on_the_way_is_told(database: SourceDatabase) -> None:
    failing = patch("umami_django.moving.importing.insert", side_effect=OperationalError("gone"))
    with failing, pytest.raises(CommandError, match="A database failed: gone Run the same command again"):
        moved(database)


def test_a_name_that_is_none_here_is_refused_with_the_way_out(database: SourceDatabase) -> None:
    database.execute("update account set username = 'a b' where user_id = 5")
    with pytest.raises(CommandError, match=r"a b cannot be a user here: .* --map-user 'a b'=NAME"):
        moved(database)


def test_a_database_that_is_none_of_umamis_is_refused_with_what_was_found(
    new_database: Callable[[str], SourceDatabase],
) -> None:
    other = new_database("sqlite")
    other.execute("create table customer(id int)")
    with pytest.raises(CommandError) as refused:
        moved(other)
    assert str(refused.value) == (
        "This is no Umami database of a version that is known (1.0 to 1.40, 2, 3). Tables found: customer."
    )


def test_columns_that_are_missing_are_named(database: SourceDatabase) -> None:
    database.execute("alter table pageview rename column url to address")
    with pytest.raises(CommandError, match=r"looks like Umami 1, but columns are missing \(pageview: url\)"):
        moved(database)


def test_an_empty_database_is_refused(new_database: Callable[[str], SourceDatabase]) -> None:
    with pytest.raises(CommandError, match="Tables found: none"):
        moved(new_database("sqlite"))


def test_the_url_may_come_from_the_environment(database: SourceDatabase, monkeypatch: Any) -> None:
    database.connection.commit()
    with pytest.raises(CommandError, match="Say which database"):
        call_command("umami_import", stdout=StringIO())
    monkeypatch.setenv("UMAMI_DATABASE_URL", database.url)
    call_command("umami_import", "--dry-run", stdout=StringIO())


def test_the_source_cannot_be_written(v1_database: SourceDatabase) -> None:
    v1_database.create(schemas.V1_LATE)
    v1_database.connection.commit()
    with reading(v1_database.url) as reader, pytest.raises(DatabaseError):
        reader.select("insert into account(username, password) values ('x', 'y') returning user_id")


def test_an_import_without_the_hasher_says_so(database: SourceDatabase) -> None:
    assert "BCryptPasswordHasher" in moved(database)
    bcrypt = "django.contrib.auth.hashers.BCryptPasswordHasher"
    with override_settings(PASSWORD_HASHERS=[bcrypt]):
        assert "BCryptPasswordHasher" not in moved(database)


def test_what_is_of_pruned_time_is_left_out_and_told(database: SourceDatabase) -> None:
    assert "left out" not in moved(database)
    hits = StoredHit.objects.filter(website_id=7)
    times = sorted(hits.values_list("created_at", flat=True))
    hour = to_micros(times[len(times) // 2]) // HOUR_US // 24 * 24
    at = from_micros(hour * HOUR_US)
    older = hits.filter(created_at__lt=at).count()
    assert older
    assert prune_website(7, at, timezone.now()).hits == older
    report = moved(database)
    assert f"rows of before {at:%Y-%m-%d} are left out, since hits of that time are pruned here." in report
    assert "All counts agree." in report
    assert not hits.filter(created_at__lt=at).exists()
    for model in (Move, StoredHit, Session, EventDocument):  # from the beginning
        model.objects.filter(website_id=7).delete()  # type: ignore[attr-defined]
    sessions.forget()
    assert "are left out" in moved(database)
    assert not hits.filter(created_at__lt=at).exists()
