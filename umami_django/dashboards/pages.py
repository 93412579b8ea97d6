"""From a request to the overview it asks for: the range and the time zone are in the address."""

from datetime import tzinfo
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from ..databases.patience import bounded
from ..domain.periods import zone
from ..exceptions import InvalidInput, TooSlow
from ..models import Website
from .overview import overview
from .ranges import RANGES, range_of


def asked_overview(request: HttpRequest, website: Website) -> tuple[dict[str, Any], int]:
    """What a template needs for the overview that `?range=` and `?tz=` name, and the status of the answer.

    400 and a message in the overview's place for an unknown time zone, 503 and one when the database needs too long.
    """
    choice = range_of(request.GET.get("range"))
    try:
        with bounded():
            page = overview(website, choice, timezone.now(), _asked_zone(request))
    except InvalidInput as problem:
        return {"problem": problem.message}, 400
    except TooSlow:
        message = gettext("This takes the database too long. Choose a shorter range, or try again later.")
        return {"problem": message, "ranges": _range_links(request, choice.key)}, 503
    return {"page": page, "ranges": _range_links(request, choice.key)}, 200


def _range_links(request: HttpRequest, chosen: str) -> list[dict[str, object]]:
    """Every range as a link that keeps the rest of the address."""
    links = []
    for choice in RANGES:
        query = request.GET.copy()
        query["range"] = choice.key
        links.append({"label": choice.label, "href": f"?{query.urlencode()}", "chosen": choice.key == chosen})
    return links


def _asked_zone(request: HttpRequest) -> tzinfo:
    name = request.GET.get("tz")
    if not name:
        return timezone.get_current_timezone()
    try:
        return zone(name)
    except KeyError:
        message = gettext("“%s” is not the name of a time zone. One would be Europe/Berlin.") % name
        raise InvalidInput("tz", message) from None
