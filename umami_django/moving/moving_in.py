"""Moving in, from the first look to the last count. What is asked and shown is the command's."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ..services.pruning import kept_from
from .importing import begun, bring, brought, later
from .people import Arrivals, CannotMove, bring_people, bring_sites, planned
from .progress import Progress
from .report import Line, lines
from .values import Person, Site, Source, Tally


@dataclass(frozen=True)
class Plan:
    """What would be brought. Nothing is written yet."""

    source: Source
    people: list[Person]
    sites: list[Site]
    names: Mapping[str, str]
    since: datetime | None
    newcomers: list[str]
    acquainted: list[str]

    def counts(self) -> Iterator[tuple[Site, dict[Tally, int]]]:
        """What the source holds of each website."""
        for site in self.sites:
            yield site, self.source.counts(site, later(self.since, site.reset_at))


@dataclass(frozen=True)
class Moved:
    """What came of it."""

    rows: int
    lines: list[Line]
    notes: list[str]


def plan(source: Source, websites: Sequence[UUID], since: datetime | None, names: Mapping[str, str]) -> Plan:
    """What would be brought; of *websites* with their owners only, if there are any. Raises CannotMove."""
    people, sites = source.people(), source.sites()
    if websites:
        unknown = set(websites) - {site.uuid for site in sites}
        if unknown:
            raise CannotMove(f"--website: the source has no website {', '.join(map(str, sorted(unknown)))}.")
        sites = [site for site in sites if site.uuid in websites]
        owners = {site.owner for site in sites}
        people = [person for person in people if person.key in owners]
    users = planned(people, names)
    named = [(names.get(person.username, person.username), users[person.key]) for person in people]
    return Plan(
        source=source,
        people=people,
        sites=sites,
        names=names,
        since=since,
        newcomers=[name for name, user in named if user is None],
        acquainted=[name for name, user in named if user is not None],
    )


def move_in(found: Plan, progress: Callable[[Progress], None], clock: Callable[[], float]) -> Moved:
    """Bring everything, and count it. *clock* gives seconds. Raises CannotMove, DatabaseError."""
    source, arrivals = found.source, Arrivals()
    bring_people(found.people, found.names, arrivals)
    bring_sites(found.sites, arrivals)
    sites = [site for site in found.sites if str(site.uuid) in arrivals.websites]
    moves = [(site, begun(source, site, arrivals.websites[str(site.uuid)], found.since)) for site in sites]
    total = sum(source.count(stream, site, move.since) for site, move in moves for stream in source.streams)
    state = Progress(total, sum(brought(move) for _, move in moves), clock())

    def advance(count: int) -> None:
        state.advance(count)
        progress(state)

    with _few_collections():
        for site, move in moves:
            bring(source, site, move, advance)
    for site, move in moves:
        if (raw_from := kept_from(move.website_id)) is not None:
            left_out = sum(
                source.count(stream, site, None) - source.count(stream, site, raw_from)
                for stream in source.streams
            )
            if left_out:
                arrivals.notes.append(
                    f"{site.name}: {left_out:,} rows of before {raw_from:%Y-%m-%d} are left out, since hits of that "
                    "time are pruned here."
                )
    counted = [line for site, move in moves for line in lines(source, site, move)]
    return Moved(state.done, counted, arrivals.notes)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Python looks for garbage less often: a batch is a hundred thousand values that live a moment (a fifth of the
    time, measured)."""
    usual = gc.get_threshold()
    gc.set_threshold(500_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
