"""A package from npm, unpacked into a folder that goes away. Needs `npm`."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STATIC = Path(__file__).parent.parent / "umami_django" / "static" / "umami_django"
DATA = Path(__file__).parent.parent / "umami_django" / "dashboards"


@contextmanager
def npm_package(name: str, version: str) -> Iterator[Path]:
    """The folder of *name* in exactly this version."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder) / "package"
