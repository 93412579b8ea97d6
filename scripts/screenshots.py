"""Take the pictures of the documentation anew: `python -m scripts.screenshots`.

Needs Chromium (CHROMIUM, CHROMEDRIVER). Each page of the demo, 1400 and 390 pixels wide, light and dark, goes into
`docs/images/`.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
SITE = "/admin/umami_django/website/1"
PAGES = {
    "overview": f"{SITE}/overview/",
    "realtime": f"{SITE}/overview/realtime/",
    "sessions": f"{SITE}/overview/sessions/",
    "events": f"{SITE}/overview/events/",
    "websites": "/admin/umami_django/website/all/",
    "settings": f"{SITE}/change/",
}
SETTLES_S = 1.5
"""Panels are fetched, lines drawn."""


def main() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3"}
        command = [sys.executable, "manage.py", "demo", "--port", str(port)]
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        try:
            _wait_for(f"http://127.0.0.1:{port}/admin/login/")
            _take(f"http://127.0.0.1:{port}", folder)
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(15)


def _wait_for(address: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def _take(server: str, folder: str) -> None:
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    for flag in (*flags, "--disable-background-networking", f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    service = Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    try:
        browser.get(f"{server}/admin/")
        browser.find_element(By.NAME, "username").send_keys("admin")
        browser.find_element(By.NAME, "password").send_keys("umami")
        browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
        for theme in ("light", "dark"):
            feature = {"name": "prefers-color-scheme", "value": theme}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            for name, path in PAGES.items():
                for width in (1400, 390):
                    _picture(browser, server + path, IMAGES / f"{name}-{width}-{theme}.png", width)
    finally:
        browser.quit()


def _picture(browser: webdriver.Chrome, address: str, file: Path, width: int) -> None:
    size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(address)
    time.sleep(SETTLES_S)
    height = browser.execute_script("return document.documentElement.scrollHeight")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", size | {"height": max(700, min(2400, height))}
    )
    time.sleep(0.3)
    browser.save_screenshot(str(file))


if __name__ == "__main__":
    main()
