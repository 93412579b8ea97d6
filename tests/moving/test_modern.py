"""Umami 2 and 3 move in."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError

from umami_django.domain.scope import Scope
from umami_django.domain.vocabulary import Metric, VisitKey
from umami_django.models import Account, EventData, Move, Session, SessionData, Share, StoredHit, Website
from umami_django.stats.overview import summary
from umami_django.stats.rankings import ranking

from . import schemas
from .asking import assert_answers_like_its_rows
from .conftest import SourceDatabase, moved
from .modern_story import EVER, NOON, SEEN, SHOP, event, leaf, make, story_seen, uuid
from .stories import MADE
from .test_v1 import logged_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("schema", "is_old", "is_3", "version"),
    [
        (schemas.V3, False, True, "3"),
        (schemas.V2_LATE, False, False, "2"),
        (schemas.V2_EARLY, True, False, "2"),
    ],
    ids=["3.1", "2.19", "2.0"],
)
def test_every_statistic_answers_as_the_rows_of_the_source_say(
    modern_database: SourceDatabase, schema: str, is_old: bool, is_3: bool, version: str
) -> None:
    modern_database.create(schema)
    make(modern_database, is_old=is_old, is_3=is_3)
    report = moved(modern_database)
    assert f"Umami {version} on {modern_database.vendor}: 3 accounts, 1 websites." in report
    assert "All counts agree." in report
    website = Website.objects.get(uuid=SHOP)
    assert_answers_like_its_rows(logged_in("olga"), website.pk, story_seen(), "shop.example")
    assert {row.name: row.count for row in ranking(Scope(website.pk, EVER), Metric.REGION)} == {
        "DE-BE": 1,
        "US-BE": 1,
    }
    assert {row.name: row.count for row in ranking(Scope(website.pk, EVER), Metric.PATH)} == {
        "/": 2,
        "/café#top": 1,
        "/price": 1,
        "/100%": 1,
    }


def test_visits_are_those_of_umami(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    moved(modern_database)
    numbers = summary(Scope(Website.objects.get().pk, EVER), VisitKey.VISIT)
    # ana: 15 minutes; bob: 5 minutes, and a bounce
    assert (numbers.pageviews, numbers.visitors, numbers.visits, numbers.bounces) == (5, 2, 3, 1)
    assert numbers.total_seconds == 20 * 60


def test_parts_of_addresses_are_those_that_umami_stored(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    moved(modern_database)
    first = StoredHit.objects.get(url__text="/?utm_source=News+letter&gclid=x")
    assert (first.utm_source.text, first.click_id.text, first.title.text) == ("News letter", "gclid", "Home")
    assert (first.query.text, first.referrer_domain.text) == ("utm_source=News+letter&gclid=x", "google.com")
    assert first.referrer.text == "https://google.com/search?q=x"
    assert (first.hostname.text, first.created_at) == ("shop.example", NOON)
    second = StoredHit.objects.get(path__text="/café#top")
    assert (second.url.text, second.query.text, second.tag.text) == ("/café?a=1#top", "a=1", "b")
    assert (second.referrer, second.referrer_domain) == (None, None)
    last = StoredHit.objects.get(path__text="/100%")
    assert (last.url.text, last.query) == ("/100%", None)


def test_sessions_keep_uuid_place_and_distinct_id(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    moved(modern_database)
    ana = Session.objects.get(uuid=uuid("ana"))
    assert (ana.browser.text, ana.region.text, ana.city.text, ana.distinct_id) == (
        "chrome",
        "DE-BE",
        "Berlin",
        "7",
    )
    assert ana.created_at == NOON


def test_values_of_events_and_sessions_keep_their_types(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    modern_database.insert(
        "event_data",
        leaf(5, "price", 2, "3.5000", number_value="3.5000"),
        leaf(5, "in.stock", 3, "true"),
        leaf(5, "sizes", 5, '["s",1]'),
        leaf(5, "when", 4, "2026-03-10T12:00:00.000Z", date_value=NOON),
        leaf(0, "note", 1, "on a page"),
        leaf(99, "lost", 1, "of no event"),
    )
    told = {"session_id": uuid("bob"), "website_id": SHOP, "data_type": 1}
    modern_database.insert(
        "session_data",
        {"session_data_id": uuid("1"), "data_key": "plan", "string_value": "free", "created_at": NOON} | told,
        {"session_data_id": uuid("2"), "data_key": "plan", "string_value": "pro"}
        | {"created_at": NOON + timedelta(days=1)}
        | told,
    )
    report = moved(modern_database)
    bought = StoredHit.objects.get(kind=2)
    values = EventData.objects.filter(hit_id=bought.pk).order_by("key")
    assert [
        (row.key, row.data_type, row.string_value, row.number_value, row.date_value) for row in values
    ] == [
        ("in.stock", 3, "true", None, None),
        ("price", 2, "3.5000", Decimal("3.5000"), None),
        ("sizes", 5, '["s",1]', None, None),
        ("when", 4, "2026-03-10T12:00:00.000Z", None, NOON),
    ]
    assert EventData.objects.count() == 5
    assert [(row.key, row.string_value) for row in SessionData.objects.all()] == [("plan", "pro")]
    assert "not brought: event_data: values of no event that is brought: 1" in report
    assert "All counts agree." in report


def test_values_of_two_dot_zero_get_their_texts(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V2_EARLY)
    make(modern_database, is_old=True, is_3=False)
    of_event = {"website_id": SHOP, "website_event_id": uuid("event 5"), "created_at": NOON}
    modern_database.insert(
        "event_data",
        {"event_id": uuid("1"), "event_key": "n", "event_numeric_value": 3, "event_data_type": 2} | of_event,
        {"event_id": uuid("2"), "event_key": "d", "event_date_value": NOON, "event_data_type": 4} | of_event,
        {"event_id": uuid("3"), "event_key": "s", "event_string_value": "x", "event_data_type": 1} | of_event,
    )
    assert "All counts agree." in moved(modern_database)
    assert [(row.key, row.string_value) for row in EventData.objects.order_by("key")] == [
        ("d", "2026-03-10T12:50:00.000Z"),
        ("n", "3.0000"),
        ("s", "x"),
    ]


def test_people_keep_uuid_and_role_and_the_deleted_stay_away(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    report = moved(modern_database)
    assert {str(row): (row.role, row.uuid) for row in Account.objects.all()} == {
        "admin": ("admin", uuid("admin")),
        "olga": ("user", uuid("olga")),
        "vera": ("view-only", uuid("vera")),
    }
    assert [website.name for website in Website.objects.all()] == ["Shop"]
    assert "not brought: deleted: user: 1" in report
    assert "not brought: deleted: website: 1" in report


def test_share_ids_come_from_the_website_or_from_the_table_of_shares(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    share = {"parameters": "{}", "name": "x", "created_at": MADE}
    modern_database.insert(
        "share",
        {"share_id": uuid("s1"), "entity_id": SHOP, "share_type": 1, "slug": "first"} | share,
        {"share_id": uuid("s2"), "entity_id": SHOP, "share_type": 1, "slug": "second"} | share,
        {"share_id": uuid("s3"), "entity_id": SHOP, "share_type": 1, "slug": "x" * 80} | share,
        {"share_id": uuid("s4"), "entity_id": uuid("link"), "share_type": 2, "slug": "of-a-link"} | share,
    )
    report = moved(modern_database)
    assert sorted(Share.objects.values_list("slug", flat=True)) == ["first", "second"]
    assert f"Shop: its share id {'x' * 80} cannot be used here." in report
    assert "not brought: shares of links, pixels and boards: 1" in report


def test_share_ids_of_umami_2_are_at_the_website(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V2_LATE)
    make(modern_database, is_3=False)
    moved(modern_database)
    assert Share.objects.get().slug == "shop1234"


def test_what_cannot_be_brought_is_named_and_counted(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    link = {"who": "ana", "visit": "ana 9", "at": 1, "url_path": "/"}
    for number, event_type in ((51, 3), (52, 4), (53, 5), (54, 5)):
        row = event(number, link | {"event_type": event_type})
        modern_database.insert(
            "website_event", row | {"website_id": SHOP if event_type == 5 else uuid("link")}
        )
    modern_database.insert("website_event", event(55, link) | {"website_id": uuid("old")})
    modern_database.insert(
        "session", {"session_id": uuid("clicker"), "website_id": uuid("link"), "created_at": NOON}
    )
    modern_database.insert("board", {"board_id": uuid("board"), "type": "x", "name": "b", "parameters": "{}"})
    modern_database.insert("session_replay", {"replay_id": uuid("r1")}, {"replay_id": uuid("r2")})
    modern_database.insert("team", {"team_id": uuid("team"), "name": "Team", "created_at": MADE})
    modern_database.execute("create table plugin_table(x int)")
    modern_database.execute("insert into plugin_table values (1)")
    report = moved(modern_database)
    for line in (
        "board: 1",
        "session_replay: 2",
        "team: 1",
        "revenue: 0",
        "plugin_table: 1",
        "clicks on links: 1",
        "loads of pixels: 1",
        "performance samples: 2",
        "website_event: rows of no website (deleted ones, links, pixels): 1",
        "session: rows of no website (deleted ones, links, pixels): 1",
    ):
        assert (f"not brought: {line}\n" in report) is not line.endswith(": 0"), line
    assert StoredHit.objects.count() == len(SEEN)
    assert "All counts agree." in report


def test_websites_of_a_team_are_given_to_its_owner(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    modern_database.execute("update website set user_id = null, team_id = %s", [str(uuid("team"))])
    for name, role in (("vera", "team-owner"), ("olga", "team-member")):
        member = {"team_user_id": uuid(f"member {name}"), "team_id": uuid("team"), "user_id": uuid(name)}
        modern_database.insert("team_user", member | {"role": role, "created_at": MADE})
    report = moved(modern_database)
    assert str(Website.objects.get().owner) == "vera"
    assert "websites of a team, given to its owner: 1" in report
    assert "team_user: 2" in report


def test_what_was_before_a_reset_stays_behind(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    reset_at = NOON + timedelta(minutes=5)
    modern_database.execute(
        "update website set reset_at = %s where website_id = %s",
        [modern_database.connection.ops.adapt_datetimefield_value(reset_at), str(SHOP)],
    )
    report = moved(modern_database)
    assert sorted(StoredHit.objects.values_list("created_at", flat=True)) == sorted(
        row.at for row in SEEN if row.at >= reset_at
    )
    # their sessions are older, and came with them
    assert {row.uuid for row in Session.objects.all()} == {uuid("ana"), uuid("bob")}
    assert Session.objects.get(uuid=uuid("bob")).browser.text == "firefox"
    assert "All counts agree." in report


def test_hits_without_a_session_are_brought_and_told(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    modern_database.execute("delete from session where session_id = %s", [str(uuid("ana"))])
    assert "All counts agree." in moved(modern_database)
    assert Session.objects.get(uuid=uuid("ana")).browser is None


def test_a_session_without_a_time_begins_with_its_first_hit(modern_database: SourceDatabase) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    modern_database.execute("update session set created_at = null where session_id = %s", [str(uuid("ana"))])
    assert "All counts agree." in moved(modern_database)
    ana = Session.objects.get(uuid=uuid("ana"))
    assert (ana.browser.text, ana.created_at) == ("chrome", NOON)


def test_one_that_was_moved_from_umami_1_is_not_moved_again_from_umami_2(
    modern_database: SourceDatabase,
) -> None:
    modern_database.create(schemas.V3)
    make(modern_database)
    website = Website.objects.create(uuid=SHOP, name="Shop")
    Move.objects.create(website_id=website.pk, family="1")
    with pytest.raises(CommandError, match="Shop was brought from Umami 1 before"):
        moved(modern_database)
    assert not StoredHit.objects.exists()
