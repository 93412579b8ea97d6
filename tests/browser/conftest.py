"""A real browser with a person's user agent, a live server, and a stranger's page on another origin."""

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from scripts.npm import npm_package

from .axe import VERSION

PERSON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
"""Headless browsers are bots by our own list; their default user agent would be refused, and rightly so."""
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@pytest.fixture(scope="session", autouse=True)
def _sync_database_in_the_browser_tests(django_db_setup: None) -> None:
    """Django's guard against async callers is in the way. The database is made first: the live server looks whether it
    is in memory, and must then share one connection."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file: a page asks for several panels at once, and threads cannot share a database in memory."""
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "browser.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The browser, one for all tests; Debian's, unless CHROMIUM and CHROMEDRIVER name others."""
    options = Options()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for flag in (*FLAGS, f"--user-agent={PERSON}", f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(
        options=options, service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver"))
    )
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser without cookies, 1400 pixels wide."""
    chromium.set_window_size(1400, 1000)
    chromium.get("about:blank")
    chromium.get_log("browser")
    yield chromium
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from npm."""
    with npm_package("axe-core", VERSION) as folder:
        return (folder / "axe.min.js").read_text()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The same page under every address, as a single-page app is served."""
        self.path = "/index.html"
        super().do_GET()


@pytest.fixture
def strangers_page(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serves the given HTML from another origin; answers its address."""
    servers = []

    def serve(html: str) -> str:
        (tmp_path / "index.html").write_text(html)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://localhost:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
