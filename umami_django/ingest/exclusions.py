"""Whose hits a website's owner does not want: networks, hostnames, paths, visitors who ask not to be tracked.

Compiled once from what the admin holds, then asked for each hit. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate

from django.utils.translation import gettext_noop

from ..domain.vocabulary import ExclusionKind
from .address import Network, networks


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What is not counted on one website. Empty: everything is counted."""

    networks: tuple[Network, ...] = ()
    hostnames: re.Pattern[str] | None = None
    only_hostnames: re.Pattern[str] | None = None
    paths: re.Pattern[str] | None = None
    obey_signals: bool = False


class Meaningless(ValueError):
    """A value that excludes nothing. `text` is English and for people, who may read it translated: `text % params`."""

    def __init__(self, text: str, value: str) -> None:
        self.text, self.params = text, {"value": value}
        super().__init__(text % self.params)


def checked(kind: ExclusionKind, value: str) -> str:
    """*value* as it is kept. Raises Meaningless when it says nothing as *kind*."""
    value = value.strip()
    if kind is ExclusionKind.SIGNAL:
        return ""
    if not value:
        raise Meaningless(gettext_noop("This value is needed."), value)
    if "\0" in value or any(mark.isspace() for mark in value):
        raise Meaningless(gettext_noop("There must be no blanks in it."), value)
    match kind:
        case ExclusionKind.ADDRESS:
            try:
                return str(networks([value])[0])
            except ValueError:
                problem = gettext_noop("“%(value)s” is neither an address nor a network such as 10.0.0.0/8.")
                raise Meaningless(problem, value) from None
        case ExclusionKind.PATH:
            if not value.startswith(("/", "*")):
                raise Meaningless(gettext_noop("A path begins with / or *, for example /admin/*."), value)
            return value
        case _:
            if "/" in value:
                problem = gettext_noop(
                    "A hostname has no scheme and no path, for example staging.example.com."
                )
                raise Meaningless(problem, value)
            return value.lower()


def compiled(rows: Iterable[tuple[str, str]]) -> Exclusions:
    """Pairs of kind and value as one value. What cannot be understood excludes nothing."""
    values: dict[ExclusionKind, list[str]] = {kind: [] for kind in ExclusionKind}
    for kind, value in rows:
        try:
            values[ExclusionKind(kind)].append(checked(ExclusionKind(kind), value))
        except ValueError:
            continue
    return Exclusions(
        networks=networks(values[ExclusionKind.ADDRESS]),
        hostnames=_any_of(values[ExclusionKind.HOSTNAME]),
        only_hostnames=_any_of(values[ExclusionKind.ONLY_HOSTNAME]),
        paths=_any_of(values[ExclusionKind.PATH]),
        obey_signals=bool(values[ExclusionKind.SIGNAL]),
    )


def _any_of(globs: list[str]) -> re.Pattern[str] | None:
    """One pattern for all; `*` stands for anything, a slash included."""
    return re.compile("|".join(map(translate, sorted(set(globs))))) if globs else None
