"""Make the sheet of small pictures anew: `python -m scripts.icons`.

Browsers and systems: the npm package `simple-icons` (CC0), in the last version that has those of Microsoft. Devices
are drawn here.
"""

import re

from scripts.npm import STATIC, npm_package

VERSION = "11.15.0"
TAKEN = {
    "chrome": "googlechrome",
    "firefox": "firefoxbrowser",
    "safari": "safari",
    "edge": "microsoftedge",
    "opera": "opera",
    "samsung": "samsung",
    "android": "android",
    "facebook": "facebook",
    "instagram": "instagram",
    "apple": "apple",
    "windows": "windows",
    "linux": "linux",
}
DRAWN = {
    "desktop": "M2 3h20v14H2zm2 2v10h16V5zm5 14h6v2H9z",
    "laptop": "M4 4h16v12H4zm2 2v8h12V6zM1 18h22v2H1z",
    "tablet": "M5 1h14v22H5zm2 2v16h10V3zm4 17h2v2h-2z",
    "mobile": "M7 1h10v22H7zm2 3v14h6V4zm2 15h2v2h-2z",
}


def main() -> None:
    paths = dict(DRAWN)
    with npm_package("simple-icons", VERSION) as package:
        for name, source in TAKEN.items():
            (paths[name],) = re.findall(r' d="([^"]+)"', (package / "icons" / f"{source}.svg").read_text())
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24"><path fill-rule="evenodd" d="{paths[name]}"/></symbol>\n'
        for name in sorted(paths)
    )
    (STATIC / "dashboard" / "icons.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'
    )


if __name__ == "__main__":
    main()
