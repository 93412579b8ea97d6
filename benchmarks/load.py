"""Load on loopback for a few seconds: by wrk where there is one, else by a bounded client of our own."""

import http.client
import json
import multiprocessing
import random
import re
import shutil
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("collect.lua")
UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Result:
    """What a run of load saw. Latencies in ms."""

    per_second: float
    p50: float
    p99: float
    failed: int


def lua_table(value: Any) -> str:
    """*value* as a Lua literal."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={lua_table(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ",".join(map(lua_table, value)) + "}"
    return json.dumps(value)


def load(
    data: dict[str, Any],
    folder: Path,
    port: int,
    path: str,
    *,
    seconds: int,
    connections: int,
    per_request: int = 1,
    pause_ms: int = 0,
) -> Result:
    """Send collects to *path* for *seconds* over *connections*, each pausing so long between two on average."""
    if shutil.which("wrk") is None:
        return own_load(data, port, path, seconds=seconds, connections=connections, pause_ms=pause_ms)
    file = folder / "data.lua"
    file.write_text("return " + lua_table(data))
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(SCRIPT)]
    words = [f"http://127.0.0.1:{port}{path}", "--", str(file), path, str(per_request), str(pause_ms)]
    told = subprocess.run([*command, *words], capture_output=True, text=True, check=True).stdout
    failed = sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", told))
    for name in ("connect", "read", "write", "timeout"):
        failed += sum(int(count) for count in re.findall(rf"Socket errors:.*{name} (\d+)", told))
    return Result(
        per_second=float(re.findall(r"Requests/sec:\s+([\d.]+)", told)[0]),
        p50=_milliseconds(told, "50%"),
        p99=_milliseconds(told, "99%"),
        failed=failed,
    )


def _milliseconds(told: str, share: str) -> float:
    number, unit = re.findall(rf"{share}\s+([\d.]+)(us|ms|s|m)", told)[0]
    return float(number) * UNITS_MS[unit]


def own_load(
    data: dict[str, Any], port: int, path: str, *, seconds: int, connections: int, pause_ms: int = 0
) -> Result:
    """The same requests from two processes of ours; slower than wrk, so the ratios come out kinder."""
    with multiprocessing.Pool(2) as pool:
        work = [(data, port, path, seconds, connections // 2, number, pause_ms) for number in range(2)]
        parts = pool.starmap(_client, work)
    waits = sorted(wait for part, _ in parts for wait in part)
    return Result(
        per_second=len(waits) / seconds,
        p50=1000 * statistics.median(waits),
        p99=1000 * waits[int(len(waits) * 0.99)],
        failed=sum(failed for _, failed in parts),
    )


def _client(
    data: dict[str, Any], port: int, path: str, seconds: int, connections: int, number: int, pause_ms: int
) -> tuple[list[float], int]:
    end = time.monotonic() + seconds
    waits: list[float] = []
    failures: list[int] = []

    def browse(seed: int) -> None:
        chance = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() < end:
            headers, body = request(data, chance)
            began = time.monotonic()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            waits.append(time.monotonic() - began)
            time.sleep(chance.uniform(0, 2 * pause_ms) / 1000)
            if answer.status >= 400:
                failures.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=browse, args=(number * 1000 + seed,)) for seed in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits, len(failures)


def request(data: dict[str, Any], chance: random.Random) -> tuple[dict[str, str], str]:
    """Headers and body of one collect: a visitor in four is new, a third of the others send a token."""
    payload = {
        "website": data["website"],
        "url": chance.choice(data["paths"]),
        "referrer": "",
        "hostname": "example.com",
        "language": "en-US",
        "screen": "1920x1080",
        "title": "A page",
    }
    headers = {"Content-Type": "application/json"}
    if chance.random() < 0.25:
        headers["User-Agent"] = chance.choice(data["agents"])
        headers["X-Forwarded-For"] = new_address(chance)
    else:
        visitor = chance.choice(data["visitors"])
        headers |= {"User-Agent": visitor["agent"], "X-Forwarded-For": visitor["address"]}
        if chance.random() < 1 / 3:
            headers["X-Umami-Cache"] = visitor["token"]
    return headers, json.dumps({"type": "pageview", "payload": payload})


def new_address(chance: random.Random) -> str:
    """That of a visitor never seen before."""
    return ".".join(str(chance.randrange(1, 255)) for _ in range(4))
