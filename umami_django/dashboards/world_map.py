"""The map of the world: each country the darker, the more visitors; a click filters by it."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..domain.answers import Row
from ..domain.vocabulary import Metric
from .asked import Asked
from .labels import shown_name
from .numbers import grouped, share
from .rows import row_link

LEVELS = 6


@dataclass(frozen=True, slots=True)
class Country:
    """One country; a shape, or a dot where it is too small for one. `level` 0 (nobody) to 6."""

    code: str
    label: str
    level: int
    href: str
    path: str
    dot: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class WorldMap:
    box: str
    countries: list[Country]
    """Those with visitors last, so that their edges are drawn above the others'."""


def world_map(question: Asked, rows: list[Row], total: int) -> WorldMap:
    """The map of a ranking of countries; shares are of *total* visitors. No query."""
    world = _world()
    counts = {row.name: row.count for row in rows if row.name}
    most = max(counts.values(), default=0)
    countries = [
        _country(question, code, counts.get(code, 0), most, total)
        for code in (*world["shapes"], *world["dots"])
        if code
    ]
    nameless = [Country("", "", 0, "", world["shapes"].get("", ""), None)]
    box = f"0 0 {world['width']} {world['height']}"
    return WorldMap(box, nameless + sorted(countries, key=lambda country: country.level))


def _country(question: Asked, code: str, count: int, most: int, total: int) -> Country:
    world = _world()
    name = shown_name(Metric.COUNTRY, code)
    part = share(count, total)
    dot = world["dots"].get(code)
    return Country(
        code=code,
        label=f"{name}: {grouped(count)} ({part})" if count else name,
        level=_level(count, most),
        href=row_link(question, Metric.COUNTRY, code, None) if count else "",
        path=world["shapes"].get(code, ""),
        dot=(str(dot[0]), str(dot[1])) if dot else None,
    )


def _level(count: int, most: int) -> int:
    """By the square root, so that the second country does not vanish beside the first."""
    return 0 if count == 0 else max(1, min(LEVELS, round(LEVELS * (count / most) ** 0.5)))


@lru_cache(maxsize=1)
def _world() -> dict[str, Any]:
    """The drawing that `scripts/world_map.py` made."""
    world: dict[str, Any] = json.loads((Path(__file__).parent / "world.json").read_text("utf-8"))
    return world
