"""The comparison with Umami's way as a picture: bars on a logarithmic scale. Plain SVG, for light and dark pages."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from benchmarks.tables import beside

LEFT, WIDTH, ROW, GAP, TOP = 330, 620, 34, 10, 70
LEAST_MS, MOST_MS = 0.3, 100_000.0
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px; fill: #59636e }
  .theirs { fill: #c2c8cf } .ours { fill: #0f7b6c } .line { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .theirs { fill: #59636e } .ours { fill: #3fb8a4 }
    .line { stroke: #3d444d } }
"""


def svg(results: Sequence[dict[str, Any]]) -> str:
    """A pair of bars for each question that was asked both ways; of each database the largest size."""
    largest = {result["database"]: result for result in sorted(results, key=lambda one: one["pageviews"])}
    pairs = [
        (f"{name}, {span} ({result['database']}, {result['pageviews'] / 1e6:g} M)", theirs, ours)
        for result in largest.values()
        for name, span, theirs, ours in beside(result)
    ]
    height = TOP + len(pairs) * (ROW + GAP) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 90} {height}" role="img">',
        f"<title>Statistics: Umami's way and ours, in milliseconds</title><style>{STYLE}</style>",
        '<text x="10" y="24">Milliseconds an answer, on a logarithmic scale</text>',
        '<rect class="theirs" x="10" y="36" width="14" height="12"/><text class="small" x="30" y="46">Umami\'s '
        'way</text><rect class="ours" x="120" y="36" width="14" height="12"/><text class="small" x="140" '
        'y="46">umami_django</text>',
    ]
    power = 1.0
    while power <= MOST_MS:
        x = LEFT + _length(power)
        parts.append(f'<line class="line" x1="{x:.0f}" x2="{x:.0f}" y1="{TOP - 8}" y2="{height - 24}"/>')
        parts.append(
            f'<text class="small" x="{x:.0f}" y="{height - 8}" text-anchor="middle">{_words(power)}</text>'
        )
        power *= 10
    for number, (name, theirs, ours) in enumerate(pairs):
        y = TOP + number * (ROW + GAP)
        parts.append(f'<text x="{LEFT - 10}" y="{y + 21}" text-anchor="end">{escape(name)}</text>')
        for kind, milliseconds, at in (("theirs", theirs, y), ("ours", ours, y + ROW / 2)):
            length = _length(milliseconds)
            parts.append(
                f'<rect class="{kind}" x="{LEFT}" y="{at:.0f}" width="{length:.0f}" height="{ROW / 2 - 2:.0f}" rx="2"/>'
            )
            parts.append(
                f'<text class="small" x="{LEFT + length + 6:.0f}" y="{at + 12:.0f}">{_words(milliseconds)}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _length(milliseconds: float) -> float:
    scale = math.log(MOST_MS / LEAST_MS)
    return WIDTH * max(0.0, math.log(max(milliseconds, LEAST_MS) / LEAST_MS)) / scale


def _words(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:,.1f} s".replace(".0 s", " s")
    return (
        f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms".replace(".0 ms", " ms")
    )
