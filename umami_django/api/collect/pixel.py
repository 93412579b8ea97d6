"""`GET /api/pixel/<uuid>.gif`: a transparent dot that counts a pageview where no script runs.

    <noscript><img src="https://stats.example/api/pixel/….gif" alt="" width="1" height="1"></noscript>

The page is the `url` of the query, else the image's referrer; `referrer`, `title` and `name` (then it is an event) may
be given, too. Whatever happens, the answer is the picture; why a hit was not counted stands in a header.
"""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from ...exceptions import InvalidInput
from ...ingest.payload import NoPayload, Sent
from .asked import Answer, Asked
from .door import REASON_HEADER, NotCounted, RateLimited, dropped, limited, open_door
from .views import taken_in

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
INVALID = "bad-request"


def picture(status: int = 200) -> Answer:
    """The dot, never kept by a cache: each view of a page asks for it again."""
    headers = {
        "Content-Type": "image/gif",
        "Cache-Control": "no-store, max-age=0",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Answer(status, GIF, headers)


@open_door(lambda: picture(503))
def pixel(asked: Asked, website: UUID) -> Answer:
    """Count the page that shows the picture. HEAD counts nothing."""
    answer = picture()
    if asked.method != "GET":
        return answer
    try:
        taken_in(asked, Sent(_message(asked, str(website))))
    except NotCounted as error:
        return dropped(answer, error.reason)
    except RateLimited as error:
        return limited(answer, error)
    except (InvalidInput, NoPayload):
        answer.headers[REASON_HEADER] = INVALID
    return answer


def _message(asked: Asked, website: str) -> dict[str, Any]:
    """What a tracker would have sent. Raises InvalidInput for an address that is none."""
    query = asked.request().GET
    try:
        page = urlsplit(query.get("url") or asked.meta.get("HTTP_REFERER", ""))
        hostname = page.hostname
    except ValueError:
        raise InvalidInput("url", "is no address") from None
    payload = {
        "website": website,
        "url": page.path + (f"?{page.query}" if page.query else "") or ("/" if hostname else None),
        "hostname": hostname,
        "referrer": query.get("referrer"),
        "title": query.get("title"),
    }
    name = query.get("name")
    return {
        "type": "event" if name else "pageview",
        "payload": payload | ({"event_name": name} if name else {}),
    }
