"""System checks: one for each mistake a host can make, each with an id that can be silenced and a hint what to type.

Ids are never reused; docs/reference/checks.md lists them.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from . import conf
from .ingest.address import networks
from .ingest.geo import database_path, place_headers
from .mails.links import unsubscribe_link
from .models import ReportSubscription
from .services.base_url import NoBaseUrl, is_base_url
from .services.hashers import missing_for_bcrypt, waiting_for_bcrypt
from .services.rate import parsed_rate

ROUTER = "umami_django.routers.TrafficRouter"
CORS_MIDDLEWARE = "corsheaders.middleware.CorsMiddleware"
OUR_HEADER = "x-umami-cache"
WIDE_PREFIX_BITS = {4: 8, 6: 16}
"""A network with fewer bits than this is no proxy but a good part of the internet."""


@register(Tags.compatibility)
def check_settings(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Keys and types of `UMAMI`."""
    value = getattr(settings, "UMAMI", {})
    if not isinstance(value, dict):
        return [Error("UMAMI must be a dict.", hint='Write UMAMI = {"KEY": value, …}.', id="umami.E001")]
    return [*_unknown_keys(value), *_wrong_types(value)]


def _unknown_keys(given: dict[Any, Any]) -> Iterator[CheckMessage]:
    for key in given:
        if key not in conf.TYPES:
            close = get_close_matches(str(key).upper(), conf.TYPES, n=1, cutoff=0.5)
            hint = f"Did you mean {close[0]}?" if close else f"Known keys: {', '.join(conf.names())}."
            yield Error(f"UMAMI has an unknown key: {key!r}.", hint=hint, id="umami.E002")


def _wrong_types(given: dict[Any, Any]) -> Iterator[CheckMessage]:
    for key, value in given.items():
        if key in conf.TYPES and not _fits(value, conf.TYPES[key]):
            yield Error(
                f"UMAMI[{key!r}] is {value!r}.",
                hint=f"It must be {_in_words(conf.TYPES[key])}.",
                id="umami.E003",
            )


def _fits(value: Any, expected: Any) -> bool:
    if get_origin(expected) is UnionType:
        return any(_fits(value, part) for part in get_args(expected))
    if get_origin(expected) is tuple:
        return isinstance(value, tuple | list) and all(isinstance(item, str) for item in value)
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    return isinstance(value, expected)


_WORDS = {
    bool: "True or False",
    str: "a text",
    int: "a positive number",
    timedelta: "a timedelta",
    type(None): "None",
}


def _in_words(expected: Any) -> str:
    if get_origin(expected) is UnionType:
        return " or ".join(_in_words(part) for part in get_args(expected))
    return "a list of texts" if get_origin(expected) is tuple else _WORDS[expected]


@register(Tags.compatibility)
def check_time_zones(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """Times without a zone would be ambiguous twice a year."""
    if not settings.USE_TZ:
        yield Error(
            "USE_TZ is False: the time of a visit would be ambiguous.",
            hint="Set USE_TZ = True. Your templates may still show local times.",
            id="umami.E009",
        )


@register(Tags.compatibility)
def check_proxies(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """Who may tell us a visitor's address."""
    given = conf.umami_settings()
    for key in ("TRUSTED_PROXIES", "IGNORE_IP"):
        try:
            found = networks(getattr(given, key))
        except (ValueError, AttributeError, TypeError) as error:
            yield Error(f"UMAMI[{key!r}]: {error}.", hint="Write addresses or networks.", id="umami.E004")
            continue
        for network in found if key == "TRUSTED_PROXIES" else ():
            if network.prefixlen < WIDE_PREFIX_BITS[network.version]:
                yield Warning(
                    f"UMAMI['TRUSTED_PROXIES'] trusts {network}: anybody there can pretend to be any visitor.",
                    hint="Name the networks of your own proxies only.",
                    id="umami.W001",
                )
    if given.CLIENT_IP_HEADER and not given.TRUSTED_PROXIES:
        yield Error(
            f"UMAMI['CLIENT_IP_HEADER'] is {given.CLIENT_IP_HEADER!r}, but no proxy is trusted.",
            hint="Name your proxies in UMAMI['TRUSTED_PROXIES'], e.g. ['127.0.0.1']; until then it is not read.",
            id="umami.E005",
        )


@register(Tags.compatibility)
def check_geo(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """The file that knows where addresses are."""
    configured = conf.umami_settings().GEOIP_DATABASE
    path = database_path(configured, conf.geoip_path())
    if configured and not Path(configured).is_file():
        yield Warning(
            f"UMAMI['GEOIP_DATABASE'] names {configured}, which is no file: countries stay unknown.",
            hint="Put a MaxMind-format file there, or remove the setting.",
            id="umami.W002",
        )
    elif path and find_spec("maxminddb") is None:
        yield Warning(
            f"{path} cannot be read: the package maxminddb is not installed.",
            hint="pip install 'umami-django[geo]'",
            id="umami.W003",
        )


@register(Tags.compatibility)
def check_traffic_database(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """The database of the traffic, and the router that leads there."""
    alias = conf.umami_settings().TRAFFIC_DATABASE
    if alias not in connections:
        yield Error(
            f"UMAMI['TRAFFIC_DATABASE'] is {alias!r}, which is not in DATABASES.",
            hint=f"Known: {', '.join(connections)}.",
            id="umami.E006",
        )
    elif alias != "default" and ROUTER not in settings.DATABASE_ROUTERS:
        yield Error(
            f"UMAMI['TRAFFIC_DATABASE'] is {alias!r}, but nothing sends the traffic there.",
            hint=f"Add {ROUTER!r} to DATABASE_ROUTERS.",
            id="umami.E007",
        )


@register(Tags.compatibility)
def check_geo_headers(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """The headers of proxies that know where a visitor is."""
    try:
        place_headers(conf.umami_settings().GEO_HEADERS)
    except ValueError as error:
        yield Error(
            f"UMAMI['GEO_HEADERS']: {error}.",
            hint="Write 'X-Country' or 'X-Country,X-Region,X-City'.",
            id="umami.E016",
        )


@register(Tags.compatibility)
def check_limits(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """The rate of collect, and its second path."""
    rate, path = conf.umami_settings().COLLECT_RATE, conf.umami_settings().COLLECT_PATH
    try:
        parsed_rate(rate or "1/1s")
    except ValueError as error:
        yield Error(
            f"UMAMI['COLLECT_RATE']: {error}.",
            hint="Write hits and seconds, such as '1000/10s', or None.",
            id="umami.E014",
        )
    if path is not None and not re.fullmatch(r"[\w.~-]+(/[\w.~-]+)*", path, re.ASCII):
        yield Error(
            f"UMAMI['COLLECT_PATH'] is {path!r}.",
            hint="Write a path without a slash at its ends, such as 'x/hello'.",
            id="umami.E015",
        )


@register(Tags.compatibility)
def check_base_url(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """Where links in mails lead."""
    configured = conf.umami_settings().BASE_URL
    if isinstance(configured, str) and not is_base_url(configured):
        yield Error(
            f"UMAMI['BASE_URL'] is {configured!r}.",
            hint="Write the address of your site without a question mark, such as 'https://example.com'.",
            id="umami.E017",
        )


@register(Tags.compatibility)
def check_writer(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """How hits are stored, and where the journal is."""
    writer = conf.umami_settings().COLLECT_WRITER
    if writer not in conf.WRITERS:
        yield Error(
            f"UMAMI['COLLECT_WRITER'] is {writer!r}.",
            hint=f"It is one of: {', '.join(conf.WRITERS)}.",
            id="umami.E010",
        )
    if writer != conf.JOURNAL:
        return
    if find_spec("fcntl") is None:
        yield Error(
            "UMAMI['COLLECT_WRITER'] is 'journal', but this system has no file locks.",
            hint="Use 'commit' on Windows.",
            id="umami.E011",
        )
    directory = conf.umami_settings().JOURNAL_DIRECTORY
    if not directory:
        yield Error(
            "UMAMI['COLLECT_WRITER'] is 'journal', but there is no UMAMI['JOURNAL_DIRECTORY'].",
            hint="Name a directory on a local disk that outlives a restart, e.g. '/var/lib/my-site/umami'.",
            id="umami.E012",
        )
    elif not _is_writable(Path(directory)):
        yield Error(
            f"UMAMI['JOURNAL_DIRECTORY'] is {directory!r}, where this process cannot write.",
            hint="Make the directory, owned by the user that the server runs as.",
            id="umami.E013",
        )


def _is_writable(directory: Path) -> bool:
    """Can files be made there? What is missing is made with the first hit, where its parent allows it."""
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return directory.is_dir() and os.access(directory, os.W_OK | os.X_OK)


@register(Tags.security)
def check_cors(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """django-cors-headers, where it stands in front of ours."""
    installed = "corsheaders" in settings.INSTALLED_APPS
    middleware = list(settings.MIDDLEWARE)
    if installed and CORS_MIDDLEWARE not in middleware:
        yield Warning(
            "corsheaders is installed, but its middleware is missing.",
            hint=f"Add {CORS_MIDDLEWARE!r} to MIDDLEWARE, before CommonMiddleware.",
            id="umami.W004",
        )
    if CORS_MIDDLEWARE in middleware:
        allowed = [str(header).lower() for header in getattr(settings, "CORS_ALLOW_HEADERS", [])]
        if OUR_HEADER not in allowed:
            yield Warning(
                f"CORS_ALLOW_HEADERS does not hold {OUR_HEADER!r}: trackers of other origins that send it are refused.",
                hint="from corsheaders.defaults import default_headers; "
                f"CORS_ALLOW_HEADERS = [*default_headers, {OUR_HEADER!r}]",
                id="umami.W005",
            )


@register(Tags.urls)
def check_admin_needs(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """What the pages in the admin need beyond the admin's own needs."""
    if "django.contrib.admin" not in settings.INSTALLED_APPS:
        return
    missing = [app for app in ("django.contrib.staticfiles",) if app not in settings.INSTALLED_APPS]
    for app in missing:
        yield Warning(
            f"{app} is not installed: the overview pages have no styles.",
            hint=f"Add {app!r} to INSTALLED_APPS.",
            id="umami.W006",
        )
    wanted = "django.contrib.auth.middleware.AuthenticationMiddleware"
    if wanted not in settings.MIDDLEWARE:
        yield Error(
            "The middleware that logs staff in is missing.",
            hint=f"Add {wanted!r} to MIDDLEWARE.",
            id="umami.E008",
        )


@register(Tags.database)
def check_passwords(app_configs: Any = None, databases: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """Whether people who came from an Umami can log in. Asks the database: `check --database default`, `migrate`."""
    hint = missing_for_bcrypt()
    if not databases or hint is None:
        return
    try:
        count = waiting_for_bcrypt()
    except DatabaseError:  # before the first migration there are no tables
        return
    if count:
        yield Warning(
            f"{count} accounts came with a password of Umami that cannot be checked: they cannot log in.",
            hint=hint,
            id="umami.W008",
        )


@register(Tags.database)
def check_reports(app_configs: Any = None, databases: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """Whether reports by e-mail that somebody waits for can go out. Asks the database: `check --database default`."""
    if not databases:
        return
    try:
        waiting = ReportSubscription.objects.going_out().first()
        if waiting is not None:
            unsubscribe_link(waiting)
    except DatabaseError:  # before the first migration there are no tables
        return
    except NoBaseUrl as error:
        yield Warning(
            f"Reports by e-mail cannot be sent. {error}",
            hint="Set UMAMI['BASE_URL'], such as 'https://example.com', and include umami_django.urls.",
            id="umami.W009",
        )


@register(Tags.security, deploy=True)
def check_secret(app_configs: Any = None, **_: Any) -> Iterator[CheckMessage]:
    """The secret behind every token."""
    secret = conf.secret()
    if len(secret) < 32 or len(set(secret)) < 5 or secret.startswith("django-insecure-"):
        yield Warning(
            "The secret that signs tokens can be guessed.",
            hint="Set SECRET_KEY, or UMAMI['SECRET'], to a long random text: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="umami.W007",
        )
