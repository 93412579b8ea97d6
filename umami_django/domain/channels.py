"""By which channel a visitor came: referrer and query as one word. The lists of sites are Umami's."""

from enum import StrEnum
from functools import lru_cache

PAID_PARAMETERS = (
    "ad_id= aid= dclid= epik= fbclid= gclid= li_fat_id= msclkid= ob_click_id= pc_id= rdt_cid= scid= ttclid= twclid= "
    "utm_medium=cpc utm_medium=paid utm_medium=paid_social utm_source=google"
).split()
SEARCH = tuple(
    "baidu.com bing.com chatgpt.com duckduckgo.com ecosia.org google. msn.com perplexity.ai "
    "search.brave.com yandex.".split()
)
SOCIAL = tuple(
    "bsky.app facebook.com fb.com ig.com instagram.com linkedin. news.ycombinator.com pinterest. reddit. snapchat. "
    "t.co threads.net tiktok. twitter.com x.com".split()
)
EMAIL = tuple("gmail. hotmail. mail.yahoo. outlook. proton.me protonmail.".split())
SHOPPING = tuple(
    "alibaba.com aliexpress.com amazon. bestbuy.com ebay.com etsy.com newegg.com target.com walmart.com".split()
)
VIDEO = tuple("twitch. youtube.".split())
PAID_MEDIA = ("ppc", "retargeting", "paid")


class Channel(StrEnum):
    """The words are Umami's (v3 reference 3.5)."""

    DIRECT = "direct"
    PAID_ADS = "paidAds"
    REFERRAL = "referral"
    AFFILIATE = "affiliate"
    SMS = "sms"
    EMAIL = "email"
    ORGANIC_SEARCH = "organicSearch"
    PAID_SEARCH = "paidSearch"
    ORGANIC_SOCIAL = "organicSocial"
    PAID_SOCIAL = "paidSocial"
    ORGANIC_SHOPPING = "organicShopping"
    PAID_SHOPPING = "paidShopping"
    ORGANIC_VIDEO = "organicVideo"
    PAID_VIDEO = "paidVideo"


def channel(
    *,
    referrer_domain: str | None,
    own_domain: str | None,
    query: str | None,
    utm_source: str,
    utm_medium: str,
) -> Channel | None:
    """The channel of a pageview; None for one that was reached from the website itself.

    *own_domain* is the visited hostname without `www.`. Texts of a utm field are empty when it is not there. The first
    rule that fits wins, in Umami's order. Two things are better on purpose: `direct` is whatever came without a
    referrer and fits no other rule, with or without a query; and sites are told by whole labels of their domain.
    Source: v3 reference 3.5.
    """
    referrer = (referrer_domain or "").lower()
    is_own = bool(referrer) and referrer == (own_domain or "").lower()
    elsewhere = "" if is_own else referrer
    medium, source = utm_medium.lower(), utm_source.lower()
    asked = query.lower() if query else ""
    if asked and any(parameter in asked for parameter in PAID_PARAMETERS):
        return Channel.PAID_ADS
    if any(word in medium for word in ("referral", "app", "link")):
        return Channel.REFERRAL
    if "affiliate" in medium:
        return Channel.AFFILIATE
    if "sms" in medium or "sms" in source:
        return Channel.SMS
    is_paid = utm_medium.startswith("p") or any(word in utm_medium for word in PAID_MEDIA)
    if "organic" in medium or _is_of(elsewhere, SEARCH):
        return Channel.PAID_SEARCH if is_paid else Channel.ORGANIC_SEARCH
    if "social" in medium or _is_of(elsewhere, SOCIAL):
        return Channel.PAID_SOCIAL if is_paid else Channel.ORGANIC_SOCIAL
    if "mail" in medium or _is_of(elsewhere, EMAIL):
        return Channel.EMAIL
    if "shop" in medium or _is_of(elsewhere, SHOPPING):
        return Channel.PAID_SHOPPING if is_paid else Channel.ORGANIC_SHOPPING
    if "video" in medium or _is_of(elsewhere, VIDEO):
        return Channel.PAID_VIDEO if is_paid else Channel.ORGANIC_VIDEO
    if elsewhere:
        return Channel.REFERRAL
    return None if is_own else Channel.DIRECT


@lru_cache(maxsize=8192)
def _is_of(domain: str, names: tuple[str, ...]) -> bool:
    """Is *domain* one of *names*, or below one? Whole labels: `x.com` is not `netflix.com`, as it is for Umami."""
    labels = f".{domain}."
    return bool(domain) and any(f".{name.strip('.')}." in labels for name in names)
