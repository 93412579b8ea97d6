"""Login, verify, and what ends a token's life (v1 reference 1.3, 2.2; 7.1, 9)."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from django.utils import timezone

from tests.conftest import Api
from tests.factories import PASSWORD, make_account, make_admin
from umami_django.api.authentication import login_token
from umami_django.api.tokens import Purpose, issued
from umami_django.models import Account

LOGIN = "/api/auth/login"
VERIFY = "/api/auth/verify"


def test_login_answers_a_token_and_the_user(api: Api, owner: Account) -> None:
    answer = api.post(LOGIN, {"username": "olga", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert body["user"] == {"user_id": owner.pk, "username": "olga", "is_admin": False}
    assert isinstance(body["token"], str)


def test_login_takes_form_fields(api: Api, owner: Account) -> None:
    answer = api.client.post(LOGIN, {"username": "olga", "password": PASSWORD})
    assert answer.status_code == 200 or answer.status_code == 400  # multipart is not read
    answer = api.client.post(
        LOGIN,
        f"username=olga&password={PASSWORD.replace(' ', '+')}",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"username": "olga", "password": "wrong"}, 401, "401 Unauthorized"),
        ({"username": "nobody", "password": PASSWORD}, 401, "401 Unauthorized"),
        ({"username": "olga"}, 400, "400 Bad Request"),
        ({"password": PASSWORD}, 400, "400 Bad Request"),
        ({}, 400, "400 Bad Request"),
        ([], 400, "400 Bad Request"),
        ({"username": {"a": 1}, "password": "x"}, 400, "username: must be a text"),
        ({"username": "olga", "password": 5}, 400, "password: must be a text"),
        ({"username": "o\x00lga", "password": "\x00"}, 401, "401 Unauthorized"),
        ({"username": "olga\ud800", "password": "\ud800"}, 400, "password: must be a text"),
    ],
)
def test_login_refuses(api: Api, owner: Account, body: object, status: int, text: str) -> None:
    answer = api.post(LOGIN, body)
    assert (answer.status_code, answer.content.decode()) == (status, text)


def test_broken_json_is_named_before_anything_else(api: Api, db: None) -> None:
    for path in (LOGIN, "/api/website", "/api/account"):
        answer = api.client.generic("POST", path, '{"username": "a",', content_type="application/json")
        assert (answer.status_code, answer.content) == (400, b"Invalid JSON")


def test_a_user_without_account_may_not_enter(api: Api, db: None) -> None:
    get_user_model().objects.create_user("customer", password=PASSWORD)
    assert api.post(LOGIN, {"username": "customer", "password": PASSWORD}).status_code == 401


def test_a_superuser_gets_an_account_on_first_login(api: Api, db: None) -> None:
    get_user_model().objects.create_superuser("root", password=PASSWORD)
    answer = api.post(LOGIN, {"username": "root", "password": PASSWORD})
    assert answer.json()["user"]["is_admin"] is True
    assert Account.objects.count() == 1


def test_login_can_be_switched_off(api: Api, owner: Account) -> None:
    with override_settings(UMAMI={"API_LOGIN": False}):
        assert api.post(LOGIN, {"username": "olga", "password": PASSWORD}).status_code == 401


def test_login_is_throttled_by_address_and_by_name(api: Api, owner: Account) -> None:
    with override_settings(UMAMI={"LOGIN_RATE": "2/min"}):
        for _ in range(2):
            assert api.post(LOGIN, {"username": "olga", "password": "wrong"}).status_code == 401
        answer = api.post(LOGIN, {"username": "olga", "password": PASSWORD})
        assert (answer.status_code, answer.content) == (429, b"429 Too Many Requests")
        assert int(answer["Retry-After"]) > 0
        elsewhere = api.client.post(
            LOGIN,
            {"username": "olga", "password": PASSWORD},
            content_type="application/json",
            REMOTE_ADDR="192.0.2.7",
        )
        assert elsewhere.status_code == 429


def test_verify_tells_who_the_token_belongs_to(owner_api: Api, owner: Account) -> None:
    for method in ("GET", "POST", "PUT"):
        answer = owner_api.send(method, VERIFY)
        assert answer.status_code == 200
        body = answer.json()
        assert body.pop("iat") > 1_700_000_000
        assert body == {"user_id": owner.pk, "username": "olga", "is_admin": False}


def test_the_scheme_word_of_the_header_does_not_matter(api: Api, owner: Account) -> None:
    token = login_token(owner, timezone.now())
    assert api.get(VERIFY, authorization=f"Token {token}").status_code == 200
    assert api.get(VERIFY, authorization=token).status_code == 401


def test_the_older_cookie_reads_but_does_not_write(api: Api, owner: Account) -> None:
    api.client.cookies["umami.auth"] = login_token(owner, timezone.now())
    assert api.get(VERIFY).status_code == 200
    assert api.get("/api/websites").json() == []
    assert api.post("/api/website", {"name": "x"}).status_code == 401


def test_a_token_dies_with_a_password_change(owner_api: Api, owner: Account) -> None:
    owner.user.set_password("another one 8")
    owner.user.save()
    assert owner_api.get(VERIFY).status_code == 401


def test_a_token_dies_with_deactivation(owner_api: Api, owner: Account) -> None:
    owner.user.is_active = False
    owner.user.save()
    assert owner_api.get(VERIFY).status_code == 401


def test_a_token_dies_with_the_user(owner_api: Api, owner: Account) -> None:
    owner.user.delete()
    assert owner_api.get(VERIFY).status_code == 401


def test_a_token_dies_with_the_account(owner_api: Api, owner: Account) -> None:
    owner.delete()
    assert owner_api.get(VERIFY).status_code == 401


def test_a_demoted_administrator_is_one_no_more(api: Api, db: None) -> None:
    boss = make_admin("boss")
    logged_in = api.login(boss)
    assert logged_in.get("/api/accounts").status_code == 200
    boss.user.is_superuser = False
    boss.user.save()
    boss.role = "user"
    boss.save()
    assert logged_in.get("/api/accounts").status_code == 401


def test_a_token_expires(api: Api, owner: Account) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    assert api.get(VERIFY, authorization=f"Bearer {login_token(owner, long_ago)}").status_code == 401
    recent = timezone.now() - timedelta(days=29)
    assert api.get(VERIFY, authorization=f"Bearer {login_token(owner, recent)}").status_code == 200


@pytest.mark.parametrize("purpose", [Purpose.SHARE, Purpose.REALTIME, Purpose.COLLECT])
def test_a_token_of_another_purpose_does_not_log_in(api: Api, owner: Account, purpose: Purpose) -> None:
    token = issued(purpose, {"account": owner.pk}, timezone.now(), timedelta(days=1))
    assert api.get(VERIFY, authorization=f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("token", ["abc", "a.b.c", "", "eyJhbGciOiJub25lIn0.eyJhY2NvdW50IjoxfQ."])
def test_garbage_is_no_token(api: Api, db: None, token: str) -> None:
    assert api.get(VERIFY, authorization=f"Bearer {token}").status_code == 401


def test_logging_in_never_answers_a_password_hash(api: Api, admin_account: Account) -> None:
    make_account("bob")
    logged_in = api.login(admin_account)
    for answer in (logged_in.get("/api/accounts"), logged_in.get(f"/api/account/{admin_account.pk}")):
        assert b"password" not in answer.content
        assert admin_account.user.password.encode() not in answer.content
