"""Take the pictures of every page anew: `python -m scripts.screenshots [FOLDER [LANGUAGE]]` (docs/images and English
unless said otherwise).

Needs Chromium (CHROMIUM, CHROMEDRIVER) and the extra `dev`. Fills a database of its own that goes away.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

ROOT = Path(__file__).resolve().parent.parent
PORT = 8765
START = f"http://127.0.0.1:{PORT}"
SITE = "/admin/umami_django/website/1"
PAGES = {
    "overview": f"{SITE}/overview/",
    "overview-filtered": f"{SITE}/overview/?country=DE&card=bounce_rate&locations=cities&sources=referrers",
    "table": f"{SITE}/overview/table/paths/",
    "realtime": f"{SITE}/overview/realtime/",
    "sessions": f"{SITE}/overview/sessions/",
    "session": "session",
    "events": f"{SITE}/overview/events/",
    "websites": "/admin/umami_django/website/all/",
    "settings": f"{SITE}/change/",
    "reports": f"{SITE}/overview/reports/",
    "share": "share",
}
WIDTHS, THEMES = (1400, 390), ("light", "dark")
TALLEST = 4000


def main(folder: Path, language: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{place}/demo.sqlite3"}
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "demo", "--no-serve"], env=environment, check=True)
        serve = [*manage, "runserver", f"127.0.0.1:{PORT}", "--noreload"]
        server = subprocess.Popen(
            serve, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            _wait()
            _take(folder, language)
        finally:
            server.terminate()
            server.wait()


def _wait() -> None:
    for _ in range(100):
        try:
            urlopen(f"{START}/umami.js").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def _take(folder: Path, language: str) -> None:
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"):
        options.add_argument(flag)
    options.add_argument(f"--lang={language}")
    options.add_argument(f"--accept-lang={language}")
    service = Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    try:
        browser.get(f"{START}/admin/")
        browser.find_element(By.NAME, "username").send_keys("admin")
        browser.find_element(By.NAME, "password").send_keys("umami")
        browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
        pages = PAGES | _found(browser)
        for theme in THEMES:
            media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            for width in WIDTHS:
                for name, path in pages.items():
                    _shoot(browser, path, width, folder / f"{name}-{width}-{theme}.png")
    finally:
        browser.quit()


def _found(browser: webdriver.Chrome) -> dict[str, str]:
    """Addresses that differ from one demo to the next."""
    browser.get(f"{START}{SITE}/overview/sessions/?event__contains=o")
    session = browser.find_element(By.CSS_SELECTOR, ".umami-rows tbody a").get_attribute("href") or ""
    browser.get(f"{START}{SITE}/change/")
    share = browser.find_element(By.ID, "umami-share-url").text
    return {"session": session.removeprefix(START), "share": share.removeprefix(START)}


def _shoot(browser: webdriver.Chrome, path: str, width: int, file: Path) -> None:
    def size(height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    size(1000)
    browser.get(START + path)
    for _ in range(50):
        if not browser.execute_script("return document.querySelectorAll('[aria-busy]').length"):
            break
        time.sleep(0.1)
    size(min(TALLEST, max(600, browser.execute_script("return document.documentElement.scrollHeight"))))
    time.sleep(0.4)
    # 256 colours are a third of the size, and nobody sees the difference
    shot = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    shot.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images",
        sys.argv[2] if len(sys.argv) > 2 else "en",
    )
