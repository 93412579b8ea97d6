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
    """The width of a bucket in a series."""

    HOUR = "hour"
    DAY = "day"
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
    """What a ranking groups by. The value is the name of the column that holds it."""

    URL = "url"
    PATH = "path"
    QUERY = "query"
    REFERRER = "referrer"
    REFERRER_DOMAIN = "referrer_domain"
    TITLE = "title"
    CHANNEL = "channel"
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


TERM_KIND = {metric: TermKind[metric.value.upper()] for metric in Metric}
"""The kind of text that a metric's column refers to."""

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


class DataType(IntEnum):
    """The type of one leaf of event data (v3 reference 3.6)."""

    STRING = 1
    NUMBER = 2
    BOOLEAN = 3
    DATE = 4
    ARRAY = 5
