"""A report as plain text, for those who read mails so: columns of spaces, bars of blocks."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from .content import Report

BAR_WIDTH = 30
LABEL_WIDTH = 44
BLOCK = "█"


def text_lines(report: Report, unsubscribe: str) -> Iterator[str]:
    """The lines of the mail, without their ends."""
    yield from _headed(f"{report.website}: {report.span}", "=")
    if report.quiet:
        yield from report.quiet
    else:
        yield from _columns([(card.title, card.exact, card.change.text) for card in report.cards])
        yield f"({report.compared})"
    if report.bars and not report.quiet:
        yield ""
        yield from _headed(_("Visitors by day"), "-")
        width = max(len(bar.label) for bar in report.bars)
        for bar in report.bars:
            blocks = BLOCK * max(1 if bar.percent else 0, round(bar.percent * BAR_WIDTH / 100))
            yield f"{bar.label.ljust(width)}  {blocks}{' ' if blocks else ''}{bar.count}"
    for block in report.blocks:
        yield ""
        yield from _headed(f"{block.title} ({block.counted})", "-")
        yield from _columns([(_cut(row.label), row.count, row.share) for row in block.rows])
    yield ""
    if report.href:
        yield _("The dashboard of these days:")
        yield report.href
        yield ""
    if unsubscribe:
        yield _("No more of these reports:")
        yield unsubscribe
    else:
        yield _("This is a test that you asked for.")


def _headed(title: str, line: str) -> tuple[str, str]:
    return title, line * len(title)


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LABEL_WIDTH else f"{text[: LABEL_WIDTH - 1]}…"
