"""What we see about you: the address, place and client that collect would take from this request, and whether it
would count the visit. Nothing of it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import conf
from ..domain.hits import Hit
from ..domain.vocabulary import HitKind, Metric
from ..ingest.address import is_local
from ..ingest.bots import bot_rule
from ..ingest.payload import Payload
from ..ingest.pipeline import Rules, Tracked, Visitor, collect, exclusion, refusal
from ..models import Website
from ..services.directory import tracked
from .filtered import REASONS
from .labels import shown_name


@dataclass(frozen=True, slots=True)
class Verdict:
    """Would a visit of the first page be counted on a website? The reason, when not."""

    website: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class You:
    """Everything the page shows."""

    facts: list[tuple[str, str]]
    hints: list[str]
    verdicts: list[Verdict]


def you(request: HttpRequest, visitor: Visitor, rules: Rules, websites: Iterable[Website]) -> You:
    """What collect takes from *request*, whom it makes *visitor* of. A query for each website."""
    return You(
        facts=_facts(visitor),
        hints=list(_hints(request, visitor)),
        verdicts=[Verdict(website.name, _reason(website, visitor, rules)) for website in websites],
    )


def _facts(visitor: Visitor) -> list[tuple[str, str]]:
    unknown = _("unknown")
    hit = _visit(Website(pk=0), visitor, Rules())
    client = hit.client
    country = shown_name(Metric.COUNTRY, client.country) if client.country else None
    place = [part for part in (country, client.region, client.city) if part]
    return [
        (_("Address"), visitor.address or unknown),
        (_("Country, region, city"), ", ".join(place) or unknown),
        (_("Browser"), shown_name(Metric.BROWSER, client.browser) if client.browser else unknown),
        (_("Operating system"), shown_name(Metric.OS, client.os) if client.os else unknown),
        (_("Device"), shown_name(Metric.DEVICE, client.device) if client.device else unknown),
        (_("User agent"), visitor.user_agent or _("none")),
        (_("Bot"), bot_rule(visitor.user_agent) or _("no")),
        (_("Asks not to be tracked"), _("yes") if visitor.asks_not_to_be_tracked else _("no")),
    ]


def _hints(request: HttpRequest, visitor: Visitor) -> Iterable[str]:
    """What looks like a mistake in the settings."""
    names = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_CF_CONNECTING_IP", "HTTP_X_REAL_IP")
    sent = [name[5:].replace("_", "-").title() for name in names if request.META.get(name)]
    remote = request.META.get("REMOTE_ADDR")
    if sent and visitor.address == remote:
        yield _(
            "A proxy names the visitor's address in %(headers)s, but is not trusted: every visitor seems to come from "
            "%(address)s. Name it in UMAMI['TRUSTED_PROXIES']."
        ) % {"headers": ", ".join(sent), "address": remote}
    elif is_local(visitor.address):
        yield _("The address is a local one: it says nothing of a country.")
    settings = conf.umami_settings()
    if not conf.is_recording():
        yield _("Nothing is recorded at the moment: see UMAMI['RECORD'].")
    if settings.SKIP_STAFF:
        yield _("The template tag and the middleware leave signed-in staff out: UMAMI['SKIP_STAFF'].")


def _reason(website: Website, visitor: Visitor, rules: Rules) -> str | None:
    reason = refusal(visitor, rules) or exclusion(
        _visit(website, visitor, rules), visitor, tracked(website.pk, website.uuid).exclusions
    )
    return None if reason is None else str(REASONS[reason][0])


def _visit(website: Website, visitor: Visitor, rules: Rules) -> Hit:
    """The hit that a visit of the website's first page would be."""
    payload = Payload(website=website.uuid, kind=HitKind.PAGEVIEW, url="/", hostname=website.domain)
    hit, _ = collect(payload, visitor, Tracked(website.pk, website.uuid), timezone.now(), "", rules)
    return hit
