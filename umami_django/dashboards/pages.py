"""From a request to the overview it asks for: the range and the time zone are in the address."""

from datetime import tzinfo

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone

from ..domain.periods import zone
from ..models import Website
from .overview import Overview, overview
from .ranges import RANGES, range_of


def asked_overview(request: HttpRequest, website: Website) -> Overview:
    """The overview that `?range=` and `?tz=` name. Raises BadRequest for an unknown time zone."""
    return overview(website, range_of(request.GET.get("range")), timezone.now(), _asked_zone(request))


def range_links(request: HttpRequest, chosen: str) -> list[dict[str, object]]:
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
        raise BadRequest(f"tz: {name!r} is not the name of a time zone.") from None
