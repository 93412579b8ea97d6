"""A made-up language that puts every translated text into ⟦brackets⟧, and the words of a page that are in none."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils import translation

from umami_django.dashboards import labels

SILENT = {"script", "style", "pre", "code", "kbd"}
"""Code, and the names of keys."""
EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
READ_OUT = {"title", "aria-label", "placeholder", "alt", "label"}
TOLD_BY_SCRIPTS = {"data-umami-copied", "data-umami-seen", "data-umami-loading", "data-umami-failed"}
NO_TEXTS = {"kind", "unit", "starts", "zoom", "language"}
"""What the chart's data holds beside texts."""
UUIDS = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{8}\b")
"""Also the beginning of one, which stands for a visitor without a name."""
DATE_FORMAT = "date format"


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on everything that is translated stands in brackets; names of countries have a table of their own."""
    catalogue: Any = translation._trans  # type: ignore[attr-defined]
    _ = catalogue.gettext  # the real functions are put there on first use
    monkeypatch.setattr(catalogue, "gettext", _bracketed)
    monkeypatch.setattr(catalogue, "ngettext", lambda one, many, n: _bracketed(one if n == 1 else many))
    monkeypatch.setattr(
        catalogue, "pgettext", lambda context, text: text if context == DATE_FORMAT else _bracketed(text)
    )
    monkeypatch.setattr(
        catalogue, "npgettext", lambda _context, one, many, n: _bracketed(one if n == 1 else many)
    )
    monkeypatch.setattr(labels, "country_name", _bracketed)


def _bracketed(text: str) -> str:
    return f"⟦{text}⟧" if text else ""


def bare_words(html: str) -> set[str]:
    """The words that *html* shows, reads out, or hands to its scripts to show, and that nobody translated."""
    page = _Page()
    page.feed(html)
    # a translation may have elements in it: what stands between tags is one text
    texts = [*page.texts, "\n".join(page.between_tags)]
    return {word for text in texts for word in re.findall(r"[A-Za-z]+", _without_brackets(text))}


def _without_brackets(text: str) -> str:
    shorter = re.sub("⟦[^⟦⟧]*⟧", " ", UUIDS.sub(" ", text))
    return text if shorter == text else _without_brackets(shorter)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.between_tags: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag not in EMPTY:
            is_json = tag == "script" and names.get("type") == "application/json"
            self._open.append("json" if is_json else tag)
        shown = (
            READ_OUT | TOLD_BY_SCRIPTS | ({"value"} if names.get("type") in ("submit", "button") else set())
        )
        self.texts += [names[name] or "" for name in shown & names.keys()]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        name = "json" if tag == "script" and self._open and self._open[-1] == "json" else tag
        while name in self._open and self._open.pop() != name:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "json":
            self.texts += _strings(json.loads(data)) if data.strip() else []
        elif not SILENT & set(self._open):
            self.between_tags.append(data)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in NO_TEXTS for text in _strings(item)]
    return []
