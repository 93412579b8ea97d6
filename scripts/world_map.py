"""Draw the countries of the world map anew: `python -m scripts.world_map`.

Geometry: Natural Earth (public domain), 1:110m, in the npm package `world-atlas`; countries too small for that scale
are circles at their place in the 1:50m edition. Codes: the npm package `i18n-iso-countries` (MIT).
"""

import json
from math import radians

from scripts.npm import DATA, npm_package

ATLAS, CODES = "2.0.2", "7.14.0"
WIDTH, HEIGHT = 960, 440
TOP = 84.0
"""The northernmost latitude shown; Antarctica is left out."""
ANTARCTICA = "010"
KOSOVO = "XK"

# The Natural Earth projection (Patterson, Šavrič): polynomials in the latitude.


def projected(longitude: float, latitude: float) -> tuple[float, float]:
    phi = radians(latitude)
    square = phi * phi
    fourth = square * square
    x = 0.8707 - 0.131979 * square + fourth * (-0.013791 + fourth * (0.003971 * square - 0.001529 * fourth))
    y = phi * (1.007226 + square * (0.015085 + fourth * (-0.044475 + 0.028874 * square - 0.005916 * fourth)))
    return radians(longitude) * x, y


SCALE = WIDTH / (2 * projected(180, 0)[0])
TOP_Y = projected(0, TOP)[1]


def point(longitude: float, latitude: float) -> tuple[int, int]:
    """In tenths of a pixel."""
    x, y = projected(longitude, latitude)
    return round(10 * (WIDTH / 2 + x * SCALE)), round(10 * (TOP_Y - y) * SCALE)


def decoded(topology: dict) -> list[list[tuple[float, float]]]:
    """The arcs of a quantised TopoJSON as longitudes and latitudes."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append((x * kx + dx, y * ky + dy))
        arcs.append(line)
    return arcs


def rings(geometry: dict, arcs: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    found = []
    for polygon in polygons:
        for ring in polygon:
            line: list[tuple[float, float]] = []
            for number in ring:
                part = arcs[number] if number >= 0 else arcs[~number][::-1]
                line += part[1:] if line else part
            found += pieces(line)
    return found


def pieces(line: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A ring that crosses the edge of the map, as a ring on either side of it."""
    sides: list[list[tuple[float, float]]] = [[], []]
    side, last = 0, line[0]
    for place in line:
        if abs(place[0] - last[0]) > 180:
            side = 1 - side
        sides[side].append(place)
        last = place
    return [each for each in sides if len(each) > 2]


def path(lines: list[list[tuple[float, float]]]) -> str:
    """Relative moves in whole pixels where they differ: small, and good enough at this size."""
    text = ""
    for line in lines:
        points = [point(*place) for place in line]
        kept = [points[0]]
        for x, y in points[1:]:
            if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= 10:
                kept.append((x, y))
        if len(kept) < 3:
            continue
        (x, y), *rest = kept
        text += f"M{x},{y}l"
        steps = []
        for next_x, next_y in rest:
            steps.append(f"{next_x - x},{next_y - y}")
            x, y = next_x, next_y
        text += " ".join(steps) + "z"
    return text.replace(",-", "-").replace(" -", "-")


def main() -> None:
    with npm_package("i18n-iso-countries", CODES) as package:
        code_of = {
            number: code for code, _, number, *_more in json.loads((package / "codes.json").read_text())
        }
    with npm_package("world-atlas", ATLAS) as package:
        coarse, fine = (
            json.loads((package / f"countries-{scale}.json").read_text()) for scale in ("110m", "50m")
        )
    shapes: dict[str, str] = {}
    for geometry in coarse["objects"]["countries"]["geometries"]:
        if geometry.get("id") != ANTARCTICA:
            is_kosovo = geometry["properties"]["name"] == "Kosovo"
            code = KOSOVO if is_kosovo else code_of.get(geometry.get("id", ""), "")
            drawn = path(rings(geometry, decoded(coarse)))
            shapes[code] = shapes.get(code, "") + drawn
    dots: dict[str, list[int]] = {}
    arcs = decoded(fine)
    for geometry in fine["objects"]["countries"]["geometries"]:
        code = code_of.get(geometry.get("id", ""))
        if code and code != "AQ" and code not in shapes:
            longest = max(rings(geometry, arcs), key=len)
            west, north = (sum(place[axis] for place in longest) / len(longest) for axis in (0, 1))
            dots[code] = list(point(west, north))
    world = {"width": WIDTH * 10, "height": HEIGHT * 10, "shapes": shapes, "dots": dots}
    (DATA / "world.json").write_text(json.dumps(world, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
