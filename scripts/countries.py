"""Write the names of countries anew, in every language of `locale/`: `python -m scripts.countries`.

From Unicode's CLDR, by way of `babel` (extra `dev`). Where it speaks as a diplomat, we are brief.
"""

import json
from pathlib import Path

from babel import Locale

APP = Path(__file__).resolve().parent.parent / "umami_django"
NO_COUNTRIES = frozenset({"CP", "CQ", "EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
SHORTER = {
    "en": {"HK": "Hong Kong", "MM": "Myanmar", "MO": "Macao", "PS": "Palestine"},
    "de": {"HK": "Hongkong", "MO": "Macau", "PS": "Palästina"},
}


def main() -> None:
    languages = ["en", *sorted(path.name for path in (APP / "locale").iterdir() if path.is_dir())]
    names = {language.replace("_", "-").lower(): names_in(language) for language in languages}
    lines = ",\n".join(f"{json.dumps(key)}: {_text(value)}" for key, value in names.items())
    (APP / "dashboards" / "countries.json").write_text(f"{{\n{lines}\n}}\n")


def names_in(language: str) -> dict[str, str]:
    """Two letters of ISO 3166 to a name; codes that are in use without being in it are there, too (Kosovo, XK)."""
    found = {
        code: name
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }
    return dict(sorted((found | SHORTER.get(language, {})).items()))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
