"""API keys in the admin: shown once, revoked, each sees their own."""

import re

from django.test import Client
from django.utils import timezone

from tests.factories import make_account
from umami_django.models import ApiKey
from umami_django.services.api_keys import account_by_key, create_api_key

from .conftest import staff

LIST = "/admin/umami_django/apikey/"


def test_a_key_is_shown_once(client: Client, db: None) -> None:
    ana = staff("ana")
    client.force_login(ana.user)
    answer = client.post(f"{LIST}add/", {"name": "mobile app"})
    (text,) = re.findall(r"umami_[\w-]{43}", answer.content.decode())
    assert account_by_key(text, timezone.now()) == ana
    assert "no-store" in answer["Cache-Control"]
    key = ApiKey.objects.get()
    for page in (LIST, f"{LIST}{key.pk}/change/"):
        html = client.get(page).content.decode()
        assert text not in html and key.prefix in html


def test_a_revoked_key_lets_nobody_in(boss: Client) -> None:
    row, text = create_api_key(make_account("eve"), "k")
    assert boss.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert account_by_key(text, timezone.now()) is None


def test_each_sees_their_own_and_administrators_all(client: Client, boss: Client) -> None:
    create_api_key(make_account("eve"), "of eve")
    ana = staff("ana")
    create_api_key(ana, "of ana")
    assert "of eve" in boss.get(LIST).content.decode()
    client.force_login(ana.user)
    html = client.get(LIST).content.decode()
    assert "of ana" in html and "of eve" not in html
    other = ApiKey.objects.get(name="of eve")
    assert client.post(f"{LIST}{other.pk}/delete/", {"post": "yes"}).status_code in (302, 404)
    assert ApiKey.objects.filter(pk=other.pk).exists()
