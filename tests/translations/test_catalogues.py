"""The catalogues are whole, fit their texts, and are compiled."""

import gettext
import re
import shutil
import string
from pathlib import Path
from typing import Any

import django
import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.core.management import call_command

import umami_django
from umami_django.dashboards.labels import _country_names

APP = Path(umami_django.__file__).parent
FOLDERS = sorted((APP / "locale").glob("*/LC_MESSAGES"))
LANGUAGES = [folder.parent.name for folder in FOLDERS]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+#0 ]?\d*(?:\.\d+)?[a-zA-Z]|<[^>]*>")


def folder_of(language: str) -> Path:
    return APP / "locale" / language / "LC_MESSAGES"


def messages(language: str) -> list[Message]:
    with (folder_of(language) / "django.po").open("rb") as opened:
        return [message for message in read_po(opened, locale=language) if message.id]


def forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> list[str]:
    """Also elements: a translation must not lose the tag around a number."""
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_to_translate(language: str) -> None:
    open_texts = [item.id for item in messages(language) if item.fuzzy or not all(forms(item.string))]
    assert open_texts == []
    assert len(messages(language)) > 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    wrong = [
        (item.id, text)
        for item in messages(language)
        for text in forms(item.string)
        if placeholders(text) not in [placeholders(original) for original in forms(item.id)]
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_as_its_text_does(language: str) -> None:
    def ends(text: str) -> tuple[bool, bool, bool]:
        return text[0] in string.whitespace, text[-1] in string.whitespace, text[-1] == ":"

    wrong = [item.id for item in messages(language) if ends(forms(item.string)[0]) != ends(forms(item.id)[0])]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with (folder_of(language) / "django.mo").open("rb") as opened:
        compiled = dict(gettext.GNUTranslations(opened)._catalog)  # type: ignore[attr-defined]
    compiled.pop("")
    written: dict[Any, str] = {}
    for item in messages(language):
        key = f"{item.context}\x04{forms(item.id)[0]}" if item.context else forms(item.id)[0]
        if isinstance(item.id, str):
            written[key] = str(item.string)
        else:
            written |= {(key, number): text for number, text in enumerate(forms(item.string))}
    assert compiled == written, "run `python -m scripts.messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_djangos_own_translations_do_not_speak_for_us(language: str) -> None:
    """Texts of all apps share one catalogue, and the apps before us come first: what reads otherwise there needs a
    context here."""
    django_folder = Path(django.__file__).parent
    theirs: dict[Any, str] = {}
    for file in django_folder.glob(f"**/locale/{language}/LC_MESSAGES/django.mo"):
        with file.open("rb") as opened:
            theirs |= gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
    wrong = [
        (item.id, theirs[item.id])
        for item in messages(language)
        if isinstance(item.id, str) and not item.context and theirs.get(item.id, item.string) != item.string
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_countries_have_names(language: str) -> None:
    names = _country_names()
    assert names[language.replace("_", "-").lower()].keys() == names["en"].keys() and len(names["en"]) > 249


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext's programs are not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_is_in_the_catalogue(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("static", "__pycache__", "locale"))
    (tmp_path / "app" / "locale").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    call_command("makemessages", locale=[language], verbosity=0)
    with (tmp_path / "app" / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as opened:
        found = {(item.context, item.id) for item in read_po(opened, locale=language) if item.id}
    known = {(item.context, item.id) for item in messages(language)}
    assert (found - known, known - found) == (set(), set()), "run `python -m scripts.messages`"
