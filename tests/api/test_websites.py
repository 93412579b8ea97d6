"""Websites by API (v1 reference 2.4, with the better things of 7.1), shares, and the server's own routes."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.conftest import Api
from tests.factories import make_account, make_website
from tests.traffic import Traffic
from umami_django.domain.roles import Role
from umami_django.models import Account, Website

RANGE = {"start_at": 0, "end_at": 4_102_444_800_000}


def test_create_as_documented(owner_api: Api, owner: Account) -> None:
    body = {"domain": "umami.is", "name": "Umami", "enable_share_url": True, "public": False}
    answer = owner_api.post("/api/website", body)
    assert answer.status_code == 200
    row = answer.json()
    assert list(row) == ["website_id", "website_uuid", "user_id", "name", "domain", "share_id", "created_at"]
    assert (row["name"], row["domain"], row["user_id"]) == ("Umami", "umami.is", owner.pk)
    assert UUID(row["website_uuid"]).version == 4
    assert re.fullmatch("[A-Za-z0-9]{8}", row["share_id"])


def test_create_without_domain_and_share(owner_api: Api) -> None:
    row = owner_api.post("/api/website", {"name": "Bare"}).json()
    assert (row["domain"], row["share_id"]) == (None, None)


def test_administrators_create_for_others_by_number_or_text(admin_api: Api, owner: Account) -> None:
    for key in (owner.pk, str(owner.pk)):
        assert admin_api.post("/api/website", {"name": "x", "owner": key}).json()["user_id"] == owner.pk


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "name: is required"),
        ({"name": ""}, "name: is required"),
        ({"name": "n" * 101}, "name: must not be longer than 100 characters"),
        ({"name": "x", "domain": "d" * 501}, "domain: must not be longer than 500 characters"),
        ({"name": 7}, "name: must be a text"),
        ({"name": "x", "owner": 99_999}, "owner: there is no such account"),
    ],
)
def test_create_names_what_is_wrong(admin_api: Api, body: dict[str, object], text: str) -> None:
    answer = admin_api.post("/api/website", body)
    assert (answer.status_code, answer.content.decode()) == (400, text)


def test_others_do_not_create_for_somebody_else(owner_api: Api, admin_account: Account) -> None:
    assert owner_api.post("/api/website", {"name": "x", "owner": admin_account.pk}).status_code == 401


def test_view_only_accounts_do_not_create(api: Api, db: None) -> None:
    viewer = api.login(make_account("vera", role=Role.VIEW_ONLY))
    assert viewer.post("/api/website", {"name": "x"}).status_code == 401


def test_update_keeps_what_is_absent(owner_api: Api, website: Website) -> None:
    body = {"website_id": website.pk, "name": "New", "enable_share_url": True}
    assert owner_api.post("/api/website", body).json() == {}
    share_id = owner_api.get(f"/api/website/{website.pk}").json()["share_id"]
    assert share_id
    assert owner_api.post("/api/website", {"website_id": str(website.pk), "domain": "new.org"}).json() == {}
    row = owner_api.get(f"/api/website/{website.pk}").json()
    assert (row["name"], row["domain"], row["share_id"]) == ("New", "new.org", share_id)
    owner_api.post("/api/website", {"website_id": website.pk, "enable_share_url": False})
    assert owner_api.get(f"/api/website/{website.pk}").json()["share_id"] is None


def test_update_of_a_foreign_or_unknown_website_is_401(api: Api, website: Website) -> None:
    stranger = api.login(make_account("stranger"))
    for key in (website.pk, 99_999):
        assert stranger.post("/api/website", {"website_id": key, "name": "x"}).status_code == 401


def test_administrators_hand_a_website_over(admin_api: Api, website: Website) -> None:
    bob = make_account("bob")
    assert admin_api.post("/api/website", {"website_id": website.pk, "owner": bob.pk}).status_code == 200
    website.refresh_from_db()
    assert website.owner == bob


@pytest.mark.parametrize(
    "key", ["x", "1.5", "99999999999", "-1", "0", "154facc9-5ca2-4d13-ace5-4794cd576d8d"]
)
def test_an_id_that_cannot_be_one_is_an_unknown_website(owner_api: Api, website: Website, key: str) -> None:
    for path in (f"/api/website/{key}", f"/api/website/{key}/stats"):
        answer = owner_api.get(path, RANGE)
        assert (answer.status_code, answer.content) == (401, b"401 Unauthorized")


def test_list_is_ordered_by_name(owner_api: Api, owner: Account) -> None:
    for name in ("b", "a", "c"):
        make_website(owner, name=name)
    make_website(name="foreign")
    assert [row["name"] for row in owner_api.get("/api/websites").json()] == ["a", "b", "c"]


def test_list_of_another_user_is_for_administrators(owner_api: Api, admin_api: Api, owner: Account) -> None:
    make_website(owner, name="mine")
    query = {"user_id": owner.pk}
    assert [row["name"] for row in admin_api.get("/api/websites", query).json()] == ["mine"]
    bob = make_account("bob")
    assert owner_api.get("/api/websites", {"user_id": bob.pk}).status_code == 401
    assert admin_api.get("/api/websites", {"user_id": 99_999}).json() == []
    assert owner_api.get("/api/websites", {"user_id": "junk"}).json()[0]["name"] == "mine"


def test_list_of_all_has_the_owners_name(admin_api: Api, owner_api: Api, website: Website) -> None:
    rows = admin_api.get("/api/websites", {"include_all": "true"}).json()
    assert [(row["name"], row["account"]) for row in rows] == [("Example", "olga")]
    assert "account" not in owner_api.get("/api/websites", {"include_all": "true"}).json()[0]


@pytest.mark.parametrize("query", [{}, {"include_all": "1"}])
def test_list_takes_the_same_queries_for_many(
    admin_api: Api, admin_account: Account, django_assert_num_queries: object, query: dict[str, str]
) -> None:
    for number in range(5):
        make_website(admin_account, name=f"w{number}", shared=True)
    with django_assert_num_queries(4):  # type: ignore[operator]  # two for the token, websites, shares
        assert len(admin_api.get("/api/websites", query).json()) == 5


def test_delete_is_immediate_for_readers(owner_api: Api, traffic: Traffic, website: Website) -> None:
    traffic.visitor("ana").sees("/")
    assert owner_api.delete(f"/api/website/{website.pk}").json() == {}
    assert owner_api.get(f"/api/website/{website.pk}").status_code == 401
    assert owner_api.get("/api/websites").json() == []


def test_reset_is_immediate_and_keeps_the_website(owner_api: Api, traffic: Traffic, website: Website) -> None:
    traffic.visitor("ana").sees("/")
    path = f"/api/website/{website.pk}/stats"
    assert owner_api.get(path, RANGE).json()["pageviews"]["value"] == 1
    assert owner_api.post(f"/api/website/{website.pk}/reset").json() == {}
    assert owner_api.get(path, RANGE).json()["pageviews"]["value"] == 0
    traffic.visitor("ana").at(timezone.now() + timedelta(seconds=1)).sees("/")
    assert owner_api.get(path, RANGE).json()["pageviews"]["value"] == 1


def test_methods_are_checked_before_access(api: Api, website: Website) -> None:
    for method, path in (
        ("POST", f"/api/website/{website.pk}/stats"),
        ("GET", f"/api/website/{website.pk}/reset"),
        ("PUT", f"/api/website/{website.pk}"),
        ("GET", "/api/website"),
    ):
        answer = api.send(method, path)
        assert (answer.status_code, answer.content) == (405, b"405 Method Not Allowed"), path
        assert answer["Allow"]


def test_any_origin_may_read_one_website(owner_api: Api, website: Website) -> None:
    for path in ("", "/stats", "/pageviews", "/events", "/metrics", "/active"):
        answer = owner_api.get(f"/api/website/{website.pk}{path}")
        assert answer["Access-Control-Allow-Origin"] == "*", path
        preflight = owner_api.client.options(
            f"/api/website/{website.pk}{path}", headers={"access-control-request-headers": "authorization"}
        )
        assert preflight.status_code == 204
        assert preflight["Access-Control-Allow-Headers"] == "authorization"


def test_lists_are_closed_to_other_origins(owner_api: Api) -> None:
    assert "Access-Control-Allow-Origin" not in owner_api.get("/api/websites")


def shared(owner_api: Api, website: Website) -> str:
    """Switch sharing on; the token of the share."""
    owner_api.post("/api/website", {"website_id": website.pk, "enable_share_url": True})
    share_id = owner_api.get(f"/api/website/{website.pk}").json()["share_id"]
    answer = owner_api.get(f"/api/share/{share_id}").json()
    assert answer["websiteId"] == website.pk
    token: str = answer["token"]
    return token


@pytest.mark.parametrize("header", ["x-umami-share-token", "x-umami-token"])
def test_a_share_token_reads_its_website_and_nothing_else(
    api: Api, owner_api: Api, website: Website, owner: Account, header: str
) -> None:
    visitor = api.with_headers(**{header: shared(owner_api, website)})
    other = make_website(owner)
    assert visitor.get(f"/api/website/{website.pk}").status_code == 200
    assert visitor.get(f"/api/website/{website.pk}/stats", RANGE).status_code == 200
    assert visitor.get(f"/api/website/{other.pk}").status_code == 401
    assert visitor.get("/api/websites").status_code == 401
    assert visitor.post(f"/api/website/{website.pk}/reset").status_code == 401
    assert visitor.delete(f"/api/website/{website.pk}").status_code == 401


def test_a_share_token_dies_when_sharing_is_switched_off(api: Api, owner_api: Api, website: Website) -> None:
    visitor = api.with_headers(**{"x-umami-share-token": shared(owner_api, website)})
    owner_api.post("/api/website", {"website_id": website.pk, "enable_share_url": False})
    assert visitor.get(f"/api/website/{website.pk}").status_code == 401
    shared(owner_api, website)
    assert visitor.get(f"/api/website/{website.pk}").status_code == 401


def test_a_bad_share_token_does_not_spoil_a_good_login(owner_api: Api, website: Website) -> None:
    for token in ("garbage", "undefined"):
        answer = owner_api.get(f"/api/website/{website.pk}", **{"x-umami-share-token": token})
        assert answer.status_code == 200


@pytest.mark.parametrize("slug", ["nothing1", "a%00b", "é", "x" * 5000])
def test_unknown_share_is_404(api: Api, db: None, slug: str) -> None:
    answer = api.get(f"/api/share/{slug}")
    assert (answer.status_code, answer.content) == (404, b"404 Not Found")


def test_a_share_id_is_compared_with_its_letter_case(api: Api, website: Website) -> None:
    website.shares.create(slug="AbCdEfGh")
    assert api.get("/api/share/AbCdEfGh").status_code == 200
    assert api.get("/api/share/abcdefgh").status_code == 404


def test_heartbeat_answers_every_method(api: Api, db: None) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert api.send(method, "/api/heartbeat").json() == {}


def test_config(api: Api, db: None) -> None:
    assert api.get("/api/config").json() == {
        "basePath": "",
        "updatesDisabled": True,
        "telemetryDisabled": True,
    }
    with override_settings(UMAMI={"TRACKER_SCRIPT_NAME": ("x", "y")}):
        assert api.get("/api/config").json()["trackerScriptName"] == "x,y"
    assert api.post("/api/config").status_code == 405


def test_telemetry_reports_nothing(api: Api) -> None:
    for path in ("/telemetry.js", "/api/scripts/telemetry"):
        answer = api.get(path)
        assert answer.content == b"/* telemetry disabled */"
        assert answer["Content-Type"] == "text/javascript; charset=utf-8"


def test_a_slash_at_the_end_changes_nothing(owner_api: Api, website: Website) -> None:
    assert owner_api.get("/api/websites/").json() == owner_api.get("/api/websites").json()
    assert owner_api.get(f"/api/website/{website.pk}/active/").json() == [{"x": 0}]
