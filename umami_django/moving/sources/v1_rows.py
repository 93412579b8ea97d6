"""Rows of Umami 1 as ours. How they are selected is not here."""

import json

from ...domain.hits import Client, Content, Hit, Identification
from ...domain.periods import EPOCH, to_micros
from ...domain.vocabulary import HitKind
from ...ingest.identity import visit_by_hour
from ...ingest.location import location
from ...ingest.properties import properties
from ..values import Site
from . import ids
from .connection import Row, moment, moment_or_none

NO_CLIENT = Client()
"""Of a hit: what is known of its visitor is stored with the session."""


def session(row: Row, site: Site, website_id: int) -> Identification:
    """Time, key, uuid, hostname and attributes: a session."""
    created_at, number, uuid, hostname, browser, os, device, screen, language, country = row
    session_uuid, key = ids.session(uuid, site.uuid, number)
    return Identification(
        website_id=website_id,
        session_id=key,
        session_uuid=session_uuid,
        created_at=moment_or_none(created_at) or EPOCH,
        client=Client(browser, os, device, screen, language, country and country.strip()),
        hostname=hostname,
    )


def pageview(row: Row, site: Site, website_id: int) -> Hit:
    """Time, key, number and uuid of the session, hostname, url, referrer: a pageview."""
    created_at, _, number, uuid, hostname, url, referrer = row
    at = moment(created_at)
    session_uuid, key = ids.session(uuid, site.uuid, number)
    return Hit(
        website_id=website_id,
        session_id=key,
        session=session_uuid.hex,
        visit_id=visit_by_hour(key, at),
        at=to_micros(at),
        content=Content(HitKind.PAGEVIEW, location(url, referrer, hostname), hostname),
        client=NO_CLIENT,
    )


def event(row: Row, site: Site, website_id: int) -> Hit:
    """Time, key, number and uuid of the session, hostname, url, name, data as JSON: an event."""
    created_at, _, number, uuid, hostname, url, name, document = row
    at = moment(created_at)
    session_uuid, key = ids.session(uuid, site.uuid, number)
    data = None if document is None else json.loads(document)
    return Hit(
        website_id=website_id,
        session_id=key,
        session=session_uuid.hex,
        visit_id=visit_by_hour(key, at),
        at=to_micros(at),
        content=Content(
            kind=HitKind.EVENT,
            location=location(url, None, hostname),
            hostname=hostname,
            event_name=name,
            event_data=None if document is None else json.dumps(data, separators=(",", ":")),
            properties=properties(data),
        ),
        client=NO_CLIENT,
    )
