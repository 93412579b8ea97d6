"""Bring the translations up to date: `python -m scripts.messages [LANGUAGE ...]`.

Collects the texts of the package into every `django.po` (of *LANGUAGE* too, which may be new), compiles them, and says
what is left to translate. Needs gettext's programs (`apt install gettext`); the extra `dev` for its report.
"""

import os
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po
from django.core.management import call_command

APP = Path(__file__).resolve().parent.parent / "umami_django"
LOCALE = APP / "locale"


def main(languages: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    known = {path.name for path in LOCALE.iterdir() if path.is_dir()}
    chosen = sorted(known | set(languages))
    os.chdir(APP)
    call_command("makemessages", locale=chosen, add_location="file", no_obsolete=True, verbosity=0)
    files = [LOCALE / language / "LC_MESSAGES" / "django.po" for language in chosen]
    for file in files:  # else every run would change it
        lines = file.read_text("utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith('"POT-Creation-Date')), "utf-8")
    unfinished = sum(map(_unfinished, files))
    call_command("compilemessages", locale=chosen, verbosity=0)
    # names of countries are no texts: they come in every language that there is
    subprocess.run([sys.executable, "-m", "scripts.countries"], cwd=APP.parent, check=True)
    raise SystemExit(1 if unfinished else 0)


def _unfinished(file: Path) -> int:
    """How many texts are without a translation, or with one that nobody has looked at; each is shown."""
    with file.open("rb") as opened:
        catalogue = read_po(opened)
    found = [
        message for message in catalogue if message.id and (message.fuzzy or not _is_whole(message.string))
    ]
    for message in found:
        print(f"{file.parent.parent.name}: {'fuzzy' if message.fuzzy else 'missing'}: {message.id!r}")
    return len(found)


def _is_whole(text: str | tuple[str, ...]) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


if __name__ == "__main__":
    main(sys.argv[1:])
