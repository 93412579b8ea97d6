"""The fixed word lists of the domain: kinds of hits, metrics, units, kinds of repeated texts."""

from enum import IntEnum, StrEnum


class HitKind(IntEnum):
    """What a stored hit is. Numbers are those of Umami's `event_type` (v3 reference 3.1)."""

    PAGEVIEW = 1
    EVENT = 2


class ExclusionKind(StrEnum):
    """By what a hit is left out."""

    ADDRESS = "address"
    HOSTNAME = "hostname"
    ONLY_HOSTNAME = "only-hostname"
    PATH = "path"
    SIGNAL = "signal"


class Unit(StrEnum):
    """The width of a bucket in a series, narrowest first. A week begins on Monday."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class VisitKey(StrEnum):
    """What counts as one visit when bounces and time are added up.

    HOUR: a session within one UTC clock hour (v1 reference 3.2). VISIT: the visit id decided at the door
    (v3 reference 3.3).
    """

    HOUR = "hour"
    VISIT = "visit"


class TermKind(IntEnum):
    """What a repeated text is. A number, once used, is never reused."""

    URL = 1
    PATH = 2
    QUERY = 3
    REFERRER = 4
    REFERRER_DOMAIN = 5
    TITLE = 6
    HOSTNAME = 7
    EVENT_NAME = 8
    TAG = 9
    UTM_SOURCE = 10
    UTM_MEDIUM = 11
    UTM_CAMPAIGN = 12
    UTM_CONTENT = 13
    UTM_TERM = 14
    CLICK_ID = 15
    BROWSER = 16
    OS = 17
    DEVICE = 18
    SCREEN = 19
    LANGUAGE = 20
    COUNTRY = 21
    REGION = 22
    CITY = 23
    CHANNEL = 24


class Metric(StrEnum):
    """What a ranking groups by and a filter looks at.

    The value is the name of the column that holds it; the last three have no column and are worked out.
    """

    URL = "url"
    PATH = "path"
    QUERY = "query"
    REFERRER = "referrer"
    REFERRER_DOMAIN = "referrer_domain"
    TITLE = "title"
    CHANNEL = "channel"
    UTM_SOURCE = "utm_source"
    UTM_MEDIUM = "utm_medium"
    UTM_CAMPAIGN = "utm_campaign"
    UTM_CONTENT = "utm_content"
    UTM_TERM = "utm_term"
    HOSTNAME = "hostname"
    TAG = "tag"
    EVENT = "event_name"
    BROWSER = "browser"
    OS = "os"
    DEVICE = "device"
    SCREEN = "screen"
    LANGUAGE = "language"
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"
    ENTRY = "entry"
    """The path of a visit's first pageview in the period."""
    EXIT = "exit"
    """The path of a visit's last pageview in the period."""
    COMPLETED = "completed"
    """The names of the events that a visitor triggered in the period. For filters only."""


VISIT_METRICS = frozenset({Metric.ENTRY, Metric.EXIT})
"""Metrics of a whole visit, worked out from its pageviews."""

COMPUTED_METRICS = VISIT_METRICS | {Metric.COMPLETED}
"""Metrics that have no column."""

TERM_KIND = {
    metric: TermKind[metric.value.upper()] for metric in Metric if metric not in COMPUTED_METRICS
} | {
    Metric.ENTRY: TermKind.PATH,
    Metric.EXIT: TermKind.PATH,
    Metric.COMPLETED: TermKind.EVENT_NAME,
}
"""The kind of text that a metric's values are."""

SESSION_METRICS = frozenset(
    {
        Metric.BROWSER,
        Metric.OS,
        Metric.DEVICE,
        Metric.SCREEN,
        Metric.LANGUAGE,
        Metric.COUNTRY,
        Metric.REGION,
        Metric.CITY,
    }
)
"""Metrics that are attributes of the session and not of the single hit."""


class Counted(StrEnum):
    """What the number beside a name in a ranking says."""

    VISITORS = "visitors"
    VISITS = "visits"
    PAGEVIEWS = "pageviews"
    EVENTS = "events"


class Order(StrEnum):
    """By what the rows of a table are sorted."""

    NAME = "name"
    VISITORS = "visitors"
    VISITS = "visits"
    PAGEVIEWS = "pageviews"
    BOUNCES = "bounces"
    TOTAL_SECONDS = "total_seconds"
    BOUNCE_RATE = "bounce_rate"
    VISIT_SECONDS = "visit_seconds"


class Span(IntEnum):
    """The length of a unit that is summarised."""

    HOUR = 1
    DAY = 2
    MONTH = 3


class DataType(IntEnum):
    """The type of one leaf of event data (v3 reference 3.6)."""

    STRING = 1
    NUMBER = 2
    BOOLEAN = 3
    DATE = 4
    ARRAY = 5
