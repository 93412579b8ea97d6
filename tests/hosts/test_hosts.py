"""The story under the settings of every shape of host, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "-c", "pyproject.toml")
HOSTS = sorted(path.stem for path in (ROOT / "tests" / "settings").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("host", HOSTS)
def test_the_app_works_in_this_host(host: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # the shape of the host is the question here; the databases are asked by the suite itself
    environment.pop("TEST_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/hosts/story.py", f"--ds=tests.settings.{host}", *OPTIONS],
        cwd=ROOT,
        env={key: value for key, value in environment.items() if not key.startswith("PYTEST_XDIST")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
