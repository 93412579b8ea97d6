"""What a strict Content-Security-Policy would block in a page."""

from html.parser import HTMLParser


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.found.append("inline script")
        if tag == "style":
            self.found.append("style element")
        self.found += [f"{tag} {name}" for name in names if name.startswith("on") or name == "style"]
        self.found += [
            f"{tag} {name}"
            for name, value in attrs
            if (value or "").strip().lower().startswith("javascript:")
        ]


def inline_code(html: str) -> list[str]:
    """Every inline script, style and handler in *html*."""
    parser = _Inline()
    parser.feed(html)
    return parser.found
