"""A live server, and the official clients as their registries have them."""

import os
import subprocess
from pathlib import Path

import pytest

PERSON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


@pytest.fixture(scope="session", autouse=True)
def _sync_database_in_the_client_tests() -> None:
    """Live server and test share connections; Django's guard against async callers is in the way."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def node_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `@umami/node`, from npm."""
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "@umami/node@0.4.0"]
    subprocess.run(command, cwd=folder, check=True, timeout=180)
    return folder
