"""Builds the package, installs it into a new environment, and uses it in a bare new Django project.

Three lines are added to what `startproject` makes; then the project collects a pageview and answers its statistics.
Run by `tox -e wheel`; needs the package `build`.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"

SPEAKS_GERMAN = """
from django.utils.translation import gettext, override
from umami_django.dashboards.labels import country_name
with override("de"):
    assert (gettext("Bounce rate"), country_name("DE")) == ("Absprungrate", "Deutschland")
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", str(work / "dist"), str(ROOT))
        wheel = next((work / "dist").glob("*.whl"))
        venv.create(work / "venv", with_pip=True)
        python = str(work / "venv" / "bin" / "python")
        run(python, "-m", "pip", "install", "--quiet", str(wheel))
        project = work / "site"
        project.mkdir()
        run(python, "-m", "django", "startproject", "mysite", str(project))
        add_the_three_lines(project)
        manage = [python, str(project / "manage.py")]
        run(*manage, "check", cwd=project)
        run(*manage, "migrate", "--verbosity", "0", cwd=project)
        run(*manage, "shell", "-c", SPEAKS_GERMAN, cwd=project)
        create_superuser(manage, project)
        use(manage, project)
    print("The package works in a bare new project.")


def add_the_three_lines(project: Path) -> None:
    settings = project / "mysite" / "settings.py"
    settings.write_text(settings.read_text() + '\nINSTALLED_APPS += ["umami_django"]\n')
    urls = project / "mysite" / "urls.py"
    urls.write_text(
        urls.read_text()
        + '\nfrom django.urls import include\n\nurlpatterns += [path("", include("umami_django.urls"))]\n'
    )


def create_superuser(manage: list[str], project: Path) -> None:
    environment = os.environ | {"DJANGO_SUPERUSER_PASSWORD": "umami"}
    subprocess.run(
        [*manage, "createsuperuser", "--noinput", "--username", "admin", "--email", "a@example.com"],
        cwd=project,
        env=environment,
        check=True,
    )


def use(manage: list[str], project: Path) -> None:
    port = free_port()
    server = subprocess.Popen([*manage, "runserver", f"127.0.0.1:{port}", "--noreload"], cwd=project)
    try:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/api/heartbeat")
        token = call(f"{root}/api/auth/login", {"username": "admin", "password": "umami"})["token"]
        login = {"Authorization": f"Bearer {token}"}
        website = call(f"{root}/api/website", {"name": "Mine", "domain": "example.com"}, login)
        payload = {"website": website["website_uuid"], "url": "/", "screen": "1920x1080"}
        call(f"{root}/api/collect", {"type": "pageview", "payload": payload}, {"User-Agent": AGENT})
        now_ms = int(time.time() * 1000)
        query = f"start_at={now_ms - 3_600_000}&end_at={now_ms + 1000}"
        stats = call(f"{root}/api/website/{website['website_id']}/stats?{query}", None, login)
        assert stats["pageviews"] == {"value": 1, "change": 1}, stats
        script = urllib.request.urlopen(f"{root}/umami.js").read()
        assert b"/api/collect" in script
    finally:
        server.terminate()
        server.wait()


def call(url: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    text = urllib.request.urlopen(request, timeout=10).read()
    try:
        return json.loads(text)
    except ValueError:
        return text


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True)


if __name__ == "__main__":
    main()
