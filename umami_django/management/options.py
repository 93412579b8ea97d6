"""Options that several commands take: a website, a day or moment."""

from datetime import datetime
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from ..models import Website


def website_of(text: str) -> Website:
    """The website with this uuid. Raises CommandError."""
    try:
        uuid = UUID(text)
    except ValueError:
        raise CommandError(f"--website: {text!r} is not a uuid.") from None
    website: Website | None = Website.objects.alive().filter(uuid=uuid).first()
    if website is None:
        raise CommandError(f"--website: there is no website {uuid}.")
    return website


def moment_of(text: str | None, option: str) -> datetime | None:
    """A day or moment, in the current time zone unless it names its own. Raises CommandError."""
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)) is not None:
            moment = datetime(day.year, day.month, day.day)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{option}: {text!r} is neither a date nor a moment such as 2026-01-31T12:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
