"""The figures of statistics.py as Markdown tables."""

from collections.abc import Iterator, Sequence
from typing import Any

RANGES = ("24 h", "7 d", "30 d", "90 d", "12 m")
UMAMIS_BYTES = 240
"""A pageview, with its indexes (design, section 4)."""


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """One section for each database and size; then how the figures grow."""
    parts = [section for result in results for section in _sections(result)]
    return "\n\n".join([*parts, *_growth(results)]) + "\n"


def _sections(result: dict[str, Any]) -> Iterator[str]:
    title = f"{result['database']}, {result['pageviews']:,} pageviews"
    rows = result["questions"]
    zones = sorted({row["zone"] for row in rows if row["zone"]})
    for zone in zones:
        lines = [row for row in rows if row["zone"] == zone and not row["filtered"]]
        yield f"### {title}, {zone}: ms (and over HTTP)\n\n" + _by_range(lines)
    filtered = [row for row in rows if row["filtered"]]
    if filtered:
        words = sorted({row["filtered"] for row in filtered})
        yield f"### {title}, 30 days with a filter: ms (and over HTTP)\n\n" + _grid(
            filtered, "filtered", words
        )
    now = [row for row in rows if not row["zone"]]
    if now:
        yield "\n".join(
            ["| question | ms |", "|---|---:|", *(f"| {_name(row)} | {_cell(row)} |" for row in now)]
        )
    if result.get("umami"):
        yield f"### {title}, beside Umami's way: ms\n\n" + _beside(result)


def _by_range(rows: Sequence[dict[str, Any]]) -> str:
    """A chart's question changes its unit with the range: its name goes without."""
    plain = [row | {"name": row["name"].partition(" by ")[0]} for row in rows]
    return _grid(plain, "range", [name for name in RANGES if any(row["range"] == name for row in rows)])


def _grid(rows: Sequence[dict[str, Any]], key: str, columns: Sequence[str]) -> str:
    cells = {(_name(row), row[key]): _cell(row) for row in rows}
    names = dict.fromkeys(name for name, _ in cells)
    lines = [f"| question | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    lines += [
        f"| {name} | {' | '.join(cells.get((name, column), '') for column in columns)} |" for name in names
    ]
    return "\n".join(lines)


def _name(row: dict[str, Any]) -> str:
    return f"{row['door']}: {row['name']}"


def _cell(row: dict[str, Any]) -> str:
    over_http = f" ({_ms(row['http_ms'])})" if "http_ms" in row else ""
    return _ms(row["ms"]) + over_http


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:,.0f}"


def _beside(result: dict[str, Any]) -> str:
    ours = beside(result)
    lines = ["| question | range | Umami's way | ours | times |", "|---|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {span} | {_ms(theirs)} | {_ms(mine)} | {theirs / mine:,.0f} |"
        for name, span, theirs, mine in ours
    ]
    return "\n".join(lines)


def beside(result: dict[str, Any]) -> list[tuple[str, str, float, float]]:
    """Question, range, Umami's ms, ours: of those that were asked both ways."""
    mine = {
        (row["name"], row["range"]): row["ms"]
        for row in result["questions"]
        if row["door"] == "v1" and not row["filtered"] and row["zone"] == "Europe/Berlin"
    }
    return [
        (row["name"], row["range"], row["ms"], mine[row["name"], row["range"]])
        for row in result.get("umami", ())
        if (row["name"], row["range"]) in mine
    ]


def _growth(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    head = (
        "| database | pageviews | bytes a hit | of it summaries | Umami's bytes a pageview | built, hits/s "
        "| an hour refreshed, ms | generator, hits/s |"
    )
    lines = [head, "|---|" + "---:|" * 7]
    for result in results:
        summaries = result["bytes_a_hit"] - result["bytes_before"]
        filled = result.get("hits_a_second")
        theirs = result.get("umami_bytes", UMAMIS_BYTES)
        lines.append(
            f"| {result['database']} | {result['pageviews']:,} | {result['bytes_a_hit']:.0f} | {summaries:.0f} "
            f"| {theirs:.0f} | {result.get('built_a_second', 0):,.0f} | {result['refresh_ms']:.0f} "
            f"| {f'{filled:,.0f}' if filled else ''} |"
        )
    yield "### Space and building\n\n" + "\n".join(lines)
    for database in dict.fromkeys(result["database"] for result in results):
        sizes = sorted((result for result in results if result["database"] == database), key=_size)
        if len({_size(result) for result in sizes}) > 1:
            yield f"### {database}: how the questions grow, Europe/Berlin, ms\n\n" + _grown(sizes)


def _grown(sizes: Sequence[dict[str, Any]]) -> str:
    """Each of v1's questions for 30 days and 12 months at each size; the last column is ten times the last size, if the
    growth of the last step goes on."""
    columns = [f"{_size(result):,}" for result in sizes]
    head = f"| question | range | {' | '.join(columns)} | {10 * _size(sizes[-1]):,} (on paper) |"
    lines = [head, "|---|---|" + "---:|" * (len(columns) + 1)]
    for row in sizes[-1]["questions"]:
        if row["filtered"] or row["zone"] != "Europe/Berlin" or row["range"] not in ("30 d", "12 m"):
            continue
        times = [_same(result, row) for result in sizes]
        if None in times:
            continue
        known = [time for time in times if time is not None]
        ahead = known[-1] * max(1.0, known[-1] / known[-2])
        cells = " | ".join(map(_ms, [*known, ahead]))
        lines.append(f"| {_name(row)} | {row['range']} | {cells} |")
    return "\n".join(lines)


def _same(result: dict[str, Any], question: dict[str, Any]) -> float | None:
    keys = ("door", "name", "range", "zone", "filtered")
    for row in result["questions"]:
        if all(row[key] == question[key] for key in keys):
            return float(row["ms"])
    return None


def _size(result: dict[str, Any]) -> int:
    return int(result["pageviews"])
