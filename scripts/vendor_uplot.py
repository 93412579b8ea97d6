"""Refresh uPlot, which draws the charts: `python -m scripts.vendor_uplot [VERSION]`."""

import shutil
import sys

from scripts.npm import STATIC, npm_package

VERSION = "1.6.32"
FILES = ("dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE")


def main(version: str) -> None:
    target = STATIC / "vendor" / "uplot"
    target.mkdir(parents=True, exist_ok=True)
    with npm_package("uplot", version) as package:
        for name in FILES:
            shutil.copyfile(package / name, target / (package / name).name)
    (target / "VERSION").write_text(f"{version}\n")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [VERSION])
