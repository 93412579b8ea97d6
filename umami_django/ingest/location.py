"""Addresses: the url and the referrer as sent, and their parts as people count them."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from ..domain.channels import channel
from ..domain.hits import Location

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
UTM_LENGTH = 255
CLICK_IDS = ("gclid", "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid")

_SCHEME_AND_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_RESERVED_ESCAPE = re.compile("%(3B|2F|3F|3A|40|26|3D|2B|24|2C|23)", re.IGNORECASE)


@lru_cache(maxsize=8192)
def location(
    url: str, referrer: str | None, hostname: str | None, *, remove_trailing_slash: bool = False
) -> Location:
    """The parts of *url* and *referrer*, which stay beside them as sent.

    The path keeps its `#hash` and is decoded, reserved characters excepted; the query is raw, None without a
    question mark. Of a click id only the name is kept: its value would be an identifier of a person's click.
    Sources: v1 reference 4.1, v3 reference 4.3.
    """
    if remove_trailing_slash and len(url) > 1:
        url = url.removesuffix("/")
    rest = _SCHEME_AND_HOST.sub("", url, count=1) if url[:4].lower() == "http" else url
    before_hash, hash_mark, fragment = rest.partition("#")
    path, question_mark, query = before_hash.partition("?")
    parameters = _parameters(query)
    utm = {field: value[:UTM_LENGTH] for field in UTM_FIELDS if (value := parameters.get(field))}
    from_domain = referrer_domain(referrer, hostname)
    return Location(
        url=url,
        path=decoded_path((path or "/" if url else path) + hash_mark + fragment),
        query=query if question_mark else None,
        referrer=referrer,
        referrer_domain=from_domain,
        click_id=next((name for name in CLICK_IDS if parameters.get(name)), None),
        channel=channel(
            referrer_domain=from_domain,
            own_domain=hostname.removeprefix("www.") if hostname else None,
            query=query,
            utm_source=utm.get("utm_source", ""),
            utm_medium=utm.get("utm_medium", ""),
        ),
        **utm,
    )


def decoded_path(path: str) -> str:
    """*path* with its escapes decoded, reserved characters excepted; as it is when an escape is broken."""
    if "%" not in path:
        return path
    try:
        return unquote(_RESERVED_ESCAPE.sub(r"%25\1", path), errors="strict")
    except UnicodeDecodeError:
        return path


@lru_cache(maxsize=4096)
def referrer_domain(referrer: str | None, hostname: str | None) -> str | None:
    """The host of *referrer* without `www.`; the visited *hostname* for a relative one; None without any."""
    if not referrer:
        return None
    if "://" not in referrer[:16] and not referrer.startswith("//"):
        return hostname.removeprefix("www.") if hostname else None
    try:
        host = urlsplit(referrer).hostname
    except ValueError:
        return None
    return host.removeprefix("www.")[:255] if host else None


def _parameters(query: str) -> dict[str, str]:
    """The first value of each utm field and click id in *query*."""
    if "utm_" not in query and not any(name in query for name in CLICK_IDS):
        return {}
    found: dict[str, str] = {}
    for name, value in parse_qsl(query):
        found.setdefault(name, value.replace("\x00", ""))
    return found
