"""Every setting of the app: name, type, default, meaning. Nothing else in the app reads `django.conf`.

A host writes one dict, `UMAMI = {...}`, in its settings. It is read on first use and read again after
`setting_changed`, so `override_settings(UMAMI=...)` works in everyone's tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import lru_cache
from typing import Any, get_type_hints

from django.conf import settings as django_settings
from django.core import mail
from django.core.signals import setting_changed

COMMIT, JOURNAL = WRITERS = ("commit", "journal")
"""The values of `COLLECT_WRITER`."""


@dataclass(frozen=True)
class Settings:
    """The settings with their defaults; each default works unset."""

    RECORD: bool | None = field(
        default=None,
        metadata={"doc": "Store hits. `None`: yes, except while a test runner is at work."},
    )
    SECRET: str | None = field(
        default=None,
        metadata={"doc": "Signs tokens and keys imported sessions. `None`: `SECRET_KEY`."},
    )
    TRAFFIC_DATABASE: str = field(
        default="default",
        metadata={
            "doc": "Alias of the database that holds sessions, pageviews and events. Needs "
            "`umami_django.routers.TrafficRouter` in `DATABASE_ROUTERS` when it is not `default`."
        },
    )
    COLLECT_RATE: str | None = field(
        default="1000/10s",
        metadata={
            "doc": "Hits that one address may send to one website, in each process; more answer 429. "
            "`None`: any number."
        },
    )
    COLLECT_PATH: str | None = field(
        default=None,
        metadata={
            "doc": "One more path, below the app's URLs, at which the trackers' messages are taken in, and where the "
            "served scripts send them: one that ad blockers do not know, such as `x/hello`."
        },
    )
    NEW_TERMS_PER_DAY: int | None = field(
        default=500_000,
        metadata={
            "doc": "Texts never seen before (urls, titles …) that one website may add in a UTC day; further ones are "
            "counted as `(other)`. `None`: any number."
        },
    )
    KEEP_MONTHS: int | None = field(
        default=None,
        metadata={
            "doc": "How many whole months hits are kept, besides the current one, where a website says nothing else. "
            "`None`: for ever."
        },
    )
    COLLECT_WRITER: str = field(
        default="commit",
        metadata={
            "doc": "How hits are stored. `commit`: in the database before the answer. `journal`: in a file before the "
            "answer, in the database a moment later by `umami_worker`."
        },
    )
    JOURNAL_DIRECTORY: str | None = field(
        default=None,
        metadata={"doc": "Where the journal is: a directory on a local disk that outlives a restart."},
    )
    JOURNAL_FSYNC: bool = field(
        default=False,
        metadata={
            "doc": "Answer when a hit is on the disk and survives a loss of power, not only the end of the process."
        },
    )
    JOURNAL_MAX_BYTES: int = field(
        default=1_073_741_824,
        metadata={
            "doc": "How large the journal may become while it cannot be loaded; then collect answers 503."
        },
    )
    STATISTICS_TIMEOUT: int | None = field(
        default=30,
        metadata={
            "doc": "How many seconds a statistics answer may occupy the database; then it is a 503. `None`: any number."
        },
    )
    SQLITE_PRAGMAS: bool = field(
        default=True,
        metadata={"doc": "Open a traffic database in a SQLite file with WAL and the like."},
    )
    API_LOGIN: bool = field(
        default=True, metadata={"doc": "Answer `POST /api/auth/login`; `False` closes the password door."}
    )
    TOKEN_LIFETIME: timedelta = field(
        default=timedelta(days=30), metadata={"doc": "How long a login token is good for."}
    )
    SHARE_TOKEN_LIFETIME: timedelta = field(
        default=timedelta(days=1), metadata={"doc": "How long a share or realtime token is good for."}
    )
    LOGIN_RATE: str | None = field(
        default="10/min",
        metadata={"doc": "Login attempts allowed per address and per user name; `None` switches it off."},
    )
    REQUIRE_USER_AGENT: bool = field(
        default=True,
        metadata={"doc": "Do not register hits that come without a `User-Agent` header."},
    )
    DISABLE_BOT_CHECK: bool = field(default=False, metadata={"doc": "Register hits of bots, too."})
    TRUSTED_PROXIES: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Networks of your own proxies (CIDR). Only requests that come from them may name the "
            "visitor's address or country in a header."
        },
    )
    CLIENT_IP_HEADER: str | None = field(
        default=None,
        metadata={
            "doc": "The header in which your proxy names the visitor's address. `None`: `X-Forwarded-For`, "
            "read from the right past trusted proxies."
        },
    )
    GEO_HEADERS: tuple[str, ...] = field(
        default=(
            "CF-IPCountry,CF-Region-Code,CF-IPCity",
            "X-Vercel-IP-Country,X-Vercel-IP-Country-Region,X-Vercel-IP-City",
            "CloudFront-Viewer-Country,CloudFront-Viewer-Country-Region,CloudFront-Viewer-City",
        ),
        metadata={
            "doc": "The headers in which a trusted proxy names the visitor's country, region and city; of several the "
            "first that is there (Cloudflare, Vercel, CloudFront). Empty: none is believed."
        },
    )
    GEOIP_DATABASE: str | None = field(
        default=None,
        metadata={
            "doc": "A MaxMind-format file with countries or cities (extra `geo`). `None`: the country or city "
            "file in Django's `GEOIP_PATH`, if there is one."
        },
    )
    IGNORE_IP: tuple[str, ...] = field(
        default=(), metadata={"doc": "Addresses and networks (CIDR) whose hits are refused."}
    )
    REMOVE_TRAILING_SLASH: bool = field(
        default=False, metadata={"doc": "Store `/a/` as `/a`; a lone `/` stays."}
    )
    TRACKER_SCRIPT_NAME: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "More names, without `.js`, under which the tracker script is served."},
    )
    WEBSITE: str | None = field(
        default=None,
        metadata={
            "doc": "The website (uuid, domain or name) that the template tag, the middleware and `track()` mean "
            "when they are not told."
        },
    )
    BASE_URL: str | None = field(
        default=None,
        metadata={
            "doc": "Where your site is to be found, such as `https://example.com`, for links in mails. `None`: the "
            "domain of `django.contrib.sites`, by https."
        },
    )
    SKIP_STAFF: bool = field(
        default=False,
        metadata={"doc": "The template tag and the middleware leave signed-in staff out."},
    )
    MAX_BODY_BYTES: int = field(
        default=1_048_576,
        metadata={"doc": "Largest body a collect request may have; larger ones answer 413."},
    )


DEFAULTS = Settings()
TYPES: Mapping[str, Any] = get_type_hints(Settings)


def given() -> Mapping[str, Any]:
    """The host's `UMAMI` dict as written, possibly with unknown keys; empty when it is no dict."""
    value = getattr(django_settings, "UMAMI", {})
    return value if isinstance(value, Mapping) else {}


def names() -> tuple[str, ...]:
    """The names of all settings, in the order of the documentation."""
    return tuple(setting.name for setting in fields(Settings))


def _load() -> Settings:
    known = {name: value for name, value in given().items() if name in TYPES}
    for name, value in known.items():
        if isinstance(value, list):
            known[name] = tuple(value)
    return Settings(**known)


_cached: Settings | None = None


def umami_settings() -> Settings:
    """The settings in force. Wrong keys are left out: the system checks name them."""
    global _cached
    if _cached is None:
        _cached = _load()
    return _cached


@lru_cache(maxsize=1)
def secret() -> str:
    """The text that all keys of the app are derived from."""
    return umami_settings().SECRET or django_settings.SECRET_KEY


@lru_cache(maxsize=1)
def geoip_path() -> str | None:
    """Django's own `GEOIP_PATH`, where a host has one."""
    path = getattr(django_settings, "GEOIP_PATH", None)
    return str(path) if path else None


def default_language() -> str:
    """The language of those who chose none."""
    return django_settings.LANGUAGE_CODE


def languages() -> list[tuple[str, str]]:
    """Code and name of the languages that the host offers."""
    return list(django_settings.LANGUAGES)


def proxy_signs() -> list[str]:
    """Django's settings by which a host says that it stands behind a proxy."""
    names = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
    return [name for name in names if getattr(django_settings, name, None)]


def is_recording() -> bool:
    """May hits be stored? Under a test runner only when the host asks for it with `RECORD: True`."""
    record = umami_settings().RECORD
    return record if record is not None else not is_test_run()


def is_test_run() -> bool:
    """Is a test runner at work? Django's `setup_test_environment()`, which its own runner and pytest-django both
    call, leaves `django.core.mail.outbox` behind: that is how it is recognised."""
    return hasattr(mail, "outbox")


def _forget(*, setting: str, **_: Any) -> None:
    global _cached
    if setting in ("UMAMI", "SECRET_KEY", "GEOIP_PATH"):
        _cached = None
        secret.cache_clear()
        geoip_path.cache_clear()


def connect() -> None:
    """Forget the cached settings whenever a test overrides them."""
    setting_changed.connect(_forget, dispatch_uid="umami_django.conf")
