"""By which channel a pageview came."""

import pytest

from umami_django.domain.channels import Channel, channel
from umami_django.ingest.location import location


@pytest.mark.parametrize(
    ("referrer", "query", "source", "medium", "expected"),
    [
        (None, None, "", "", "direct"),
        ("", "page=2", "", "", "direct"),
        ("example.com", None, "", "", None),
        ("Example.com", "page=2", "", "", None),
        ("google.com", None, "", "", "organicSearch"),
        ("news.google.co.uk", None, "", "", "organicSearch"),
        ("duckduckgo.com", None, "", "", "organicSearch"),
        ("google.com", "gclid=1", "", "", "paidAds"),
        ("google.com", None, "", "paid", "paidSearch"),
        ("google.com", None, "", "ppc", "paidSearch"),
        (None, "utm_source=google", "google", "", "paidAds"),
        ("t.co", None, "", "", "organicSocial"),
        ("old.reddit.com", None, "", "", "organicSocial"),
        ("facebook.com", None, "", "promo", "paidSocial"),
        (None, None, "news", "Email", "email"),
        ("mail.yahoo.com", None, "", "", "email"),
        ("ebay.com", None, "", "", "organicShopping"),
        ("youtube.com", None, "", "", "organicVideo"),
        ("twitch.tv", None, "", "retargeting", "paidVideo"),
        ("blog.example.org", None, "", "", "referral"),
        (None, None, "", "affiliate", "affiliate"),
        (None, None, "sms", "", "sms"),
        (None, None, "", "in-app", "referral"),
        # whole labels: Umami takes these for social sites
        ("netflix.com", None, "", "", "referral"),
        ("big.com", None, "", "", "referral"),
    ],
)
def test_channel_of_a_pageview(
    referrer: str | None, query: str | None, source: str, medium: str, expected: str | None
) -> None:
    found = channel(
        referrer_domain=referrer, own_domain="example.com", query=query, utm_source=source, utm_medium=medium
    )
    assert found == expected


def test_location_tells_the_channel() -> None:
    assert location("/?utm_medium=email", None, "www.example.com").channel == Channel.EMAIL
    assert location("/b", "https://www.example.com/a", "www.example.com").channel is None
    assert location("/", "https://www.bing.com/search", "www.example.com").channel == Channel.ORGANIC_SEARCH
