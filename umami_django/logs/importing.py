"""The import itself: lines become hits by the pipeline of collect, in batches, each once.

The ledger of what was taken in moves in the transaction of the rows: an import that was broken off goes on where
it stopped, and the same lines are never counted twice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO

from .. import conf
from ..domain.hits import Hit
from ..domain.vocabulary import HitKind
from ..ingest.geo import Place, database_path, place
from ..ingest.payload import HOSTNAME_LENGTH, URL_LENGTH, Payload, clean
from ..ingest.pipeline import Reason, Rules, Tracked, Visitor, collect, exclusion, refusal
from ..models import LogImport, Website
from ..services.directory import tracked
from ..services.pruning import kept_from
from ..services.salts import salt_for
from ..writers import write
from ..writers.rows import write_transaction
from .formats import FORMATS, LogLine, Parser
from .reader import Ruler, begins_as_before, complete_lines, first_line_digest, text
from .selection import Selection, Skip

BATCH_LINES = 10_000
SHOWN_BROKEN = 5

Progress = Callable[[int], None]
"""Called with the number of bytes read of the current file."""


@dataclass
class Outcome:
    """What an import did."""

    lines: int = 0
    pageviews: int = 0
    lines_known: bool = False
    skipped: Counter[Skip] = field(default_factory=Counter)
    sessions: set[int] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    """The first few lines that nothing could be made of."""


def import_log(
    file: IO[bytes],
    website: Website,
    log_format: str,
    selection: Selection,
    rules: Rules,
    now: datetime,
    *,
    dry_run: bool = False,
    outcome: Outcome | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Take in *file*, from where the last import of it stopped; with *dry_run* only tell what would be.

    The file must be seekable and at its beginning. A last line that is not complete yet is left for next time.
    """
    outcome = outcome or Outcome()
    parse = FORMATS[log_format]
    if selection.include_bots:
        rules = replace(rules, refuse_bots=False, require_user_agent=False)
    using = conf.umami_settings().TRAFFIC_DATABASE
    head = first_line_digest(file)
    ledger = LogImport.objects.using(using).filter(website_id=website.pk, first_line_digest=head).first()
    ruler = begins_as_before(file, ledger.bytes_read, ledger.digest) if ledger is not None else None
    outcome.lines_known |= ruler is not None
    ruler = ruler or Ruler()
    counted, raw_from = tracked(website.pk, website.uuid), kept_from(website.pk)
    lines = complete_lines(file)
    while batch := [line for line, _ in zip(lines, range(BATCH_LINES), strict=False)]:
        hits = []
        for line in batch:
            ruler.measure(line)
            hit = _hit(text(line), parse, counted, selection, rules, now, outcome)
            if hit is not None and raw_from is not None and hit.created_at < raw_from:
                outcome.skipped[Skip.PRUNED] += 1
            elif hit is not None:
                hits.append(hit)
        outcome.lines += len(batch)
        outcome.pageviews += len(hits)
        outcome.sessions.update(hit.session_id for hit in hits)
        if not dry_run:
            with write_transaction(using):
                write(hits)
                LogImport.objects.using(using).update_or_create(
                    website_id=website.pk,
                    first_line_digest=head,
                    defaults={"bytes_read": ruler.bytes_read, "digest": ruler.digest},
                )
        if progress is not None:
            progress(ruler.bytes_read)
    return outcome


def _hit(
    line: str,
    parse: Parser,
    website: Tracked,
    selection: Selection,
    rules: Rules,
    now: datetime,
    outcome: Outcome,
) -> Hit | None:
    """The hit of one line; None, and a reason counted, for a line that is no pageview."""
    request = parse(line)
    if request is None:
        if len(outcome.broken) < SHOWN_BROKEN:
            outcome.broken.append(line[:200])
        outcome.skipped[Skip.BROKEN] += 1
        return None
    if (skip := selection.skip(request)) is not None:
        outcome.skipped[skip] += 1
        return None
    visitor = Visitor(request.address, request.user_agent, _place(request.address))
    if (reason := refusal(visitor, rules)) is not None:
        outcome.skipped[Skip.BOT if reason is Reason.BOT else Skip.REFUSED] += 1
        return None
    moment = request.moment.astimezone(UTC)
    hit, _ = collect(_payload(request, website), visitor, website, moment, salt_for(moment, now), rules)
    if exclusion(hit, visitor, website.exclusions) is not None:
        outcome.skipped[Skip.EXCLUDED] += 1
        return None
    return hit


def _payload(request: LogLine, website: Tracked) -> Payload:
    return Payload(
        website=website.uuid,
        kind=HitKind.PAGEVIEW,
        url=clean(request.target, URL_LENGTH),
        referrer=clean(request.referrer, URL_LENGTH),
        hostname=clean(request.host, HOSTNAME_LENGTH) if request.host else None,
    )


@lru_cache(maxsize=8192)
def _place(address: str) -> Place:
    path = database_path(conf.umami_settings().GEOIP_DATABASE, conf.geoip_path())
    return place(address, {}, proxied=False, database=path)
