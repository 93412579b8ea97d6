"""Accounts by API (v1 reference 2.3, with the better things of 7.1)."""

import pytest
from django.contrib.auth import get_user_model

from tests.conftest import Api
from tests.factories import PASSWORD, make_account, make_website
from umami_django.domain.roles import Role
from umami_django.models import Account, Website


def test_list_has_administrators_first_then_names(admin_api: Api, admin_account: Account) -> None:
    make_account("zoe")
    make_account("bob")
    rows = admin_api.get("/api/accounts").json()
    assert [row["username"] for row in rows] == ["ada", "bob", "zoe"]
    assert sorted(rows[0]) == ["created_at", "is_admin", "updated_at", "user_id", "username"]
    assert rows[0]["created_at"].endswith("Z")
    assert len(rows[0]["created_at"]) == len("2022-09-14T08:30:00.123Z")


def test_list_takes_the_same_queries_for_many(
    admin_api: Api, admin_account: Account, django_assert_num_queries: object
) -> None:
    for _ in range(5):
        make_account()
    with django_assert_num_queries(3):  # type: ignore[operator]  # two for the token, one for the rows
        admin_api.get("/api/accounts")


def test_create_makes_a_user_who_can_log_in(admin_api: Api) -> None:
    answer = admin_api.post(
        "/api/account", {"username": "bob", "password": "bobs secret 1", "is_admin": True}
    )
    assert answer.status_code == 200
    assert answer.json()["username"] == "bob"
    assert answer.json()["is_admin"] is False
    login = admin_api.post("/api/auth/login", {"username": "bob", "password": "bobs secret 1"})
    assert login.status_code == 200


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"username": "carl"}, "password: is required"),
        ({"password": "long enough 1"}, "username: is required"),
        ({"username": 5, "password": "long enough 1"}, "username: must be a text"),
        ({"username": "carl", "password": ["x"]}, "password: must be a text"),
        ({"username": "ada", "password": "long enough 1"}, "Account already exists"),
        ({"username": "a/b c", "password": "long enough 1"}, "username: Enter a valid username."),
    ],
)
def test_create_names_what_is_wrong(admin_api: Api, body: dict[str, object], text: str) -> None:
    answer = admin_api.post("/api/account", body)
    assert answer.status_code == 400
    assert answer.content.decode().startswith(text)


def test_create_obeys_the_hosts_password_validators(admin_api: Api, settings: object) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [  # type: ignore[attr-defined]
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}
    ]
    answer = admin_api.post("/api/account", {"username": "carl", "password": "short"})
    assert answer.status_code == 400
    assert answer.content.startswith(b"password: This password is too short")


def test_only_administrators_create_accounts(owner_api: Api) -> None:
    answer = owner_api.post("/api/account", {"username": "dave", "password": "long enough 1"})
    assert (answer.status_code, answer.content) == (401, b"401 Unauthorized")


def test_update_changes_name_role_and_password(admin_api: Api) -> None:
    bob = make_account("bob")
    body = {"user_id": bob.pk, "username": "bobby", "is_admin": True, "password": "new secret 2"}
    answer = admin_api.post("/api/account", body)
    assert (answer.json()["username"], answer.json()["is_admin"]) == ("bobby", True)
    assert (
        admin_api.post("/api/auth/login", {"username": "bobby", "password": "new secret 2"}).status_code
        == 200
    )


def test_update_keeps_what_is_absent_and_takes_a_numeric_text(admin_api: Api) -> None:
    bob = make_account("bob", role=Role.VIEW_ONLY)
    answer = admin_api.post("/api/account", {"user_id": str(bob.pk), "password": ""})
    assert answer.status_code == 200
    bob.refresh_from_db()
    assert (str(bob), bob.role) == ("bob", "view-only")
    assert bob.user.check_password(PASSWORD)


def test_update_refuses_a_taken_name_and_an_unknown_account(admin_api: Api) -> None:
    bob = make_account("bob")
    taken = admin_api.post("/api/account", {"user_id": bob.pk, "username": "ada"})
    assert (taken.status_code, taken.content) == (400, b"Account already exists")
    assert admin_api.post("/api/account", {"user_id": 999_999, "username": "x"}).status_code == 404
    assert admin_api.post("/api/account", {"user_id": "x", "username": "x"}).status_code == 404


def test_others_change_their_own_password_only(owner_api: Api, owner: Account) -> None:
    bob = make_account("bob")
    body = {"user_id": owner.pk, "username": "queen", "is_admin": True, "password": "new secret 3"}
    answer = owner_api.post("/api/account", body)
    assert answer.status_code == 200
    owner.refresh_from_db()
    assert (str(owner), owner.is_admin) == ("olga", False)
    owner.user.refresh_from_db()
    assert owner.user.check_password("new secret 3")
    assert owner_api.post("/api/account", {"user_id": bob.pk, "password": "x y z 4"}).status_code == 401


def test_password_route_wants_the_current_one(owner_api: Api, owner: Account) -> None:
    path = "/api/account/password"
    wrong = owner_api.post(
        path, {"user_id": owner.pk, "current_password": "no", "new_password": "fine 5 fine"}
    )
    assert (wrong.status_code, wrong.content) == (400, b"Current password is incorrect")
    missing = owner_api.post(path, {"user_id": owner.pk, "new_password": "fine 5 fine"})
    assert (missing.status_code, missing.content) == (400, b"current_password: is required")
    right = owner_api.post(
        path, {"user_id": owner.pk, "current_password": PASSWORD, "new_password": "fine 5 fine"}
    )
    assert right.status_code == 200
    assert owner_api.get("/api/auth/verify").status_code == 401


def test_password_of_another_is_refused_before_the_method(owner_api: Api, admin_account: Account) -> None:
    assert owner_api.get("/api/account/password").status_code == 401


def test_get_answers_one_account_and_404_for_an_unknown_one(admin_api: Api) -> None:
    bob = make_account("bob")
    assert admin_api.get(f"/api/account/{bob.pk}").json()["username"] == "bob"
    for unknown in ("99999", "x", "1.5", "99999999999"):
        assert admin_api.get(f"/api/account/{unknown}").status_code == 404


def test_delete_ends_access_and_ownership_and_keeps_the_hosts_user(admin_api: Api) -> None:
    bob = make_account("bob")
    website = make_website(bob)
    answer = admin_api.delete(f"/api/account/{bob.pk}")
    assert (answer.status_code, answer.json()) == (200, {})
    assert get_user_model().objects.filter(username="bob").exists()
    assert Website.objects.get(pk=website.pk).owner is None
    assert admin_api.post("/api/auth/login", {"username": "bob", "password": PASSWORD}).status_code == 401


def test_delete_removes_a_user_that_the_api_made(admin_api: Api) -> None:
    key = admin_api.post("/api/account", {"username": "eve", "password": "secret 6 secret"}).json()["user_id"]
    assert admin_api.delete(f"/api/account/{key}").status_code == 200
    assert not get_user_model().objects.filter(username="eve").exists()


def test_delete_refuses_oneself_and_an_unknown_account(admin_api: Api, admin_account: Account) -> None:
    answer = admin_api.delete(f"/api/account/{admin_account.pk}")
    assert (answer.status_code, answer.content) == (400, b"id: you cannot delete your own account")
    assert admin_api.delete("/api/account/99999").status_code == 404


def test_other_methods_are_405(admin_api: Api, admin_account: Account) -> None:
    answer = admin_api.send("PUT", f"/api/account/{admin_account.pk}", {})
    assert (answer.status_code, answer.content) == (405, b"405 Method Not Allowed")
    assert "GET" in answer["Allow"]


def test_deleting_the_host_user_leaves_websites_without_owner(website: Website, owner: Account) -> None:
    owner.user.delete()
    website.refresh_from_db()
    assert website.owner is None
