"""What each number means, in a sentence or two for those who look at it; `docs/metrics.md` says the same and more.

How the numbers are worked out is in `stats/`.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFINITIONS: dict[str, Promise] = {
    "visitors": _(
        "Different visitors who saw at least one page. Without cookies a visitor is recognised for one calendar month "
        "at most."
    ),
    "visits": _(
        "What a visitor did within half an hour, or within the same hour of the clock, with at least one page seen."
    ),
    "pageviews": _("Pages shown. A page that is loaded again counts again."),
    "pages_per_visit": _("Pageviews divided by visits."),
    "bounce_rate": _("The share of visits that saw a single page."),
    "visit_duration": _(
        "The time from the first page of a visit to its last, on average. How long the last page was read is not known."
    ),
    "entry": _("The first page of a visit in the range."),
    "exit": _("The last page of a visit in the range."),
    "path": _("The address of a page without its host and without what follows the question mark."),
    "query": _("What follows the question mark in the address of a page."),
    "title": _("The title of a page."),
    "referrer": _("The website that a link was followed from. Links within the website are left out."),
    "channel": _(
        "The kind of way by which a visitor came to a page: search, social, email, a link, or directly. Pages reached "
        "from the website itself have none."
    ),
    "utm": _("What the utm parameters in the address say about the campaign behind a link."),
    "location": _(
        "Where the visitor's address was registered when they were first seen. Addresses are not stored."
    ),
    "device": _("What the visitor's browser said about itself when they were first seen."),
    "events": _("How often something happened that the website reports by a name."),
    "completed": _("Everything that visitors did in the range who triggered this event in it."),
    "live": _("Visitors who saw a page in the last five minutes."),
    "sessions": _(
        "All who did anything in the range, also those who triggered events without seeing a page."
    ),
    "heat": _("Pageviews and different visitors for each hour of the week, over all weeks of the range."),
    "change": _("The difference from the range that is compared with, in percent of that one's number."),
    "unfinished": _("This stretch of time is still running: its number will grow."),
}
