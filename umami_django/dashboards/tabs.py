"""The tabs of the panels: what each ranks, what it counts, what it is called."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..domain.vocabulary import Counted, Metric

PANELS: dict[str, Any] = {
    "sources": _("Sources"),
    "pages": _("Pages"),
    "locations": _("Locations"),
    "devices": _("Devices"),
    "events": _("Events"),
    "times": _("Times of the week"),
}
"""The panels, in pairs, in the order in which they stand."""

COUNTED: dict[Counted, Any] = {
    Counted.VISITORS: _("Visitors"),
    Counted.VISITS: _("Visits"),
    Counted.PAGEVIEWS: _("Pageviews"),
    Counted.EVENTS: _("Events"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One ranking. `hint` is the key of its definition."""

    key: str
    title: Any
    column: Any
    """What one row is called."""
    metric: Metric
    hint: str
    counted: Counted = Counted.VISITORS


TAB = {
    tab.key: tab
    for tab in (
        Tab("channels", _("Channels"), _("Channel"), Metric.CHANNEL, "channel"),
        Tab("referrers", _("Referrers"), _("Referrer"), Metric.REFERRER_DOMAIN, "referrer"),
        Tab("utm_source", _("UTM source"), _("Source"), Metric.UTM_SOURCE, "utm"),
        Tab("utm_medium", _("UTM medium"), _("Medium"), Metric.UTM_MEDIUM, "utm"),
        Tab("utm_campaign", _("UTM campaign"), _("Campaign"), Metric.UTM_CAMPAIGN, "utm"),
        Tab("utm_content", _("UTM content"), _("Content"), Metric.UTM_CONTENT, "utm"),
        Tab("utm_term", _("UTM term"), _("Term"), Metric.UTM_TERM, "utm"),
        Tab("paths", pgettext_lazy("tab", "Top"), _("Page"), Metric.PATH, "path"),
        Tab("entries", pgettext_lazy("tab", "Entry"), _("Entry page"), Metric.ENTRY, "entry", Counted.VISITS),
        Tab("exits", pgettext_lazy("tab", "Exit"), _("Exit page"), Metric.EXIT, "exit", Counted.VISITS),
        Tab("titles", _("Titles"), _("Title"), Metric.TITLE, "title"),
        Tab("queries", _("Queries"), _("Query"), Metric.QUERY, "query"),
        Tab("map", _("Map"), _("Country"), Metric.COUNTRY, "location"),
        Tab("countries", _("Countries"), _("Country"), Metric.COUNTRY, "location"),
        Tab("regions", _("Regions"), _("Region"), Metric.REGION, "location"),
        Tab("cities", _("Cities"), _("City"), Metric.CITY, "location"),
        Tab("languages", _("Languages"), _("Language"), Metric.LANGUAGE, "device"),
        Tab("browsers", _("Browsers"), _("Browser"), Metric.BROWSER, "device"),
        Tab("systems", _("Systems"), _("System"), Metric.OS, "device"),
        Tab("types", _("Types"), _("Device"), Metric.DEVICE, "device"),
        Tab("screens", _("Screens"), _("Screen"), Metric.SCREEN, "device"),
        Tab("names", _("Names"), _("Event"), Metric.EVENT, "events", Counted.EVENTS),
    )
}
"""Every ranking by its name in the address. (`properties` is none: it has two levels.)"""
