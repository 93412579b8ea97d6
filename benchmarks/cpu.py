"""What a collect costs in CPU time: the WSGI application called in process, without a server and its threads.

    python benchmarks/cpu.py
    python benchmarks/cpu.py --databases postgres --profile

Less noisy than requests a second (benchmarks/collect.py), and the place to look what the time is spent on. `commit`
alone waits for each COMMIT here: what a group saves is seen over HTTP only.
"""

import argparse
import cProfile
import io
import os
import pstats
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: it has a statistics.py

from benchmarks import load  # noqa: E402
from benchmarks.site import server as site  # noqa: E402

HITS = 10_000
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres", "mariadb"])
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    parser.add_argument("--inside", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(Path(options.inside[1]), options.profile)
        return
    print("| database | what | µs of CPU |")
    print("|---|---|---:|")
    for kind in options.databases:
        with tempfile.TemporaryDirectory() as folder, site.database(kind, Path(folder)) as url:
            umami = {"COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": f"{folder}/journal"}
            command = [sys.executable, __file__, "--inside", url, folder]
            if options.profile:
                command.append("--profile")
            done = subprocess.run(
                command, env=site.environment(url, **umami), check=True, stdout=subprocess.PIPE, text=True
            )
            print(done.stdout.replace("| ", f"| {kind} | ", 1).replace("\n| ", f"\n| {kind} | "), end="")


def inside(folder: Path, profiled: bool) -> None:
    """In a process of the site: each way a hit may take, and the loader."""
    import django

    django.setup()
    from benchmarks.site.wsgi import application, collect_first
    from umami_django.services.websites import create_website
    from umami_django.writers import journal
    from umami_django.writers.load import loading

    data = traffic(str(create_website(owner=None, name="b").uuid), collect_first)
    ways = {
        "an empty view": (application, "/empty"),
        "collect, journal": (application, "/api/collect"),
        "collect, journal, CollectFirst": (collect_first, "/api/collect"),
    }
    for what, (wsgi, path) in ways.items():
        report(what, profiled, lambda wsgi=wsgi, path=path: [call(wsgi, path, *one) for one in data], HITS)
    with loading(journal.directory()) as loader:
        journal.close()
        loader.step()
        began, before = time.process_time(), loader.state.loaded
        profile = cProfile.Profile()
        if profiled:
            profile.enable()
        loader.load_all()
        profile.disable()
        print(
            f"| the loader, a hit | {(time.process_time() - began) / (loader.state.loaded - before) * 1e6:.1f} |"
        )
        if profiled:
            tell(profile)


def report(what: str, profiled: bool, work: Any, count: int) -> None:
    """The best of some rounds."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    print(f"| {what} | {min(took) / count * 1e6:.1f} |", flush=True)
    if profiled:
        profile = cProfile.Profile()
        profile.runcall(work)
        tell(profile)


def tell(profile: cProfile.Profile) -> None:
    """Which functions take the time, and which files: a profiled call costs more, so the shares are rough."""
    out = io.StringIO()
    stats = pstats.Stats(profile, stream=out)
    stats.sort_stats("tottime").print_stats(25)
    files: Counter[str] = Counter()
    for (file, _, _), (_, _, own_s, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        files["built in" if file == "~" else file] += own_s
    whole = sum(files.values())
    for file, own_s in files.most_common(25):
        out.write(f"{own_s / whole:7.1%}  {file}\n")
    print(out.getvalue().replace(f"{ROOT}/", ""), file=sys.stderr)


def traffic(website: str, wsgi: Any) -> list[tuple[dict[str, str], bytes]]:
    """As benchmarks/collect.lua: one of four from a new visitor, of the others every third with a token."""
    from benchmarks.collect import some_agents, some_paths

    chance = random.Random(3)
    data: dict[str, Any] = {
        "website": website,
        "agents": some_agents(),
        "paths": some_paths(),
        "visitors": [],
    }
    for _ in range(1000):
        visitor = {"agent": chance.choice(data["agents"]), "address": load.new_address(chance), "token": ""}
        headers, body = load.request(data | {"visitors": [visitor]}, chance)
        token = call(wsgi, "/api/collect", headers, body.encode()).decode()
        known = {"agent": headers["User-Agent"], "address": headers["X-Forwarded-For"], "token": token}
        data["visitors"].append(known)
    made = (load.request(data, chance) for _ in range(HITS))
    return [(headers, body.encode()) for headers, body in made]


def call(wsgi: Any, path: str, headers: dict[str, str], body: bytes) -> bytes:
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    for name, value in headers.items():
        if name != "Content-Type":
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    said: list[Any] = []
    answer = wsgi(environ, lambda *words: said.append(words))
    content = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    assert said[0][0].startswith("200"), (said, content)
    return content


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
