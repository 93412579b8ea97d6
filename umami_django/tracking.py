"""Tracking from Python, for Django sites: `track(request, "signup", {"plan": "pro"})`.

The hit goes through the same stages as one that a browser reports, and is stored after COMMIT of the transaction
around the call: what was rolled back did not happen.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from . import conf
from .domain.vocabulary import HitKind
from .exceptions import InvalidInput, NotFound
from .ingest.payload import (
    HOSTNAME_LENGTH,
    LANGUAGE_LENGTH,
    NAME_LENGTH,
    TITLE_LENGTH,
    URL_LENGTH,
    Payload,
    clean,
)
from .ingest.pipeline import Reason, Tracked, collect, exclusion, refusal
from .services import refusals
from .services.directory import website_called
from .services.policy import policy
from .services.salts import current_salt
from .services.visitors import visitor_of
from .writers import store


def track(
    request: HttpRequest, name: str, data: dict[str, Any] | None = None, *, website: str | None = None
) -> Reason | None:
    """Record the event *name* of whoever sent *request*; why it is not counted, or None when it is.

    *website* is a uuid, domain or name; `UMAMI["WEBSITE"]`, when left out. *data* is anything JSON can hold. Stored
    after COMMIT. Raises InvalidInput for an empty name, NotFound for an unknown website.
    """
    event_name = clean(name, NAME_LENGTH)
    if not event_name:
        raise InvalidInput("name", "is required")
    return _record(request, HitKind.EVENT, website, event_name=event_name, event_data=data)


def track_view(
    request: HttpRequest, *, website: str | None = None, title: str | None = None
) -> Reason | None:
    """Record that the page of *request* was shown; else as `track`."""
    referrer = clean(request.headers.get("referer", ""), URL_LENGTH)
    return _record(request, HitKind.PAGEVIEW, website, referrer=referrer, title=title)


atrack = sync_to_async(track, thread_sensitive=True)
"""`track` for async code."""


def _record(request: HttpRequest, kind: HitKind, website: str | None, **fields: Any) -> Reason | None:
    tracked = website_of(website)
    in_force, now = policy(), timezone.now()
    visitor = visitor_of(request.META, in_force)
    if (reason := refusal(visitor, in_force.rules)) is not None:
        refusals.note(tracked.id, reason, now)
        return reason
    if not conf.is_recording():
        return Reason.NOT_RECORDING
    if fields.get("title"):
        fields["title"] = clean(fields["title"], TITLE_LENGTH)
    payload = Payload(
        website=tracked.uuid,
        kind=kind,
        url=clean(request.get_full_path(), URL_LENGTH),
        hostname=clean(request.get_host().partition(":")[0], HOSTNAME_LENGTH),
        language=_language(request),
        **fields,
    )
    hit, _ = collect(payload, visitor, tracked, now, current_salt(now), in_force.rules)
    if (reason := exclusion(hit, visitor, tracked.exclusions)) is not None:
        refusals.note(tracked.id, reason, now)
        return reason
    transaction.on_commit(lambda: store([hit]))
    return None


def website_of(text: str | None) -> Tracked:
    """The website called *text*, or the one in the settings. Raises NotFound."""
    wanted = text or conf.umami_settings().WEBSITE
    found = website_called(wanted) if wanted else None
    if found is None:
        raise NotFound(
            f"There is no website called {wanted!r}."
            if wanted
            else 'Which website? Name it, or set UMAMI["WEBSITE"] to its uuid, domain or name.'
        )
    return found


def _language(request: HttpRequest) -> str | None:
    """The first language that the browser accepts."""
    first = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return clean(first, LANGUAGE_LENGTH) if first and first != "*" else None
