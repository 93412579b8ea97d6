"""Draw the sheet of flags anew: `python -m scripts.flags`. Needs Chromium (CHROMIUM, CHROMEDRIVER) and Pillow.

Flags: the npm package `flag-icons` (MIT), as one small picture with 256 colours, because some of them are large as SVG,
and because flags as letters need a font that Windows does not have.
"""

import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from scripts.npm import STATIC, npm_package

VERSION = "7.5.0"
WIDTH, HEIGHT, COLUMNS = 36, 27, 16
"""Pixels of a flag, twice what is shown."""
EXTRA = {"xk", "eu"}


def main() -> None:
    with npm_package("flag-icons", VERSION) as package:
        files = sorted((package / "flags" / "4x3").glob("*.svg"))
        files = [file for file in files if len(file.stem) == 2]
        rows = -(-len(files) // COLUMNS)
        picture = _picture(files, rows)
    picture.save(STATIC / "dashboard" / "flags.png", optimize=True)
    rules = [
        ".umami-flag{display:inline-block;flex:none;width:18px;height:13.5px;border-radius:2px;"
        "background:var(--hairline-color) no-repeat 99px 99px/"
        f"{COLUMNS * WIDTH // 2}px {rows * HEIGHT / 2:g}px;box-shadow:0 0 0 1px rgba(128,128,128,.35);"
        'background-image:url("flags.png")}'
    ]
    for number, file in enumerate(files):
        row, column = divmod(number, COLUMNS)
        rules.append(
            f".umami-flag-{file.stem}{{background-position:-{column * WIDTH // 2}px -{row * HEIGHT / 2:g}px}}"
        )
    text = "/* Made by scripts/flags.py from flag-icons (MIT). */\n" + "\n".join(rules) + "\n"
    (STATIC / "dashboard" / "flags.css").write_text(text)


def _picture(files: list[Path], rows: int) -> Image.Image:
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--allow-file-access-from-files"):
        options.add_argument(flag)
    driver = webdriver.Chrome(
        options=options, service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver"))
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            images = "".join(f'<img src="{file.as_uri()}">' for file in files)
            page.write_text(
                f"<style>*{{margin:0;padding:0}}body{{width:{COLUMNS * WIDTH}px;line-height:0}}"
                f"img{{width:{WIDTH}px;height:{HEIGHT}px}}</style><body>{images}"
            )
            size = {
                "width": COLUMNS * WIDTH,
                "height": rows * HEIGHT,
                "deviceScaleFactor": 1,
                "mobile": False,
            }
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            driver.get(page.as_uri())
            shot = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    finally:
        driver.quit()
    return shot.quantize(256, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
