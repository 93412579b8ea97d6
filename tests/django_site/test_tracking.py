"""For Django sites: `track()`, the middleware, the template tag, the signal."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as host_settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest
from django.template import Context, Template
from django.test import AsyncClient, Client, RequestFactory, override_settings

from tests.conftest import CHROME
from tests.factories import make_website
from umami_django.exceptions import InvalidInput, NotFound
from umami_django.ingest.pipeline import Reason
from umami_django.models import Event, EventDocument, Pageview, Session, StoredHit, Website
from umami_django.services.websites import delete_website
from umami_django.signals import hit_recorded
from umami_django.tracking import atrack, track

pytestmark = pytest.mark.django_db(transaction=True)
SITE: dict[str, Any] = {"RECORD": True, "WEBSITE": "example.com", "LOGIN_RATE": None}
MIDDLEWARE = [*host_settings.MIDDLEWARE, "umami_django.middleware.UmamiMiddleware"]


@pytest.fixture(autouse=True)
def _site(settings: Any, website: Website) -> None:
    settings.UMAMI = SITE
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ROOT_URLCONF = "tests.django_site.urls"


def request(path: str = "/shop?x=1", **headers: str) -> HttpRequest:
    return RequestFactory(headers={"user-agent": CHROME} | headers).get(path)


def test_an_event_is_recorded_with_its_data() -> None:
    assert track(request(), "signup", {"plan": "pro"}) is None
    event = Event.objects.select_related("event_name", "url", "hostname").get()
    assert (event.event_name.text, event.url.text, event.hostname.text) == (
        "signup",
        "/shop?x=1",
        "testserver",
    )
    assert EventDocument.objects.get().document == '{"plan":"pro"}'


def test_an_event_of_a_transaction_that_was_rolled_back_did_not_happen() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        track(request(), "signup")
        assert not Event.objects.exists()
        raise RuntimeError
    assert not Event.objects.exists()
    with transaction.atomic():
        track(request(), "signup")
    assert Event.objects.count() == 1


def test_an_event_of_async_code_is_recorded() -> None:
    async_to_sync(atrack)(request(), "signup")
    assert Event.objects.count() == 1


def test_the_website_is_found_by_uuid_domain_and_name(website: Website) -> None:
    other = make_website(name="Other", domain="other.example")
    for text in (str(other.uuid), "other.example", "Other"):
        track(request(), "x", website=text)
    assert set(Event.objects.values_list("website_id", flat=True)) == {other.pk}
    track(request(), "x")
    assert Event.objects.filter(website_id=website.pk).count() == 1


def test_mistakes_are_errors(settings: Any, website: Website) -> None:
    with pytest.raises(InvalidInput, match="name: is required"):
        track(request(), "")
    with pytest.raises(NotFound, match="no website called 'nobody'"):
        track(request(), "x", website="nobody")
    settings.UMAMI = SITE | {"WEBSITE": None}
    with pytest.raises(NotFound, match="Which website"):
        track(request(), "x")


def test_a_deleted_website_is_not_found(website: Website) -> None:
    from django.utils import timezone

    track(request(), "x")
    delete_website(website, timezone.now())
    with pytest.raises(NotFound):
        track(request(), "x")


def test_bots_and_test_runs_are_told_apart(settings: Any) -> None:
    assert track(request(**{"user-agent": "curl/8.0"}), "x") is Reason.BOT
    settings.UMAMI = {"WEBSITE": "example.com"}
    assert track(request(), "x") is Reason.NOT_RECORDING
    assert not StoredHit.objects.exists()


def test_the_middleware_counts_pages(client: Client) -> None:
    headers = {"user-agent": CHROME, "referer": "https://t.co/x", "accept-language": "de-DE,de;q=0.9"}
    client.get("/page/?a=1", headers=headers)
    view = Pageview.objects.select_related("url", "referrer_domain").get()
    assert (view.url.text, view.referrer_domain.text) == ("/page/?a=1", "t.co")
    assert Session.objects.select_related("language").get().language.text == "de-DE"


def test_the_middleware_counts_pages_of_async_sites() -> None:
    async def visit() -> int:
        answer = await AsyncClient().get("/async/", headers={"user-agent": CHROME})
        return answer.status_code

    assert async_to_sync(visit)() == 200
    assert Pageview.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/page/", {}),
        ("HEAD", "/page/", {}),
        ("GET", "/broken/", {}),
        ("GET", "/data/", {}),
        ("GET", "/umami.js", {}),
        ("GET", "/page/", {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}),
        ("GET", "/page/", {"x-requested-with": "XMLHttpRequest"}),
        ("GET", "/page/", {"sec-fetch-dest": "empty"}),
        ("GET", "/page/", {"sec-purpose": "prefetch;prerender"}),
    ],
)
def test_the_middleware_counts_nothing_else(
    client: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    client.generic(method, path, headers={"user-agent": CHROME} | headers)
    assert not Pageview.objects.exists()


def test_staff_are_left_out_where_the_settings_say_so(client: Client, settings: Any) -> None:
    client.force_login(get_user_model()._default_manager.create_user("staff", is_staff=True))
    client.get("/page/", headers={"user-agent": CHROME})
    assert Pageview.objects.count() == 1
    settings.UMAMI = SITE | {"SKIP_STAFF": True}
    client.get("/page/", headers={"user-agent": CHROME})
    assert Pageview.objects.count() == 1


def test_a_page_does_not_suffer(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UMAMI = SITE | {"WEBSITE": "nobody"}
    assert client.get("/page/", headers={"user-agent": CHROME}).status_code == 200

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("umami_django.middleware.track_view", broken)
    assert client.get("/page/", headers={"user-agent": CHROME}).status_code == 200


def rendered(text: str, **context: Any) -> str:
    return Template("{% load umami %}" + text).render(Context({"request": request(), **context}))


def test_the_tag_writes_the_tracking_code(website: Website) -> None:
    assert rendered("{% umami_script %}") == (
        f'<script async defer data-website-id="{website.uuid}" src="/umami.js"></script>'
    )
    assert 'data-do-not-track="true"' in rendered('{% umami_script do_not_track="true" %}')
    assert 'data-tag="&lt;"' in rendered("{% umami_script tag=value %}", value="<")


def test_the_tag_carries_the_nonce() -> None:
    assert ' nonce="abc"' in rendered("{% umami_script %}", csp_nonce="abc")
    with_nonce = request()
    with_nonce.csp_nonce = "xyz"  # type: ignore[attr-defined]
    assert ' nonce="xyz"' in rendered("{% umami_script %}", request=with_nonce)


def test_the_tag_is_nothing_for_staff_and_unknown_websites(settings: Any) -> None:
    assert rendered('{% umami_script "nobody" %}') == ""
    settings.UMAMI = SITE | {"SKIP_STAFF": True}
    as_staff = request()
    as_staff.user = get_user_model()(is_staff=True)
    assert rendered("{% umami_script %}", request=as_staff) == ""
    assert rendered("{% umami_script %}") != ""


def test_the_tag_takes_no_query_but_the_first(django_assert_num_queries: Any) -> None:
    rendered("{% umami_script %}")
    with django_assert_num_queries(0):
        rendered("{% umami_script %}")


def test_listeners_hear_of_hits_after_commit() -> None:
    heard: list[str | None] = []

    def listener(hits: Any, **_: Any) -> None:
        heard.extend(hit.content.event_name for hit in hits)

    def broken(**_: Any) -> None:
        raise RuntimeError

    hit_recorded.connect(listener)
    hit_recorded.connect(broken)
    try:
        with transaction.atomic():
            track(request(), "signup")
            assert heard == []
        assert heard == ["signup"]
        with override_settings(UMAMI=SITE | {"RECORD": False}):
            track(request(), "signup")
        assert heard == ["signup"]
    finally:
        hit_recorded.disconnect(listener)
        hit_recorded.disconnect(broken)


def test_the_template_tag_has_a_picture_for_pages_without_javascript(website: Website) -> None:
    page = request()
    html = Template("{% load umami %}{% umami_script noscript=True %}").render(Context({"request": page}))
    assert f'<noscript><img src="/api/pixel/{website.uuid}.gif" alt="" width="1" height="1"' in html
    assert "data-noscript" not in html
